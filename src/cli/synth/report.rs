//! What was made, for people and for programs; and what could be made.

use std::fmt::{Display, Write as _};
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::Result;
use crate::cli::args::Style;
use crate::cli::report;
use crate::cli::studio::{About, Saved, dbfs, length};
use crate::engine::generate::Request;
use crate::model::card::Card;

/// The report of a run.
#[derive(Debug, Serialize)]
pub struct Run {
    /// The version of the program.
    pub diffwav: &'static str,
    /// What made them.
    #[serde(flatten)]
    pub about: About,
    /// Hertz.
    pub sample_rate: u32,
    /// How strongly the class was followed.
    pub guidance: f32,
    /// Every file.
    pub files: Vec<File>,
    /// Seconds of work.
    pub work_seconds: f64,
}

/// One sound.
#[derive(Debug, Serialize)]
pub struct File {
    /// Where it is.
    pub file: String,
    /// Its class.
    pub class: String,
    /// Its seed.
    pub seed: u64,
    /// Its length.
    pub seconds: f32,
    /// Its peak; null for silence.
    pub peak_dbfs: Option<f32>,
    /// Samples that were beyond full scale.
    pub clipped_samples: u64,
}

impl File {
    /// From what was asked for and what was written.
    pub fn new(path: impl Display, class: &str, request: &Request, saved: Saved) -> Self {
        Self {
            file: path.to_string(),
            class: class.to_owned(),
            seed: request.seed,
            seconds: request.seconds,
            peak_dbfs: dbfs(saved.peak),
            clipped_samples: saved.clipped,
        }
    }
}

impl Run {
    /// Prints it.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn print(&self, folder: &Path, style: Style, to: &mut dyn Write) -> Result<()> {
        let text = match style {
            Style::Human => self.text(folder),
            Style::Json => serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
            Style::None => return Ok(()),
        };
        report::print(&text, to)
    }

    fn text(&self, folder: &Path) -> String {
        let audio: f64 = self.files.iter().map(|file| f64::from(file.seconds)).sum();
        let mut text = match self.files.as_slice() {
            [file] => format!("{}\n", file.file),
            files => format!("{} sounds in {}\n", files.len(), folder.display()),
        };
        text += &self.about.text(self.guidance);
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "  time      {} of sound in {} ({:.1}× real time)",
            length(audio),
            length(self.work_seconds),
            audio / self.work_seconds.max(1e-9)
        );
        let clipped = self.files.iter().filter(|f| f.clipped_samples > 0).count();
        if clipped > 0 {
            let _ = writeln!(
                text,
                "  warning   {clipped} beyond full scale and clipped: use --normalise, or --bit-depth 32f"
            );
        }
        text
    }
}

/// The classes and controls of a model.
pub fn list(card: &Card, seconds_max: f32) -> String {
    let mut text = format!(
        "{} {}: up to {seconds_max:.3} s at {} Hz\n",
        card.name, card.version, card.sample_rate
    );
    if card.labels.is_empty() {
        text += "no classes: use none\n";
    }
    for label in &card.labels {
        let _ = writeln!(text, "  {label}");
    }
    if !card.controls.is_empty() {
        text += "controls (standard deviations of the class; drawn by the seed where not set)\n";
    }
    for control in &card.controls {
        let _ = writeln!(
            text,
            "  {} from {} to {}",
            control.name, control.min, control.max
        );
    }
    text
}

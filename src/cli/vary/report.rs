//! What was varied, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::work::Made;
use crate::cli::args::Style;
use crate::cli::report;
use crate::cli::studio::{About, dbfs, length};
use crate::{Error, Result};

/// The report of a run.
#[derive(Debug, Serialize)]
pub struct Run {
    /// The version of the program.
    pub diffwav: &'static str,
    /// What made them.
    #[serde(flatten)]
    pub about: About,
    /// Every file.
    pub files: Vec<File>,
    /// Every source that failed.
    pub failed: Vec<Failed>,
    /// The manifest.
    pub manifest: Option<String>,
    /// Seconds of work.
    pub work_seconds: f64,
}

/// One variation.
#[derive(Debug, Serialize)]
pub struct File {
    /// Where it is.
    pub file: String,
    /// What it was made from.
    pub source: String,
    /// Its seed.
    pub seed: u64,
    /// How far from the source.
    pub strength: f32,
    /// How strongly the class was followed.
    pub guidance: f32,
    /// Its length.
    pub seconds: f64,
    /// Channels, each varied for itself with the same noise.
    pub channels: usize,
    /// Seconds at the end of the source that the model is too short for.
    pub cut_seconds: f64,
    /// Its peak; null for silence.
    pub peak_dbfs: Option<f32>,
    /// Samples that were beyond full scale.
    pub clipped_samples: u64,
}

/// One source that failed.
#[derive(Debug, Serialize)]
pub struct Failed {
    source: String,
    error: String,
}

impl File {
    /// Of what was made.
    pub fn new(made: &Made) -> Self {
        Self {
            file: made.variation.path.display().to_string(),
            source: made.source.clone(),
            seed: made.variation.request.seed,
            strength: made.variation.strength,
            guidance: made.variation.request.guidance,
            seconds: made.seconds,
            channels: made.channels,
            cut_seconds: made.cut,
            peak_dbfs: dbfs(made.saved.peak),
            clipped_samples: made.saved.clipped,
        }
    }
}

impl Failed {
    /// Of an error.
    pub fn new(source: &str, error: &Error) -> Self {
        Self {
            source: source.to_owned(),
            error: error.to_string(),
        }
    }
}

impl Run {
    /// Prints it.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn print(&self, style: Style) -> Result<()> {
        let text = match style {
            Style::Human => self.text(),
            Style::Json => serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
            Style::None => return Ok(()),
        };
        report::print(&text, &mut std::io::stdout())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let sources: std::collections::BTreeSet<&str> =
            self.files.iter().map(|f| f.source.as_str()).collect();
        if self.files.len() <= 32 {
            for file in &self.files {
                let _ = writeln!(text, "{} → {}", file.source, file.file);
            }
        }
        let failed = match self.failed.len() {
            0 => String::new(),
            n => format!(", {n} failed"),
        };
        let _ = writeln!(
            text,
            "{} variations of {} sounds{failed}",
            self.files.len(),
            sources.len()
        );
        if let Some(manifest) = &self.manifest {
            let _ = writeln!(text, "  manifest  {manifest}");
        }
        let guidance = self.files.first().map_or(0.0, |file| file.guidance);
        text += &self.about.text(guidance);
        let audio: f64 = self.files.iter().map(|file| file.seconds).sum();
        let _ = writeln!(
            text,
            "  time      {} of sound in {}",
            length(audio),
            length(self.work_seconds)
        );
        let mut said = std::collections::BTreeSet::new();
        for file in self.files.iter().filter(|f| f.cut_seconds > 0.0) {
            if said.insert(&file.source) {
                let _ = writeln!(
                    text,
                    "  warning   {}: its last {:.2} s are cut off, for the model's longest sound is {:.3} s",
                    file.source, file.cut_seconds, file.seconds
                );
            }
        }
        let clipped = self.files.iter().filter(|f| f.clipped_samples > 0).count();
        if clipped > 0 {
            let _ = writeln!(
                text,
                "  warning   {clipped} beyond full scale and clipped: use --bit-depth 32f"
            );
        }
        text
    }
}

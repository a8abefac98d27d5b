//! What is said at the end: for people in a few lines, for programs as one JSON document.

mod human;

use std::io::Write;

use serde::Serialize;

use super::args::Style;
use super::measure::Measured;
use crate::{Error, Result};

/// The report of a whole run.
#[derive(Debug, Serialize)]
pub struct Run {
    /// The version of the program.
    pub diffwav: &'static str,
    /// One entry for each input, in the order of the plan.
    pub files: Vec<File>,
    /// How many were written.
    pub done: usize,
    /// How many were not.
    pub failed: usize,
    /// Seconds that the run took.
    pub seconds: f64,
}

/// What became of one input.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum File {
    /// It was processed.
    Done(Box<Done>),
    /// It was not.
    Failed {
        /// The input.
        input: String,
        /// Why.
        error: String,
    },
}

/// A file that was processed.
#[derive(Debug, Serialize)]
pub struct Done {
    /// The input.
    pub input: String,
    /// The output.
    pub output: String,
    /// The picture.
    pub plot: Option<String>,
    /// How it was processed.
    #[serde(flatten)]
    pub process: Process,
    /// Its length and form.
    #[serde(flatten)]
    pub audio: Audio,
    /// Seconds of work.
    pub seconds: f64,
    /// Seconds of audio for each second of work.
    pub speed: f64,
    /// What the meters say.
    #[serde(flatten)]
    pub measured: Measured,
    /// What was wrong and did not stop us.
    pub warnings: Vec<String>,
}

/// How a file was processed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Process {
    /// The model's name.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// The licence of its weights.
    pub model_licence: String,
    /// What ran the network, with its version.
    pub engine: String,
    /// Where it ran.
    pub device: String,
    /// What else was tried, and why it was not used.
    pub not_used: Vec<String>,
    /// Reverse steps.
    pub steps: usize,
    /// How they were taken.
    pub sampler: String,
    /// Seed of the noise.
    pub seed: u64,
    /// Seconds at the beginning that were heard once before.
    pub pre_roll: f64,
    /// The least delay of the same settings on a live signal: a whole analysis window and the rate conversion. Host
    /// blocks and the run time of a hop come on top. A file has none: its output lies on its input.
    pub latency_ms: f64,
}

/// Length and form of the audio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audio {
    /// Seconds.
    pub duration: f64,
    /// Frames: as many in the output as in the input.
    pub frames: u64,
    /// Hertz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
}

impl Run {
    /// Counts what became of the files.
    pub fn new(files: Vec<File>, seconds: f64) -> Self {
        let done = files
            .iter()
            .filter(|file| matches!(file, File::Done(_)))
            .count();
        Self {
            diffwav: env!("CARGO_PKG_VERSION"),
            done,
            failed: files.len() - done,
            files,
            seconds,
        }
    }

    /// Prints it.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn print(&self, style: Style, to: &mut dyn Write) -> Result<()> {
        let text = match style {
            Style::Human => human::text(self),
            Style::Json => serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
            Style::None => return Ok(()),
        };
        print(&text, to)
    }
}

/// Prints text to a standard stream.
///
/// # Errors
/// [`Error::OutputClosed`] when its reader went away.
pub fn print(text: &str, to: &mut dyn Write) -> Result<()> {
    to.write_all(text.as_bytes())
        .and_then(|()| to.flush())
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::BrokenPipe => Error::OutputClosed,
            _ => Error::Stream {
                action: "write the report",
                source,
            },
        })
}

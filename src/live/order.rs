//! What was asked for.

use std::path::PathBuf;
use std::time::Duration;

use crate::engine::latency::Budget;
use crate::engine::session::Choice;

/// Frames a block when nobody says otherwise.
pub const BLOCK: usize = 256;

/// A live session, as the command line describes it.
#[derive(Debug, Clone)]
pub struct Order {
    /// The audio system; `None` takes the system's own choice.
    pub host: Option<String>,
    /// Part of the name of the input device, or its number; `None` takes the default.
    pub input: Option<String>,
    /// The same of the output.
    pub output: Option<String>,
    /// Whether the cleaned signal is played at all.
    pub monitor: bool,
    /// A virtual microphone of this name takes the place of the output.
    pub virtual_mic: Option<String>,
    /// Sample rate in Hz; `None` takes the model's where the devices can, otherwise theirs.
    pub rate: Option<u32>,
    /// Frames a block; `None` takes what the system insists on, otherwise [`BLOCK`].
    pub block: Option<usize>,
    /// Channels that are cleaned.
    pub channels: usize,
    /// Model, engine, steps and amount.
    pub choice: Choice,
    /// Run time that is planned for.
    pub budget: Budget,
    /// Whether the governor may leave steps out.
    pub adaptive: bool,
    /// Whether the CPU takes over from a device that is lost; otherwise the session ends with an error.
    pub rescue: bool,
    /// Records what is played.
    pub record: Option<PathBuf>,
    /// Records what came in.
    pub record_dry: Option<PathBuf>,
    /// Whether recordings may replace files.
    pub overwrite: bool,
    /// Ends by itself after so much time.
    pub duration: Option<Duration>,
}

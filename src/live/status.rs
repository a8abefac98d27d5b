//! What a screen shows, and what it may ask for.

use std::path::PathBuf;

use crate::engine::meter::{Column, Levels};
use crate::engine::session::Description;
use crate::engine::worker::Report;

/// The way of the signal, once it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The audio system.
    pub host: String,
    /// The input device.
    pub input: String,
    /// The output device, or the virtual microphone; `None` when nothing is played.
    pub output: Option<String>,
    /// Sample rate in Hz.
    pub rate: u32,
    /// Channels.
    pub channels: usize,
    /// Frames a block.
    pub block: usize,
    /// What cleans.
    pub engine: Description,
}

/// Delays of the parts in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// Of the input device, as the audio system says.
    pub input: f64,
    /// Of the engine: analysis, hop, run time and a block. Exact.
    pub engine: f64,
    /// Between the two devices' clocks.
    pub bridge: f64,
    /// Of the output device, as the audio system says.
    pub output: f64,
}

impl Latency {
    /// From the microphone to the loudspeaker.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.input + self.engine + self.bridge + self.output
    }
}

/// One look at a running session.
#[derive(Debug, Clone)]
pub struct Status {
    /// Seconds of audio that were heard so far.
    pub seconds: f64,
    /// Levels since the last look.
    pub levels: Levels,
    /// Columns of the spectrogram since the last look.
    pub columns: Vec<Column>,
    /// The delays.
    pub latency: Latency,
    /// The worker.
    pub worker: Report,
    /// Playback found nothing to play so often.
    pub underruns: u64,
    /// Frames that were dropped between the devices.
    pub dropped: u64,
    /// Overruns and underruns that the audio system reported.
    pub xruns: u64,
    /// How much faster the input's clock is than the output's, in parts per million.
    pub drift: f64,
    /// The controls.
    pub controls: Controls,
}

/// What can be changed while it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Controls {
    /// The input is heard, at the same latency.
    pub bypass: bool,
    /// What is taken away is heard.
    pub removed: bool,
    /// Share of the cleaned signal.
    pub amount: f32,
    /// Reverse steps.
    pub steps: usize,
    /// Others are on their way.
    pub changing: bool,
}

/// What a screen asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// Switch the bypass.
    Bypass,
    /// Switch to what is taken away, and back.
    Removed,
    /// More or less of the cleaned signal.
    Amount(f32),
    /// More or fewer steps, as the model allows.
    Steps(i32),
    /// The end.
    Quit,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Audio runs.
    Started(Box<Route>),
    /// Something that the user should know.
    Note(String),
    /// The device was lost and the CPU has taken over: why, and what runs now.
    Rescued(String, Box<Description>),
    /// Audio stopped; it is tried again.
    Lost(String),
    /// A recording is complete: the file, its frames, and frames that were lost.
    Recorded(PathBuf, u64, u64),
}

/// Where it is shown.
pub trait Screen {
    /// Something happened.
    fn event(&mut self, event: &Event);
    /// It runs; called some thirty times a second.
    fn show(&mut self, status: &Status);
    /// What the user wants since the last call.
    fn wishes(&mut self) -> Vec<Wish>;
    /// Whether the session is to end (Ctrl-C).
    fn is_cancelled(&self) -> bool;
}

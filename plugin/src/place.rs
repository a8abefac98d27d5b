//! Where an instance stands in its host, and the latency that follows from it.

use diffwav::engine::worker::{self, Blocks};
use diffwav::engine::{Format, Settings, Stream};
use diffwav::error::Result;
use diffwav::model::Model;

use crate::models::Unloaded;

/// Where an instance stands in its host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The signal.
    pub format: Format,
    /// The calls.
    pub blocks: Blocks,
    /// Delay of both paths in frames, as it was reported.
    pub latency: usize,
}

impl Place {
    /// With this model: the latency comes from the same objects that will cause it.
    ///
    /// # Errors
    /// For a format that the engine does not take.
    pub fn new(model: &Model, format: Format, blocks: Blocks) -> Result<Self> {
        let network = Box::new(Unloaded(model.card.clone()));
        let stream = Stream::new(network, format, &Settings::default())?;
        Ok(Self {
            format,
            blocks,
            latency: latency(&stream, blocks),
        })
    }
}

/// Delay of a stream behind a worker, in frames.
pub fn latency(stream: &Stream, blocks: Blocks) -> usize {
    stream.delay().0 as usize + worker::waiting(stream.hop(), stream.resampled(), blocks)
}

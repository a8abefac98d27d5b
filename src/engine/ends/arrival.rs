//! Samples on their way in: from the host's rate to the model's, in whole hops.

use crate::dsp::fifo::Fifo;
use crate::dsp::resample::Converter;
use crate::error::Result;

/// Gathers what the host gives until whole hops are there.
#[derive(Debug)]
pub(super) struct Arrival {
    /// `None` when the host's rate is the model's.
    converter: Option<Converter>,
    hop: usize,
    /// Input at the host's rate that waits for a whole hop.
    input: Fifo,
    /// Input at the model's rate that waits for a whole call.
    hops: Fifo,
    /// One hop, planar, on either side of the converter.
    host_block: Vec<Vec<f32>>,
    model_block: Vec<Vec<f32>>,
}

impl Arrival {
    /// For calls of `frames` hops of `hop` samples at the model's rate, `host_hop` at most at the host's.
    pub fn new(
        converter: Option<Converter>,
        channels: usize,
        (hop, host_hop): (usize, usize),
        frames: usize,
    ) -> Self {
        Self {
            converter,
            hop,
            input: Fifo::new(channels, host_hop * (frames + 2)),
            hops: Fifo::new(channels, hop * (frames + 1)),
            host_block: vec![vec![0.0; host_hop]; channels],
            model_block: vec![vec![0.0; hop]; channels],
        }
    }

    /// Takes samples of one channel at the host's rate.
    pub fn push(&mut self, channel: usize, samples: impl Iterator<Item = f32>) {
        self.input.push(channel, samples);
    }

    /// Brings input to the model's rate; true when `hops` hops are there.
    ///
    /// # Errors
    /// As [`Converter::process`].
    pub fn gather(&mut self, hops: usize) -> Result<bool> {
        let wanted = self.hop * hops;
        while self.hops.len() < wanted {
            // Equal rates: the input is the model's input.
            let there = self.converter.as_mut();
            let take = there.as_ref().map_or(self.hop, |it| it.input_frames_next());
            if self.input.len() < take {
                break;
            }
            let block = match there {
                None => &mut self.model_block,
                Some(_) => &mut self.host_block,
            };
            for (channel, samples) in block.iter_mut().enumerate() {
                self.input.pop(channel, &mut samples[..take]);
            }
            if let Some(there) = there {
                there.process(&self.host_block, &mut self.model_block)?;
            }
            for (channel, block) in self.model_block.iter().enumerate() {
                self.hops.push(channel, block.iter().copied());
            }
        }
        Ok(self.hops.len() >= wanted)
    }

    /// Takes out the next hop of one channel.
    pub fn pop(&mut self, channel: usize, hop: &mut [f32]) {
        self.hops.pop(channel, hop);
    }

    /// Host frames that are still to be pushed until `hops` hops are there.
    pub fn wanted(&self, hops: usize) -> usize {
        let missing = (self.hop * hops - self.hops.len()).div_ceil(self.hop);
        let host = match &self.converter {
            None => missing * self.hop,
            Some(there) => there.input_frames_next() + (missing - 1) * there.input_frames_max(),
        };
        host.saturating_sub(self.input.len())
    }

    /// Whether no pushed frame waits for a hop.
    pub fn is_empty(&self) -> bool {
        self.input.is_empty() && self.hops.is_empty()
    }

    /// Whether the host's rate is not the model's.
    pub fn converts(&self) -> bool {
        self.converter.is_some()
    }

    /// Back to silence.
    pub fn reset(&mut self) -> Result<()> {
        self.input.clear();
        self.hops.clear();
        self.converter.as_mut().map_or(Ok(()), Converter::reset)
    }
}

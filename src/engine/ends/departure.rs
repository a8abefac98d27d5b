//! Samples on their way out: from the model's rate back to the host's, mixed with the delayed input.

use crate::dsp::fifo::Fifo;
use crate::dsp::resample::Converter;
use crate::engine::mix::{self, Gains, Mixer};
use crate::error::Result;

/// Holds both signals until they are pulled.
#[derive(Debug)]
pub(super) struct Departure {
    /// `None` when the host's rate is the model's.
    converter: Option<Converter>,
    hop: usize,
    /// Cleaned signal at the model's rate that waits for a whole hop.
    cleaned: Fifo,
    /// Cleaned signal at the host's rate.
    wet: Fifo,
    /// Input, delayed to lie against `wet`.
    dry: Fifo,
    mixer: Mixer,
    /// One hop, planar, on either side of the converter.
    host_block: Vec<Vec<f32>>,
    model_block: Vec<Vec<f32>>,
}

impl Departure {
    /// For calls of `frames` hops of `hop` samples at the model's rate, `host_hop` at most at the host's.
    pub fn new(
        converter: Option<Converter>,
        channels: usize,
        (hop, host_hop): (usize, usize),
        frames: usize,
        mixer: Mixer,
    ) -> Self {
        let room = host_hop * (frames + 2);
        Self {
            converter,
            hop,
            cleaned: Fifo::new(channels, hop * (frames + 2)),
            wet: Fifo::new(channels, room),
            dry: Fifo::new(channels, 2 * room),
            mixer,
            host_block: vec![vec![0.0; host_hop]; channels],
            model_block: vec![vec![0.0; hop]; channels],
        }
    }

    /// Takes the input of one channel as it came, at the host's rate.
    pub fn push_dry(&mut self, channel: usize, samples: impl Iterator<Item = f32>) {
        self.dry.push(channel, samples);
    }

    /// Takes a cleaned hop of one channel, at the model's rate.
    pub fn push(&mut self, channel: usize, hop: &[f32]) {
        self.cleaned.push(channel, hop.iter().copied());
    }

    /// Brings the cleaned signal back to the host's rate.
    ///
    /// # Errors
    /// As [`Converter::process`].
    pub fn give_back(&mut self) -> Result<()> {
        while self.cleaned.len() >= self.hop {
            for (channel, block) in self.model_block.iter_mut().enumerate() {
                self.cleaned.pop(channel, block);
            }
            let (block, frames) = match &mut self.converter {
                None => (&self.model_block, self.hop),
                Some(back) => {
                    let frames = back.process(&self.model_block, &mut self.host_block)?;
                    (&self.host_block, frames)
                }
            };
            for (channel, samples) in block.iter().enumerate() {
                self.wet.push(channel, samples[..frames].iter().copied());
            }
        }
        Ok(())
    }

    /// Frames that [`pull`](Self::pull) can give.
    pub fn available(&self) -> usize {
        self.wet.len()
    }

    /// Takes out at most `out[c].len()` finished frames; returns their number.
    pub fn pull(&mut self, out: &mut [&mut [f32]]) -> usize {
        let room = out.first().map_or(0, |channel| channel.len());
        let frames = room.min(self.wet.len());
        let mut start = 0;
        // The mixer's gains are per frame, so the channels are mixed in blocks that share them.
        let mut gains = [Gains { dry: 0.0, wet: 0.0 }; 64];
        while start < frames {
            let n = (frames - start).min(gains.len());
            gains[..n].fill_with(|| self.mixer.next_gains());
            for (index, channel) in out.iter_mut().enumerate() {
                let (mut wet, mut dry) = ([0.0; 64], [0.0; 64]);
                self.wet.pop(index, &mut wet[..n]);
                self.dry.pop(index, &mut dry[..n]);
                for (i, sample) in channel[start..start + n].iter_mut().enumerate() {
                    *sample = mix::mix(gains[i], dry[i], wet[i]);
                }
            }
            start += n;
        }
        frames
    }

    /// Glides to other gains.
    pub fn set_gains(&mut self, gains: Gains) {
        self.mixer.set(gains);
    }

    /// Back to silence: `delay` frames of it before the input, `padding` of the model's rate before the cleaned signal.
    pub fn reset(&mut self, delay: usize, padding: usize) -> Result<()> {
        for fifo in [&mut self.cleaned, &mut self.wet, &mut self.dry] {
            fifo.clear();
        }
        self.mixer.settle();
        self.dry.push_silence(delay);
        self.cleaned.push_silence(padding);
        self.converter.as_mut().map_or(Ok(()), Converter::reset)
    }
}

//! Push samples in, pull cleaned samples out, with a constant delay that is known to the frame.

use super::alignment::Alignment;
use super::mix::{self, Gains, Mixer};
use super::recipe::Recipe;
use super::reverse::{Pace, Reverse};
use super::settings::{Format, Settings};
use super::transform::Transform;
use crate::dsp::denormals::Flush;
use crate::dsp::fifo::Fifo;
use crate::dsp::resample::Converter;
use crate::dsp::sanitise;
use crate::error::{Error, Result};
use crate::model::network::Network;
use crate::units::{Frames, Hz};

/// Seconds in which a new amount is reached.
pub(super) const GLIDE_SECONDS: f64 = 0.02;

/// The engine: every mode runs this object.
///
/// What comes out is a function of what went in, the seed and the settings alone: how the input was cut into pushes
/// does not matter, to the bit.
#[derive(Debug)]
pub struct Stream {
    format: Format,
    alignment: Alignment,
    transform: Transform,
    reverse: Reverse,
    /// There and back, when the host's rate is not the model's.
    converters: Option<(Converter, Converter)>,
    mixer: Mixer,
    /// One decision for all channels.
    link: bool,
    /// Input at the host's rate that waits for a whole hop.
    input: Fifo,
    /// Input at the model's rate that waits for a whole call.
    hops: Fifo,
    /// Cleaned signal at the model's rate that waits for a whole hop on the way back.
    cleaned: Fifo,
    /// Cleaned signal at the host's rate.
    wet: Fifo,
    /// Input, delayed to lie against `wet`.
    dry: Fifo,
    /// One hop, planar, on either side of the converters.
    host_block: Vec<Vec<f32>>,
    model_block: Vec<Vec<f32>>,
    /// The frames of a call, `[B, C, T, F]`.
    y: Vec<f32>,
}

impl Stream {
    /// A stream through `network`, at the start of a signal.
    ///
    /// # Errors
    /// [`Error::Setting`] for a rate, a number of channels, steps or a sampler that do not fit; [`Error::Model`] for a
    /// network that is not causal.
    pub fn new(network: Box<dyn Network>, format: Format, settings: &Settings) -> Result<Self> {
        settings.validate()?;
        format.validate(network.frames_max())?;
        let card = network.card();
        if !card.causal {
            return Err(Error::Model {
                origin: card.name.clone(),
                field: "causal".to_owned(),
                found: "false".to_owned(),
                expected: "true for a stream; `diffwav synth` runs this model".to_owned(),
            });
        }
        let recipe = Recipe::new(card, settings)?;
        let model = Hz(card.sample_rate);
        let Format {
            rate,
            channels,
            frames_per_call,
        } = format;
        let transform = Transform::new(card, channels, frames_per_call);
        let hop = transform.hop();
        let converters = if rate == model {
            None
        } else {
            Some((
                Converter::to_model(rate, model, channels, hop)?,
                Converter::to_host(model, rate, channels, hop)?,
            ))
        };
        let host_hop = converters.as_ref().map_or(hop, |(there, back)| {
            there.input_frames_max().max(back.output_frames_max())
        });
        let shape = (transform.components(), transform.bins());
        let size = channels * shape.0 * shape.1 * frames_per_call;
        let room = host_hop * (frames_per_call + 2);
        let mut stream = Self {
            alignment: Alignment::new(rate, model, transform.delay()),
            reverse: Reverse::new(
                network,
                recipe.plan,
                settings.seed,
                channels,
                shape,
                frames_per_call,
            ),
            link: settings.link && channels > 1,
            mixer: Mixer::new(
                Gains::new(settings),
                (f64::from(rate.0) * GLIDE_SECONDS) as usize,
            ),
            input: Fifo::new(channels, room),
            hops: Fifo::new(channels, hop * (frames_per_call + 1)),
            cleaned: Fifo::new(channels, hop * (frames_per_call + 2)),
            wet: Fifo::new(channels, room),
            dry: Fifo::new(channels, 2 * room),
            host_block: vec![vec![0.0; host_hop]; channels],
            model_block: vec![vec![0.0; hop]; channels],
            y: vec![0.0; size],
            transform,
            converters,
            format,
        };
        stream.reset()?;
        Ok(stream)
    }

    /// Takes any number of frames, one slice per channel, and runs the network as far as whole calls are there.
    ///
    /// NaN, infinities and subnormals are taken as silence; magnitudes are limited to [`sanitise::LIMIT`].
    ///
    /// # Errors
    /// When the slices do not fit the format, or the network fails: the stream must then be reset.
    pub fn push(&mut self, input: &[&[f32]]) -> Result<()> {
        let frames = input.first().map_or(0, |channel| channel.len());
        if input.len() != self.format.channels || input.iter().any(|c| c.len() != frames) {
            let found = input.iter().map(|c| c.len()).collect::<Vec<_>>();
            let expected = format!("{} channels of one length", self.format.channels);
            return Err(Error::setting(
                "pushed block",
                format!("{found:?}"),
                expected,
            ));
        }
        for (index, channel) in input.iter().enumerate() {
            self.input
                .push(index, channel.iter().map(|v| sanitise::sample(*v)));
            self.dry
                .push(index, channel.iter().map(|v| sanitise::sample(*v)));
        }
        let _flush = Flush::new();
        while self.gather()? {
            self.call()?;
            self.give_back()?;
        }
        Ok(())
    }

    /// Frames that [`pull`](Self::pull) can give.
    #[must_use]
    pub fn available(&self) -> usize {
        self.wet.len()
    }

    /// Takes out at most `out[c].len()` finished frames, one slice per channel; returns their number.
    ///
    /// # Panics
    /// When `out` does not hold one slice of one length per channel.
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

    /// Back to the start of a signal: caches, filters and noise.
    ///
    /// # Errors
    /// Never for a stream that was built.
    pub fn reset(&mut self) -> Result<()> {
        for fifo in [
            &mut self.input,
            &mut self.hops,
            &mut self.cleaned,
            &mut self.wet,
            &mut self.dry,
        ] {
            fifo.clear();
        }
        if let Some((there, back)) = &mut self.converters {
            there.reset()?;
            back.reset()?;
        }
        self.transform.reset();
        self.reverse.reset();
        self.mixer.settle();
        self.dry.push_silence(self.alignment.delay.0 as usize);
        self.cleaned.push_silence(self.alignment.padding);
        Ok(())
    }

    /// Changes amount, mix and which part is kept, gliding; other settings need a new stream.
    pub fn set_amount(&mut self, settings: &Settings) {
        self.mixer.set(Gains::new(settings));
    }

    /// Runs more or less of the reverse process from the next hop on; the delay does not change. Overlapping frames
    /// join the results without a click; a model of waveform frames, which do not overlap, always runs the whole.
    pub fn set_pace(&mut self, pace: Pace) {
        if self.transform.overlaps() {
            self.reverse.set_pace(pace);
        }
    }

    /// How far the output lies behind the input: sample n of what is pulled belongs to sample n − delay of what was
    /// pushed. Waiting for whole hops comes on top and is the caller's to account for.
    #[must_use]
    pub fn delay(&self) -> Frames {
        self.alignment.delay
    }

    /// Frames that are still to be pushed until the next call of the network.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let wanted = self.transform.hop() * self.format.frames_per_call;
        let missing = (wanted - self.hops.len()).div_ceil(self.transform.hop());
        let host = match &self.converters {
            None => missing * self.transform.hop(),
            Some((there, _)) => {
                there.input_frames_next() + (missing - 1) * there.input_frames_max()
            }
        };
        host.saturating_sub(self.input.len())
    }

    /// The most frames of one hop, at the host's rate.
    #[must_use]
    pub fn hop(&self) -> usize {
        match &self.converters {
            None => self.transform.hop(),
            Some((there, back)) => there.input_frames_max().max(back.output_frames_max()),
        }
    }

    /// Whether the host's rate is not the model's.
    #[must_use]
    pub fn resampled(&self) -> bool {
        self.converters.is_some()
    }

    /// Whether no pushed frame waits for a hop: two streams that start here stay in step.
    #[must_use]
    pub fn at_hop(&self) -> bool {
        self.input.is_empty() && self.hops.is_empty()
    }

    /// What the stream was made for.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The reverse process with its network.
    #[must_use]
    pub fn reverse(&self) -> &Reverse {
        &self.reverse
    }

    /// Brings input to the model's rate; true when a whole call is there.
    fn gather(&mut self) -> Result<bool> {
        let wanted = self.transform.hop() * self.format.frames_per_call;
        let hop = self.transform.hop();
        match &mut self.converters {
            None => {
                // Equal rates: the input is the model's input.
                while self.hops.len() < wanted && self.input.len() >= hop {
                    for channel in 0..self.format.channels {
                        self.input.pop(channel, &mut self.model_block[channel]);
                        self.hops
                            .push(channel, self.model_block[channel].iter().copied());
                    }
                }
            }
            Some((there, _)) => {
                while self.hops.len() < wanted && self.input.len() >= there.input_frames_next() {
                    let take = there.input_frames_next();
                    for channel in 0..self.format.channels {
                        self.input
                            .pop(channel, &mut self.host_block[channel][..take]);
                    }
                    there.process(&self.host_block, &mut self.model_block)?;
                    for channel in 0..self.format.channels {
                        self.hops
                            .push(channel, self.model_block[channel].iter().copied());
                    }
                }
            }
        }
        Ok(self.hops.len() >= wanted)
    }

    /// Encodes, denoises and decodes one call's worth of hops.
    fn call(&mut self) -> Result<()> {
        let frames = self.format.frames_per_call;
        for (channel, hop) in self.model_block.iter_mut().enumerate() {
            for frame in 0..frames {
                self.hops.pop(channel, hop);
                self.transform
                    .encode(channel, frame, frames, hop, &mut self.y);
            }
        }
        let x = self.reverse.run(&self.y)?;
        if self.link {
            self.transform.link(frames, &self.y, x);
        }
        for (channel, hop) in self.model_block.iter_mut().enumerate() {
            for frame in 0..frames {
                self.transform.decode(channel, frame, frames, x, hop);
                self.cleaned.push(channel, hop.iter().copied());
            }
        }
        Ok(())
    }

    /// Brings the cleaned signal back to the host's rate.
    fn give_back(&mut self) -> Result<()> {
        let hop = self.transform.hop();
        while self.cleaned.len() >= hop {
            for channel in 0..self.format.channels {
                self.cleaned.pop(channel, &mut self.model_block[channel]);
            }
            let (block, frames) = match &mut self.converters {
                None => (&self.model_block, hop),
                Some((_, back)) => {
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
}

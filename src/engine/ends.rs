//! All of a stream but the network: samples in, the frames of calls out; what the network made of them in, samples out.

mod arrival;
mod departure;

use super::alignment::Alignment;
use super::mix::{Gains, Mixer};
use super::settings::{Format, Settings};
use super::transform::Transform;
use crate::dsp::resample::Converter;
use crate::dsp::sanitise;
use crate::error::{Error, Result};
use crate::model::card::Card;
use crate::units::{Frames, Hz};
use arrival::Arrival;
use departure::Departure;

/// Seconds in which a new amount is reached.
pub(super) const GLIDE_SECONDS: f64 = 0.02;

/// The frames of one call, on their way to the network and back.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// Condition, `[B, C, T, F]`.
    pub y: Vec<f32>,
    /// Level that was taken out of each frame, `[B, T]`.
    levels: Vec<f32>,
}

/// Both ends of the way.
#[derive(Debug)]
pub(super) struct Ends {
    format: Format,
    alignment: Alignment,
    transform: Transform,
    /// One decision for all channels.
    link: bool,
    arrival: Arrival,
    departure: Departure,
    /// The most frames of one hop, at the host's rate.
    host_hop: usize,
    /// One hop of one channel, at the model's rate.
    hop: Vec<f32>,
}

impl Ends {
    /// For the networks of `card`, at the start of a signal.
    ///
    /// # Errors
    /// [`Error::Setting`] for a rate that cannot be converted.
    pub fn new(card: &Card, format: Format, settings: &Settings) -> Result<Self> {
        let Format {
            rate,
            channels,
            frames_per_call: frames,
        } = format;
        let model = Hz(card.sample_rate);
        let transform = Transform::new(card, channels, frames);
        let hop = transform.hop();
        let (there, back) = if rate == model {
            (None, None)
        } else {
            (
                Some(Converter::to_model(rate, model, channels, hop)?),
                Some(Converter::to_host(model, rate, channels, hop)?),
            )
        };
        let host_hop = match (&there, &back) {
            (Some(there), Some(back)) => there.input_frames_max().max(back.output_frames_max()),
            _ => hop,
        };
        let mixer = Mixer::new(
            Gains::new(settings),
            (f64::from(rate.0) * GLIDE_SECONDS) as usize,
        );
        let mut ends = Self {
            alignment: Alignment::new(rate, model, transform.delay()),
            link: settings.link && channels > 1,
            arrival: Arrival::new(there, channels, (hop, host_hop), frames),
            departure: Departure::new(back, channels, (hop, host_hop), frames, mixer),
            host_hop,
            hop: vec![0.0; hop],
            transform,
            format,
        };
        ends.reset()?;
        Ok(ends)
    }

    /// C and F of the network's frames.
    pub fn shape(&self) -> (usize, usize) {
        (self.transform.components(), self.transform.bins())
    }

    /// Room for one call.
    pub fn batch(&self) -> Batch {
        let rows = self.format.channels * self.format.frames_per_call;
        let (components, bins) = self.shape();
        Batch {
            y: vec![0.0; rows * components * bins],
            levels: vec![0.0; rows],
        }
    }

    /// Takes any number of frames, one slice per channel.
    ///
    /// # Errors
    /// [`Error::Setting`] when the slices do not fit the format.
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
            let samples = || channel.iter().map(|v| sanitise::sample(*v));
            self.arrival.push(index, samples());
            self.departure.push_dry(index, samples());
        }
        Ok(())
    }

    /// Whether the frames of a whole call are there.
    ///
    /// # Errors
    /// As [`Converter::process`].
    pub fn gather(&mut self) -> Result<bool> {
        self.arrival.gather(self.format.frames_per_call)
    }

    /// Encodes the frames of a call, which must be there.
    pub fn encode(&mut self, batch: &mut Batch) {
        let frames = self.format.frames_per_call;
        for channel in 0..self.format.channels {
            for frame in 0..frames {
                self.arrival.pop(channel, &mut self.hop);
                self.transform
                    .encode(channel, frame, frames, &self.hop, &mut batch.y);
            }
        }
        self.transform.save_levels(&mut batch.levels);
    }

    /// Decodes what the network made of `batch`, the estimates `x` `[B, C, T, F]`.
    ///
    /// # Errors
    /// As [`Converter::process`].
    pub fn decode(&mut self, batch: &Batch, x: &mut [f32]) -> Result<()> {
        let frames = self.format.frames_per_call;
        self.transform.load_levels(&batch.levels);
        if self.link {
            self.transform.link(frames, &batch.y, x);
        }
        for channel in 0..self.format.channels {
            for frame in 0..frames {
                self.transform
                    .decode(channel, frame, frames, x, &mut self.hop);
                self.departure.push(channel, &self.hop);
            }
        }
        self.departure.give_back()
    }

    /// Frames that [`pull`](Self::pull) can give.
    pub fn available(&self) -> usize {
        self.departure.available()
    }

    /// Takes out at most `out[c].len()` finished frames, one slice per channel; returns their number.
    pub fn pull(&mut self, out: &mut [&mut [f32]]) -> usize {
        self.departure.pull(out)
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) -> Result<()> {
        self.transform.reset();
        self.arrival.reset()?;
        let Alignment { delay, padding } = self.alignment;
        self.departure.reset(delay.0 as usize, padding)
    }

    /// Glides to another amount.
    pub fn set_amount(&mut self, settings: &Settings) {
        self.departure.set_gains(Gains::new(settings));
    }

    /// Whether a change between two frames is a crossfade.
    pub fn overlaps(&self) -> bool {
        self.transform.overlaps()
    }

    /// Delay of the output against the input.
    pub fn delay(&self) -> Frames {
        self.alignment.delay
    }

    /// Frames that are still to be pushed until a call is whole.
    pub fn wanted(&self) -> usize {
        self.arrival.wanted(self.format.frames_per_call)
    }

    /// Whether no pushed frame waits for a hop.
    pub fn at_hop(&self) -> bool {
        self.arrival.is_empty()
    }

    /// The most frames of one hop, at the host's rate.
    pub fn hop(&self) -> usize {
        self.host_hop
    }

    /// Whether the host's rate is not the model's.
    pub fn resampled(&self) -> bool {
        self.arrival.converts()
    }

    /// What the ends were made for.
    pub fn format(&self) -> Format {
        self.format
    }
}

//! Push samples in, pull cleaned samples out, with a constant delay that is known to the frame.

use super::ends::{Batch, Ends};
use super::recipe::Recipe;
use super::reverse::{Pace, Reverse};
use super::settings::{Format, Settings};
use crate::dsp::denormals::Flush;
use crate::error::{Error, Result};
use crate::model::network::Network;
use crate::units::Frames;

/// The engine: every mode runs this object.
///
/// What comes out is a function of what went in, the seed and the settings alone: how the input was cut into pushes
/// does not matter, to the bit.
#[derive(Debug)]
pub struct Stream {
    ends: Ends,
    reverse: Reverse,
    batch: Batch,
}

/// Both ends of a stream through `network`, and the reverse process between them, at the start of a signal.
pub(super) fn parts(
    network: Box<dyn Network>,
    format: Format,
    settings: &Settings,
) -> Result<(Ends, Reverse)> {
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
    let ends = Ends::new(card, format, settings)?;
    let reverse = Reverse::new(
        network,
        recipe.plan,
        settings.seed,
        format.channels,
        ends.shape(),
        format.frames_per_call,
    );
    Ok((ends, reverse))
}

impl Stream {
    /// A stream through `network`, at the start of a signal.
    ///
    /// # Errors
    /// [`Error::Setting`] for a rate, a number of channels, steps or a sampler that do not fit; [`Error::Model`] for a
    /// network that is not causal.
    pub fn new(network: Box<dyn Network>, format: Format, settings: &Settings) -> Result<Self> {
        let (ends, reverse) = parts(network, format, settings)?;
        Ok(Self::between(ends, reverse))
    }

    pub(super) fn between(ends: Ends, reverse: Reverse) -> Self {
        Self {
            batch: ends.batch(),
            ends,
            reverse,
        }
    }

    /// Takes any number of frames, one slice per channel, and runs the network as far as whole calls are there.
    ///
    /// NaN, infinities and subnormals are taken as silence; magnitudes are limited to
    /// [`LIMIT`](crate::dsp::sanitise::LIMIT).
    ///
    /// # Errors
    /// When the slices do not fit the format, or the network fails: the stream must then be reset.
    pub fn push(&mut self, input: &[&[f32]]) -> Result<()> {
        self.ends.push(input)?;
        let _flush = Flush::new();
        while self.ends.gather()? {
            self.ends.encode(&mut self.batch);
            let x = self.reverse.run(&self.batch.y)?;
            self.ends.decode(&self.batch, x)?;
        }
        Ok(())
    }

    /// Frames that [`pull`](Self::pull) can give.
    #[must_use]
    pub fn available(&self) -> usize {
        self.ends.available()
    }

    /// Takes out at most `out[c].len()` finished frames, one slice per channel; returns their number.
    ///
    /// # Panics
    /// When `out` does not hold one slice of one length per channel.
    pub fn pull(&mut self, out: &mut [&mut [f32]]) -> usize {
        self.ends.pull(out)
    }

    /// Back to the start of a signal: caches, filters and noise.
    ///
    /// # Errors
    /// Never for a stream that was built.
    pub fn reset(&mut self) -> Result<()> {
        self.reverse.reset();
        self.ends.reset()
    }

    /// Changes amount, mix and which part is kept, gliding; other settings need a new stream.
    pub fn set_amount(&mut self, settings: &Settings) {
        self.ends.set_amount(settings);
    }

    /// Runs more or less of the reverse process from the next hop on; the delay does not change. Overlapping frames
    /// join the results without a click; a model of waveform frames, which do not overlap, always runs the whole.
    pub fn set_pace(&mut self, pace: Pace) {
        if self.ends.overlaps() {
            self.reverse.set_pace(pace);
        }
    }

    /// How far the output lies behind the input: sample n of what is pulled belongs to sample n − delay of what was
    /// pushed. Waiting for whole hops comes on top and is the caller's to account for.
    #[must_use]
    pub fn delay(&self) -> Frames {
        self.ends.delay()
    }

    /// Frames that are still to be pushed until the next call of the network.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.ends.wanted()
    }

    /// The most frames of one hop, at the host's rate.
    #[must_use]
    pub fn hop(&self) -> usize {
        self.ends.hop()
    }

    /// Whether the host's rate is not the model's.
    #[must_use]
    pub fn resampled(&self) -> bool {
        self.ends.resampled()
    }

    /// Whether no pushed frame waits for a hop: two streams that start here stay in step.
    #[must_use]
    pub fn at_hop(&self) -> bool {
        self.ends.at_hop()
    }

    /// What the stream was made for.
    #[must_use]
    pub fn format(&self) -> Format {
        self.ends.format()
    }

    pub(super) fn ends(&self) -> &Ends {
        &self.ends
    }

    /// The reverse process with its network.
    #[must_use]
    pub fn reverse(&self) -> &Reverse {
        &self.reverse
    }
}

//! What the user chooses, and what the signal is.

use crate::diffusion::sampler::Sampler;
use crate::error::{Error, Result};
use crate::units::{Db, Hz};

/// Which part of the signal comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// The cleaned signal.
    #[default]
    Cleaned,
    /// What was taken away: input − cleaned.
    Removed,
}

/// The choices of a run. `Default` is what the model card recommends.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Reverse steps; `None` takes the card's default.
    pub steps: Option<usize>,
    /// Reverse sampler; `None` takes the card's default.
    pub sampler: Option<Sampler>,
    /// Seed of all noise that the sampler draws.
    pub seed: u64,
    /// The most that any part of the signal is attenuated; `None` for no limit. 0 dB leaves the input as it is.
    pub attenuation_limit: Option<Db>,
    /// Share of the cleaned signal in the output, 0 (input) … 1.
    pub mix: f32,
    /// Which part comes out.
    pub keep: Keep,
    /// Whether all channels get the same gain in each frame and bin, so that nothing moves in the stereo image.
    pub link: bool,
}

/// The attenuation limit that keeps music: a network for speech takes it for noise, and nothing falls by more than this.
pub const MUSIC_LIMIT: Db = Db(2.5);

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: None,
            sampler: None,
            seed: 0,
            attenuation_limit: None,
            mix: 1.0,
            keep: Keep::Cleaned,
            link: false,
        }
    }
}

impl Settings {
    /// Checks every range that does not depend on the model.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first setting that is out of its range.
    pub fn validate(&self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.mix) {
            return Err(Error::setting(
                "mix",
                self.mix,
                "from 0 (input) to 1 (cleaned)",
            ));
        }
        match self.attenuation_limit {
            Some(Db(limit)) if limit.is_nan() || limit < 0.0 => Err(Error::setting(
                "attenuation limit",
                limit,
                "0 dB (no change) or more",
            )),
            _ => Ok(()),
        }
    }
}

/// The signal that enters and leaves the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Sample rate of both sides.
    pub rate: Hz,
    /// Channels, processed as one batch.
    pub channels: usize,
    /// Frames of the network per call: 1 for real time, more for files. At most the network's `frames_max`.
    pub frames_per_call: usize,
}

impl Format {
    /// The most channels that one stream takes.
    pub const CHANNELS_MAX: usize = 64;

    /// Checks rate, channels and frames.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is out of its range.
    pub fn validate(&self, frames_max: usize) -> Result<()> {
        let rates = Hz::SUPPORTED;
        if !rates.contains(&self.rate.0) {
            let expected = format!("from {} to {}", Hz(*rates.start()), Hz(*rates.end()));
            return Err(Error::setting("sample rate", self.rate, expected));
        }
        if !(1..=Self::CHANNELS_MAX).contains(&self.channels) {
            let expected = format!("from 1 to {}", Self::CHANNELS_MAX);
            return Err(Error::setting(
                "number of channels",
                self.channels,
                expected,
            ));
        }
        if !(1..=frames_max).contains(&self.frames_per_call) {
            let expected = format!("from 1 to {frames_max}, the most that this model takes");
            return Err(Error::setting(
                "frames per call",
                self.frames_per_call,
                expected,
            ));
        }
        Ok(())
    }
}

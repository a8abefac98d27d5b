//! How hard a sound is struck.

use crate::error::{Error, Result};

/// A MIDI velocity, 0 to 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Velocity(u8);

impl Velocity {
    /// The largest.
    pub const MAX: u8 = 127;
    /// Brightness at the two ends, in standard deviations of the class.
    const BRIGHTNESS: f32 = 1.5;

    /// Checks the range.
    ///
    /// # Errors
    /// [`Error::Setting`] above 127.
    pub fn new(velocity: u8) -> Result<Self> {
        if velocity <= Self::MAX {
            return Ok(Self(velocity));
        }
        Err(Error::setting("velocity", velocity, "0 to 127"))
    }

    /// The brightness that goes with it: what is struck harder is brighter. −1.5 to 1.5, 0 in the middle.
    #[must_use]
    pub fn brightness(self) -> f32 {
        Self::BRIGHTNESS * (2.0 * f32::from(self.0) / f32::from(Self::MAX) - 1.0)
    }

    /// The amplitude that goes with it: (v/127)², as most samplers have it: 40·log10(v/127) dB.
    #[must_use]
    pub fn amplitude(self) -> f32 {
        (f32::from(self.0) / f32::from(Self::MAX)).powi(2)
    }
}

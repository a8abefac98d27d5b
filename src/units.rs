//! Units as types: hertz, frames and decibels, and the one place that formats them.

use std::fmt;

/// A sample rate in hertz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hz(pub u32);

impl Hz {
    /// Rates that the engine accepts: from telephone-grade archives to 192 kHz production.
    pub const SUPPORTED: std::ops::RangeInclusive<u32> = 4_000..=384_000;

    /// The duration of `frames` at this rate, in seconds.
    #[must_use]
    pub fn seconds(self, frames: u64) -> f64 {
        frames as f64 / f64::from(self.0)
    }
}

impl fmt::Display for Hz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1000 {
            write!(f, "{} kHz", f64::from(self.0) / 1000.0)
        } else {
            write!(f, "{} Hz", self.0)
        }
    }
}

/// A number of sample frames (one sample of every channel), at a rate that the context names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Frames(pub u64);

impl Frames {
    /// These frames at `rate`, in milliseconds.
    #[must_use]
    pub fn milliseconds(self, rate: Hz) -> f64 {
        1e3 * rate.seconds(self.0)
    }
}

/// A level or a gain in decibels.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Db(pub f32);

impl Db {
    /// The linear amplitude factor, 10^(dB/20).
    #[must_use]
    pub fn amplitude(self) -> f32 {
        10f32.powf(self.0 / 20.0)
    }

    /// The level of a mean square, 10·log10; minus infinity for zero.
    #[must_use]
    pub fn from_power(mean_square: f64) -> Self {
        Self((10.0 * mean_square.log10()) as f32)
    }
}

impl fmt::Display for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} dB", self.0)
    }
}

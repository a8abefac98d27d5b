//! From f32 at full scale ±1 to integers: dither, rounding, clipping, and a count of what was clipped.

use super::dither::Dither;
use super::pcm::full_scale;
use super::spec::SampleFormat;

/// Turns samples into integers of one format and counts as it goes.
#[derive(Debug)]
pub(super) struct Quantizer {
    scale: f64,
    dither: Dither,
    clipped: u64,
}

impl Quantizer {
    pub fn new(format: SampleFormat, dither: Dither) -> Self {
        // A step of 32 bits is far below the precision of f32: there is nothing to dither.
        let dither = if format == SampleFormat::Int32 {
            Dither::Off
        } else {
            dither
        };
        Self {
            scale: full_scale(format),
            dither,
            clipped: 0,
        }
    }

    /// Samples beyond full scale so far. Exactly +1 is not counted, although it becomes the step below it.
    pub fn clipped(&self) -> u64 {
        self.clipped
    }

    /// The integer for sample `x` at `frame` of `channel`. NaN becomes 0.
    pub fn integer(&mut self, x: f32, channel: u16, frame: u64) -> i32 {
        if x.abs() > 1.0 {
            self.clipped += 1;
        }
        // Digital silence is no recording of anything: it stays what it is.
        let dither = if x == 0.0 {
            0.0
        } else {
            self.dither.draw(channel, frame)
        };
        let steps = (f64::from(x) * self.scale + dither).round_ties_even();
        // A cast from float saturates and maps NaN to 0.
        steps.clamp(-self.scale, self.scale - 1.0) as i32
    }
}

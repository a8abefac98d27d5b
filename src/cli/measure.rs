//! What the report says about the sound: loudness, peak, clipped samples, the level in pauses; before and after.
//!
//! Everything is accumulated while the audio streams through; the memory does not grow with its length.

mod pauses;

use ebur128::{EbuR128, Mode};
use serde::Serialize;

use crate::units::Hz;
use pauses::Pauses;

/// From here on a sample counts as clipped: the largest value that 16 bits can hold.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// A number before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pair<T> {
    /// Of the input.
    pub before: T,
    /// Of the output.
    pub after: T,
}

/// The numbers of one file. `None` where a signal has no such number: silence has no loudness.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Mean level of the quietest tenth of the input, in dB below full scale, and of the output at the same places.
    pub pauses_dbfs: Option<Pair<f64>>,
    /// How much quieter the pauses have become.
    pub noise_reduction_db: Option<f64>,
    /// Integrated loudness (EBU R 128).
    pub loudness_lufs: Pair<Option<f64>>,
    /// Largest sample, in dB below full scale.
    pub peak_dbfs: Pair<Option<f64>>,
    /// Samples at or beyond full scale.
    pub clipped_samples: Pair<u64>,
}

/// Meters of one file: fed with what goes in and what comes out, in any chunks.
#[derive(Debug)]
pub struct Meters {
    before: Level,
    after: Level,
    pauses: Pauses,
}

impl Meters {
    /// Meters for a signal of this form.
    pub fn new(rate: Hz, channels: usize) -> Self {
        Self {
            before: Level::new(rate, channels),
            after: Level::new(rate, channels),
            pauses: Pauses::new(rate),
        }
    }

    /// A chunk of the input.
    pub fn before(&mut self, chunk: &[&[f32]]) {
        self.before.add(chunk);
        self.pauses.before(chunk);
    }

    /// A chunk of the output; the output is aligned with the input and not ahead of it.
    pub fn after(&mut self, chunk: &[&[f32]]) {
        self.after.add(chunk);
        self.pauses.after(chunk);
    }

    /// The numbers.
    pub fn finish(&self) -> Measured {
        let pauses_dbfs = self.pauses.levels();
        Measured {
            pauses_dbfs,
            noise_reduction_db: pauses_dbfs.map(|level| level.before - level.after),
            loudness_lufs: Pair {
                before: self.before.loudness(),
                after: self.after.loudness(),
            },
            peak_dbfs: Pair {
                before: self.before.peak(),
                after: self.after.peak(),
            },
            clipped_samples: Pair {
                before: self.before.clipped,
                after: self.after.clipped,
            },
        }
    }
}

/// The meters of one side.
struct Level {
    /// None for forms that EBU R 128 does not know (more than 64 channels).
    ebur128: Option<EbuR128>,
    peak: f32,
    clipped: u64,
}

impl std::fmt::Debug for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Level")
            .field("peak", &self.peak)
            .field("clipped", &self.clipped)
            .finish_non_exhaustive()
    }
}

impl Level {
    fn new(rate: Hz, channels: usize) -> Self {
        // HISTOGRAM: without it the meter remembers every block of the file.
        let ebur128 = u32::try_from(channels)
            .ok()
            .and_then(|n| EbuR128::new(n, rate.0, Mode::I | Mode::HISTOGRAM).ok());
        Self {
            ebur128,
            peak: 0.0,
            clipped: 0,
        }
    }

    fn add(&mut self, chunk: &[&[f32]]) {
        if let Some(meter) = &mut self.ebur128 {
            // It fails only when the channel count is not the one it was made for.
            let _ = meter.add_frames_planar_f32(chunk);
        }
        for sample in chunk.iter().flat_map(|channel| channel.iter()) {
            self.peak = self.peak.max(sample.abs());
            self.clipped += u64::from(sample.abs() >= FULL_SCALE);
        }
    }

    fn loudness(&self) -> Option<f64> {
        self.ebur128
            .as_ref()?
            .loudness_global()
            .ok()
            .filter(|lufs| lufs.is_finite())
    }

    fn peak(&self) -> Option<f64> {
        (self.peak > 0.0).then(|| 20.0 * f64::from(self.peak).log10())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 997 Hz sine of amplitude A on one channel has 20·log10(A) − 3.01 LUFS (BS.1770), within 0.1.
    #[test]
    fn a_sine_has_its_loudness_and_peak_whatever_the_chunks() {
        let sine: Vec<f32> = (0..480_000)
            .map(|n| 0.1 * (n as f32 * 997.0 / 48_000.0 * std::f32::consts::TAU).sin())
            .collect();
        for chunk in [1usize, 1000, 480_000] {
            let mut meters = Meters::new(Hz(48_000), 1);
            for part in sine.chunks(chunk) {
                meters.before(&[part]);
                meters.after(&[part]);
            }
            let measured = meters.finish();
            let lufs = measured.loudness_lufs.before.unwrap();
            assert!((lufs + 23.01).abs() < 0.1, "{lufs}");
            assert!((measured.peak_dbfs.after.unwrap() + 20.0).abs() < 0.01);
            assert_eq!(measured.noise_reduction_db, Some(0.0));
        }
    }

    #[test]
    fn silence_has_no_numbers() {
        let mut meters = Meters::new(Hz(8_000), 2);
        meters.before(&[&[0.0; 8000], &[0.0; 8000]]);
        meters.after(&[&[0.0; 8000], &[0.0; 8000]]);
        let measured = meters.finish();
        assert_eq!(measured.pauses_dbfs, None);
        assert_eq!(
            measured.loudness_lufs,
            Pair {
                before: None,
                after: None
            }
        );
        assert_eq!(
            measured.peak_dbfs,
            Pair {
                before: None,
                after: None
            }
        );
    }

    #[test]
    fn a_sample_at_full_scale_is_clipped() {
        let mut meters = Meters::new(Hz(8_000), 1);
        meters.before(&[&[1.0, -1.0, 0.999, FULL_SCALE]]);
        assert_eq!(
            meters.finish().clipped_samples,
            Pair {
                before: 3,
                after: 0
            }
        );
    }
}

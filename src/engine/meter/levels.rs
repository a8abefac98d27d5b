//! Peak and RMS of what goes in and what comes out, at one moment of the signal.

use crate::units::{Db, Hz};

/// Levels of the input and the output, all channels together, full scale at 1.
///
/// Both are of the same moment: the input is the delayed one, so `reduction` compares like with like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Largest magnitude of the input.
    pub input_peak: f32,
    /// Root of the mean square of the input.
    pub input_rms: f32,
    /// Largest magnitude of the output.
    pub output_peak: f32,
    /// Root of the mean square of the output.
    pub output_rms: f32,
}

impl Levels {
    /// How far the output lies below the input, in decibels (0 when either is silent).
    #[must_use]
    pub fn reduction(&self) -> Db {
        if self.input_rms > 0.0 && self.output_rms > 0.0 {
            Db(20.0 * (self.input_rms / self.output_rms).log10())
        } else {
            Db(0.0)
        }
    }
}

/// The audio thread's side: collects until the screen has read, then begins anew.
pub struct LevelWriter {
    to_screen: triple_buffer::Input<Levels>,
    peaks: (f32, f32),
    squares: (f64, f64),
    samples: u64,
    /// Samples after which it begins anew although nobody has read.
    most: u64,
}

impl LevelWriter {
    pub fn new(to_screen: triple_buffer::Input<Levels>, rate: Hz, channels: usize) -> Self {
        Self {
            to_screen,
            peaks: (0.0, 0.0),
            squares: (0.0, 0.0),
            samples: 0,
            most: u64::from(rate.0) * channels as u64,
        }
    }

    /// One sample of both sides.
    #[inline]
    pub fn add(&mut self, input: f32, output: f32) {
        self.peaks.0 = self.peaks.0.max(input.abs());
        self.peaks.1 = self.peaks.1.max(output.abs());
        self.squares.0 += f64::from(input) * f64::from(input);
        self.squares.1 += f64::from(output) * f64::from(output);
        self.samples += 1;
    }

    /// At the end of a block: shows what was collected.
    pub fn publish(&mut self) {
        if self.samples == 0 {
            return;
        }
        let rms = |squares: f64| (squares / self.samples as f64).sqrt() as f32;
        // Asked before writing: what is written now has not been read yet.
        let read = self.to_screen.consumed();
        self.to_screen.write(Levels {
            input_peak: self.peaks.0,
            input_rms: rms(self.squares.0),
            output_peak: self.peaks.1,
            output_rms: rms(self.squares.1),
        });
        if read || self.samples >= self.most {
            (self.peaks, self.squares, self.samples) = ((0.0, 0.0), (0.0, 0.0), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(rate: u32) -> (LevelWriter, triple_buffer::Output<Levels>) {
        let (writer, reader) = triple_buffer::triple_buffer(&Levels::default());
        (LevelWriter::new(writer, Hz(rate), 1), reader)
    }

    #[test]
    fn a_reader_sees_every_peak_once() {
        let (mut writer, mut reader) = pair(48_000);
        let mut seen = Vec::new();
        for block in 0..60 {
            for _ in 0..64 {
                writer.add(if block == 30 { 0.9 } else { 0.1 }, 0.05);
            }
            writer.publish();
            if block % 7 == 6 {
                seen.push(reader.read().input_peak);
            }
        }
        let loud = seen.iter().filter(|peak| **peak == 0.9).count();
        assert!(
            (1..=2).contains(&loud),
            "the peak must be seen, and not for long: {seen:?}"
        );
        assert_eq!(seen.last(), Some(&0.1));
    }

    #[test]
    fn levels_are_what_they_say() {
        let (mut writer, mut reader) = pair(1_000);
        for n in 0..1_000 {
            let sine = (std::f32::consts::TAU * n as f32 / 50.0).sin();
            writer.add(sine, 0.1 * sine);
        }
        writer.publish();
        let levels = *reader.read();
        assert!((levels.input_peak - 1.0).abs() < 0.01 && (levels.output_peak - 0.1).abs() < 0.001);
        assert!((levels.input_rms - 0.5f32.sqrt()).abs() < 1e-3);
        assert!((levels.reduction().0 - 20.0).abs() < 1e-3, "{levels:?}");
    }

    #[test]
    fn without_a_reader_only_the_last_second_counts() {
        let (mut writer, mut reader) = pair(1_000);
        for second in 0..5 {
            for _ in 0..10 {
                (0..100).for_each(|_| writer.add(if second == 0 { 1.0 } else { 0.2 }, 0.0));
                writer.publish();
            }
        }
        assert_eq!(reader.read().input_peak, 0.2);
        assert_eq!(reader.read().reduction(), Db(0.0));
    }
}

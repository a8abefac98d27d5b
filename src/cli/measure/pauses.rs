//! The level in pauses: windows of 20 ms, sorted by the level of the input, the quietest tenth.
//!
//! Sorting takes a histogram over the input level, so the memory is constant. Each bin sums the power of the input
//! and of the output *at the same places*: what was taken away there is the noise reduction.

use std::collections::VecDeque;

use super::Pair;
use crate::units::Hz;

/// Windows a second.
const WINDOWS: u32 = 50;
/// The share of the windows that counts as pause.
const SHARE: f64 = 0.1;
/// Anything below is digital silence (a gate, a fade), not a pause with noise in it.
const SILENCE_DB: f64 = -120.0;
/// Bins of a tenth of a decibel from there up to +20 dB.
const BINS: usize = 1400;

/// Accumulates both sides.
#[derive(Debug)]
pub struct Pauses {
    before: Windows,
    after: Windows,
    /// Powers of input windows whose output has not arrived yet: as long as the engine's delay.
    waiting: VecDeque<f64>,
    bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    windows: u64,
    before: f64,
    after: f64,
}

impl Pauses {
    /// For a signal of this rate.
    pub fn new(rate: Hz) -> Self {
        let length = (rate.0 / WINDOWS).max(1) as usize;
        Self {
            before: Windows::new(length),
            after: Windows::new(length),
            waiting: VecDeque::new(),
            bins: vec![Bin::default(); BINS],
        }
    }

    /// A chunk of the input.
    pub fn before(&mut self, chunk: &[&[f32]]) {
        let Self {
            before, waiting, ..
        } = self;
        before.add(chunk, |power| waiting.push_back(power));
    }

    /// A chunk of the output, not ahead of the input.
    pub fn after(&mut self, chunk: &[&[f32]]) {
        let Self {
            after,
            waiting,
            bins,
            ..
        } = self;
        after.add(chunk, |power| {
            let Some(input) = waiting.pop_front() else {
                return;
            };
            let level = 10.0 * input.log10();
            if level < SILENCE_DB || !level.is_finite() {
                return;
            }
            let bin = &mut bins[(((level - SILENCE_DB) * 10.0) as usize).min(BINS - 1)];
            bin.windows += 1;
            bin.before += input;
            bin.after += power;
        });
    }

    /// Mean levels over the pauses; None when there was nothing but silence.
    pub fn levels(&self) -> Option<Pair<f64>> {
        let total: u64 = self.bins.iter().map(|bin| bin.windows).sum();
        let wanted = ((total as f64 * SHARE).ceil() as u64).max(1);
        let mut pauses = Bin::default();
        for bin in &self.bins {
            if pauses.windows >= wanted {
                break;
            }
            pauses.windows += bin.windows;
            pauses.before += bin.before;
            pauses.after += bin.after;
        }
        // An output of exact zeros stays a number: the floor of the histogram.
        let level = |sum: f64| (10.0 * (sum / pauses.windows as f64).log10()).max(SILENCE_DB);
        (pauses.windows > 0).then(|| Pair {
            before: level(pauses.before),
            after: level(pauses.after),
        })
    }
}

/// Mean power of consecutive windows, over all channels.
#[derive(Debug)]
struct Windows {
    length: usize,
    filled: usize,
    sum: f64,
}

impl Windows {
    fn new(length: usize) -> Self {
        Self {
            length,
            filled: 0,
            sum: 0.0,
        }
    }

    fn add(&mut self, chunk: &[&[f32]], mut complete: impl FnMut(f64)) {
        let frames = chunk.first().map_or(0, |channel| channel.len());
        let mut start = 0;
        while start < frames {
            let end = frames.min(start + self.length - self.filled);
            let samples = chunk.iter().flat_map(|channel| &channel[start..end]);
            self.sum += samples.map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
            self.filled += end - start;
            start = end;
            if self.filled == self.length {
                complete(self.sum / (self.length * chunk.len()) as f64);
                self.filled = 0;
                self.sum = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loud half and a quiet half; only the quiet half is attenuated, by 20 dB.
    #[test]
    fn the_quiet_part_counts() {
        let amplitude = |n: usize| if n < 8_000 { 0.5 } else { 0.01 };
        let input: Vec<f32> = (0..16_000)
            .map(|n| {
                if n % 2 == 0 {
                    amplitude(n)
                } else {
                    -amplitude(n)
                }
            })
            .collect();
        let output: Vec<f32> = input
            .iter()
            .map(|&x| if x.abs() < 0.1 { 0.1 * x } else { x })
            .collect();
        let mut pauses = Pauses::new(Hz(8_000));
        for part in input.chunks(777) {
            pauses.before(&[part]);
        }
        for part in output.chunks(1001) {
            pauses.after(&[part]);
        }
        let levels = pauses.levels().unwrap();
        assert!((levels.before + 40.0).abs() < 1e-3, "{levels:?}");
        assert!((levels.after + 60.0).abs() < 1e-3, "{levels:?}");
    }
}

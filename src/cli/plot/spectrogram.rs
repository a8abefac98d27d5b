//! A spectrogram of bounded size: when the columns are full, neighbours merge and each column covers twice the time.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::units::Hz;

/// Columns are halved when there are so many: a picture never needs more.
const COLUMNS_MAX: usize = 2048;

/// Mean power by time and frequency of the mean of all channels.
pub struct Spectrogram {
    rate: Hz,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Samples that belong to the next frame; never longer than the window.
    pending: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    /// Sums over `merged` frames, but for the last one which holds `in_last`.
    columns: Vec<Vec<f32>>,
    merged: usize,
    in_last: usize,
    /// All samples so far.
    samples: u64,
}

impl std::fmt::Debug for Spectrogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spectrogram")
            .field("samples", &self.samples)
            .field("merged", &self.merged)
            .finish_non_exhaustive()
    }
}

impl Spectrogram {
    /// Windows of about 40 ms, hops of about 5 ms.
    pub fn new(rate: Hz) -> Self {
        let length = (rate.0 as usize / 25).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let window = (0..length)
            .map(|n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / length as f32).cos())
            .collect();
        Self {
            rate,
            spectrum: fft.make_output_vec(),
            frame: fft.make_input_vec(),
            fft,
            window,
            // The first frame is centred on the first sample.
            pending: vec![0.0; length / 2],
            columns: Vec::new(),
            merged: 1,
            in_last: 1,
            samples: 0,
        }
    }

    fn hop(&self) -> usize {
        self.window.len() / 8
    }

    /// A chunk of planar audio.
    pub fn add(&mut self, chunk: &[&[f32]]) {
        let Some(frames) = chunk.first().map(|channel| channel.len()) else {
            return;
        };
        self.samples += frames as u64;
        for n in 0..frames {
            self.pending
                .push(chunk.iter().map(|channel| channel[n]).sum::<f32>() / chunk.len() as f32);
            if self.pending.len() == self.window.len() {
                self.analyse();
                self.pending.drain(..self.hop());
            }
        }
    }

    /// Looks at what is left, as if silence followed.
    pub fn finish(&mut self) {
        let centred = self
            .pending
            .len()
            .saturating_sub(self.window.len() / 2)
            .div_ceil(self.hop());
        for _ in 0..centred {
            self.pending.resize(self.window.len(), 0.0);
            self.analyse();
            self.pending.drain(..self.hop());
        }
    }

    /// One frame into the columns. A sine of amplitude one comes to a power of one.
    fn analyse(&mut self) {
        for ((out, x), w) in self.frame.iter_mut().zip(&self.pending).zip(&self.window) {
            *out = if x.is_finite() { x * w } else { 0.0 };
        }
        if self
            .fft
            .process(&mut self.frame, &mut self.spectrum)
            .is_err()
        {
            return; // never: the buffers came from the plan
        }
        let gain = (4.0 / self.window.len() as f32).powi(2);
        if self.in_last == self.merged || self.columns.is_empty() {
            if self.columns.len() == COLUMNS_MAX {
                self.halve();
            }
            self.columns.push(vec![0.0; self.spectrum.len()]);
            self.in_last = 0;
        }
        if let Some(last) = self.columns.last_mut() {
            for (sum, bin) in last.iter_mut().zip(&self.spectrum) {
                *sum += gain * bin.norm_sqr();
            }
        }
        self.in_last += 1;
    }

    fn halve(&mut self) {
        let full = std::mem::take(&mut self.columns);
        let mut full = full.into_iter();
        while let (Some(mut first), Some(second)) = (full.next(), full.next()) {
            first.iter_mut().zip(second).for_each(|(a, b)| *a += b);
            self.columns.push(first);
        }
        self.merged *= 2;
    }

    /// Seconds of audio.
    pub fn seconds(&self) -> f64 {
        self.rate.seconds(self.samples)
    }

    /// Level in dB relative to a full-scale sine at a place: time and frequency, each as a share from 0 to 1.
    pub fn level(&self, time: f64, frequency: f64) -> f32 {
        let frames = time * self.samples as f64 / self.hop() as f64;
        let column =
            ((frames / self.merged as f64) as usize).min(self.columns.len().saturating_sub(1));
        let Some(bins) = self.columns.get(column) else {
            return f32::NEG_INFINITY;
        };
        let count = if column + 1 == self.columns.len() {
            self.in_last
        } else {
            self.merged
        };
        let bin = ((frequency * (bins.len() - 1) as f64).round() as usize).min(bins.len() - 1);
        10.0 * (bins[bin] / count as f32).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_its_level_at_its_place_after_any_number_of_merges() {
        let rate = Hz(8_000);
        for seconds in [1, 60] {
            let mut spectrogram = Spectrogram::new(rate);
            // A quarter of the rate is the middle of the frequency axis and sits on a bin.
            let sine: Vec<f32> = (0..seconds * 8_000)
                .map(|n| [0.0, 0.1, 0.0, -0.1][n % 4])
                .collect();
            for part in sine.chunks(1234) {
                spectrogram.add(&[part, part]);
            }
            spectrogram.finish();
            assert!(spectrogram.columns.len() <= COLUMNS_MAX);
            assert!(
                (spectrogram.level(0.5, 0.5) + 20.0).abs() < 0.01,
                "{}",
                spectrogram.level(0.5, 0.5)
            );
            assert!(spectrogram.level(0.5, 0.25) < -80.0);
        }
    }
}

//! One column of the spectrogram for each hop, before and after.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};
use ringbuf::HeapProd;
use ringbuf::traits::{Observer, Producer};

use crate::dsp::fifo::Fifo;
use crate::dsp::window::sqrt_hann;
use crate::units::Hz;

/// Bands of a column.
pub const BANDS: usize = 64;

/// Upper end of the highest band in Hz, or half the sample rate where that is lower.
pub const TOP_HZ: f32 = 20_000.0;

/// Quietest level that is shown, in dB of full scale.
const FLOOR_DB: f32 = -120.0;

/// Seconds that a column looks at, about.
const WINDOW_SECONDS: f64 = 0.0213;

/// Power in bands of equal mel width, in dB: a sine of full scale gives 0 in its band. Mean of all channels.
///
/// Input and output are of one moment: the input is delayed as the engine delays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// What goes in, lowest band first.
    pub input: [f32; BANDS],
    /// The cleaned signal, before the amount.
    pub output: [f32; BANDS],
}

/// Edges of the bands in Hz at a sample rate, lowest first.
#[must_use]
pub fn band_edges(rate: Hz) -> [f32; BANDS + 1] {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let top = mel(TOP_HZ.min(rate.0 as f32 / 2.0));
    std::array::from_fn(|band| {
        let mel = top * band as f32 / BANDS as f32;
        700.0 * (10f32.powf(mel / 2595.0) - 1.0)
    })
}

/// The worker's side.
pub struct Columns {
    to_screen: HeapProd<Column>,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    scale: f32,
    /// First bin of each band and of the one after the last; bands narrower than a bin share it.
    bins: [usize; BANDS + 1],
    channels: usize,
    /// Mean of the channels: the last `window` frames of both sides.
    input: Vec<f32>,
    output: Vec<f32>,
    delayed: Fifo,
    mono: Vec<f32>,
    windowed: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Columns {
    /// `delay` is the engine's, in frames.
    pub fn new(to_screen: HeapProd<Column>, rate: Hz, channels: usize, delay: usize) -> Self {
        let size = ((f64::from(rate.0) * WINDOW_SECONDS) as usize)
            .next_power_of_two()
            .max(64);
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let window: Vec<f32> = sqrt_hann(size).into_iter().map(|w| w * w).collect();
        let energy: f32 = window.iter().map(|w| w * w).sum();
        let edges = band_edges(rate);
        let bin = |hz: f32| (hz * size as f32 / rate.0 as f32).round() as usize;
        let mut delayed = Fifo::new(1, delay + size);
        delayed.push_silence(delay);
        Self {
            to_screen,
            scale: 4.0 / (size as f32 * energy),
            bins: edges.map(|hz| bin(hz).min(size / 2)),
            channels,
            input: vec![0.0; size],
            output: vec![0.0; size],
            delayed,
            mono: Vec::with_capacity(4 * size),
            windowed: vec![0.0; size],
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            window,
        }
    }

    /// Frames that went into the engine, planar: the first `frames` of each plane.
    pub fn hear_input(&mut self, planes: &[Vec<f32>], frames: usize) {
        let share = 1.0 / self.channels as f32;
        let mean = (0..frames).map(|n| share * planes.iter().map(|plane| plane[n]).sum::<f32>());
        self.delayed.push(0, mean);
    }

    /// Frames that came out, interleaved. A column is written when the screen has room for it.
    pub fn hear_output(&mut self, interleaved: &[f32]) {
        let frames = (interleaved.len() / self.channels).min(self.delayed.len());
        if frames == 0 {
            return;
        }
        self.mono.resize(frames, 0.0);
        self.delayed.pop(0, &mut self.mono);
        shift_in(&mut self.input, self.mono.iter().copied());
        let share = 1.0 / self.channels as f32;
        let mean = interleaved
            .chunks_exact(self.channels)
            .take(frames)
            .map(|frame| share * frame.iter().sum::<f32>());
        shift_in(&mut self.output, mean);
        if self.to_screen.vacant_len() == 0 {
            return;
        }
        let mut column = Column {
            input: [FLOOR_DB; BANDS],
            output: [FLOOR_DB; BANDS],
        };
        self.analyse(false, &mut column.input);
        self.analyse(true, &mut column.output);
        let _ = self.to_screen.try_push(column);
    }

    /// After a restart: the engine's delay is silence again.
    pub fn reset(&mut self, delay: usize) {
        self.delayed.clear();
        self.delayed.push_silence(delay);
    }

    fn analyse(&mut self, output: bool, bands: &mut [f32; BANDS]) {
        let signal = if output { &self.output } else { &self.input };
        for ((to, sample), weight) in self.windowed.iter_mut().zip(signal).zip(&self.window) {
            *to = sample * weight;
        }
        // The lengths are ours, so the transform cannot refuse them; a picture is not worth a panic.
        let _ = self.fft.process_with_scratch(
            &mut self.windowed,
            &mut self.spectrum,
            &mut self.scratch,
        );
        for (band, level) in bands.iter_mut().enumerate() {
            let (first, end) = (self.bins[band], self.bins[band + 1]);
            let bins = &self.spectrum[first..end.max(first + 1)];
            let power = self.scale * bins.iter().map(Complex32::norm_sqr).sum::<f32>();
            *level = (10.0 * power.log10()).max(FLOOR_DB);
        }
    }
}

/// Appends samples to a window of fixed length.
fn shift_in(window: &mut [f32], samples: impl ExactSizeIterator<Item = f32>) {
    let (size, new) = (window.len(), samples.len());
    let keep = size.saturating_sub(new);
    window.copy_within(size - keep.., 0);
    let skip = new.saturating_sub(size);
    for (to, sample) in window[keep..].iter_mut().zip(samples.skip(skip)) {
        *to = sample;
    }
}

#[cfg(test)]
mod tests {
    use ringbuf::HeapRb;
    use ringbuf::traits::{Consumer, Split};

    use super::*;

    #[test]
    fn a_tone_stands_in_its_band_at_its_level_and_moment() {
        let (to_screen, mut from_worker) = HeapRb::new(200).split();
        let (rate, delay) = (Hz(48_000), 480);
        let mut columns = Columns::new(to_screen, rate, 2, delay);
        let tone = |n: usize| {
            if n < 9_600 {
                0.0
            } else {
                0.1 * (std::f32::consts::TAU * 1_000.0 * n as f32 / 48_000.0).sin()
            }
        };
        for hop in 0..40 {
            let plane: Vec<f32> = (0..480).map(|n| tone(hop * 480 + n)).collect();
            columns.hear_input(&[plane.clone(), plane], 480);
            let out: Vec<f32> = (0..960)
                .map(|i| 0.1 * tone((hop * 480 + i / 2).saturating_sub(delay)))
                .collect();
            columns.hear_output(&out);
        }
        let band = band_edges(rate)
            .windows(2)
            .position(|edge| edge[0] <= 1_000.0 && 1_000.0 < edge[1])
            .unwrap();
        let shown: Vec<Column> = std::iter::from_fn(|| from_worker.try_pop()).collect();
        assert_eq!(shown.len(), 40);
        let (before, last) = (shown[15], shown[39]);
        assert!(before.input[band] < -100.0 && before.output[band] < -100.0);
        let near = |bands: &[f32; BANDS]| {
            let power: f32 = (band - 1..=band + 1)
                .map(|b| 10f32.powf(bands[b] / 10.0))
                .sum();
            10.0 * power.log10()
        };
        assert!(
            (near(&last.input) + 20.0).abs() < 0.3,
            "{}",
            near(&last.input)
        );
        assert!(
            (near(&last.output) + 40.0).abs() < 0.3,
            "{}",
            near(&last.output)
        );
        assert!(last.input[band + 20] < -80.0);
        // From the hop on in which both hear it.
        for column in &shown[22..27] {
            let reduction = near(&column.input) - near(&column.output);
            assert!((reduction - 20.0).abs() < 0.5, "of one moment: {reduction}");
        }
    }
}

//! Short-time Fourier transform, one hop in, one hop out.
//!
//! Frame m covers the samples `[(m+1)·hop − window, (m+1)·hop)`; the stream is preceded by zeros. After frame m the
//! overlap-add is final up to sample `(m+1)·hop − (window − hop)`: analysis and synthesis together are a pure delay of
//! `window − hop` samples.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::window::sqrt_hann;

/// Samples to spectra, for one channel.
pub struct Analysis {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The last `window` samples, oldest first.
    history: Vec<f32>,
    windowed: Vec<f32>,
    scratch: Vec<Complex32>,
    hop: usize,
}

/// Spectra to samples, for one channel.
pub struct Synthesis {
    fft: Arc<dyn ComplexToReal<f32>>,
    /// Synthesis window with 1/window of the inverse FFT and 1/(overlap-add of w²) folded in.
    window: Vec<f32>,
    /// Samples that later frames still add to; its first `hop` are final after the next frame.
    overlap: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    hop: usize,
}

impl Analysis {
    /// √Hann analysis with `window` samples a frame (even) and `hop` samples between frames.
    #[must_use]
    pub fn new(window: usize, hop: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(window);
        Self {
            scratch: fft.make_scratch_vec(),
            fft,
            window: sqrt_hann(window),
            history: vec![0.0; window],
            windowed: vec![0.0; window],
            hop,
        }
    }

    /// Takes `hop` new samples and writes the unnormalised spectrum, `window/2 + 1` bins.
    ///
    /// # Panics
    /// When a slice has another length: the caller owns both sizes.
    pub fn frame(&mut self, samples: &[f32], spectrum: &mut [Complex32]) {
        self.history.copy_within(self.hop.., 0);
        let keep = self.history.len() - self.hop;
        self.history[keep..].copy_from_slice(samples);
        for ((out, sample), weight) in self
            .windowed
            .iter_mut()
            .zip(&self.history)
            .zip(&self.window)
        {
            *out = sample * weight;
        }
        // The lengths are ours, so the transform cannot refuse them.
        let done = self
            .fft
            .process_with_scratch(&mut self.windowed, spectrum, &mut self.scratch);
        assert!(done.is_ok(), "spectrum of {} bins", spectrum.len());
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.history.fill(0.0);
    }
}

impl Synthesis {
    /// The inverse of [`Analysis::new`] with the same sizes.
    #[must_use]
    pub fn new(window: usize, hop: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_inverse(window);
        // Σ w² over overlapping frames is window/(2·hop); the inverse FFT is unnormalised.
        let gain = 2.0 * hop as f32 / window as f32 / window as f32;
        Self {
            scratch: fft.make_scratch_vec(),
            spectrum: fft.make_input_vec(),
            fft,
            window: sqrt_hann(window).into_iter().map(|w| w * gain).collect(),
            overlap: vec![0.0; window],
            frame: vec![0.0; window],
            hop,
        }
    }

    /// Takes one spectrum and writes the next `hop` finished samples.
    ///
    /// The imaginary parts of the first and last bin are ignored: a real signal has none.
    ///
    /// # Panics
    /// When a slice has another length: the caller owns both sizes.
    pub fn frame(&mut self, spectrum: &[Complex32], samples: &mut [f32]) {
        self.spectrum.copy_from_slice(spectrum);
        let last = self.spectrum.len() - 1;
        self.spectrum[0].im = 0.0;
        self.spectrum[last].im = 0.0;
        let done =
            self.fft
                .process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch);
        assert!(done.is_ok(), "frame of {} samples", self.frame.len());
        for ((sum, sample), weight) in self.overlap.iter_mut().zip(&self.frame).zip(&self.window) {
            *sum += sample * weight;
        }
        samples.copy_from_slice(&self.overlap[..self.hop]);
        self.overlap.copy_within(self.hop.., 0);
        let keep = self.overlap.len() - self.hop;
        self.overlap[keep..].fill(0.0);
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.overlap.fill(0.0);
    }
}

impl std::fmt::Debug for Analysis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Analysis({}/{})", self.window.len(), self.hop)
    }
}

impl std::fmt::Debug for Synthesis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Synthesis({}/{})", self.window.len(), self.hop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed, busy signal without structure that a transform could favour.
    fn signal(n: usize) -> f32 {
        ((n * n * 7 + n * 13) % 1009) as f32 / 504.5 - 1.0
    }

    #[test]
    fn analysis_then_synthesis_is_a_pure_delay_from_sample_zero() {
        for (window, hop) in [(960, 480), (512, 128), (480, 160), (64, 32)] {
            let (mut analysis, mut synthesis) =
                (Analysis::new(window, hop), Synthesis::new(window, hop));
            let mut spectrum = vec![Complex32::default(); window / 2 + 1];
            let mut out = vec![0.0; hop];
            for m in 0..20 {
                let input: Vec<f32> = (0..hop).map(|i| signal(m * hop + i)).collect();
                analysis.frame(&input, &mut spectrum);
                synthesis.frame(&spectrum, &mut out);
                for (i, sample) in out.iter().enumerate() {
                    let n = m * hop + i;
                    let expected = n.checked_sub(window - hop).map_or(0.0, signal);
                    // 1e-6: f32 rounding of an FFT pair of this length.
                    assert!(
                        (sample - expected).abs() < 1e-6 * 8.0,
                        "{window}/{hop} sample {n}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_cosine_lands_in_its_bin_with_half_the_window_sum() {
        let (window, hop, bin) = (960, 480, 40);
        let mut analysis = Analysis::new(window, hop);
        let mut spectrum = vec![Complex32::default(); window / 2 + 1];
        for m in 0..3 {
            let input: Vec<f32> = (0..hop)
                .map(|i| {
                    let n = (m * hop + i) as f64;
                    (2.0 * std::f64::consts::PI * bin as f64 * n / window as f64).cos() as f32
                })
                .collect();
            analysis.frame(&input, &mut spectrum);
        }
        // Σ sin(πn/N) = cot(π/2N) ≈ 2N/π.
        let expected = 1.0 / (std::f64::consts::PI / (2.0 * window as f64)).tan() / 2.0;
        assert!((f64::from(spectrum[bin].norm()) - expected).abs() < 1e-3 * expected);
        assert!(f64::from(spectrum[bin + 20].norm()) < 1e-2 * expected);
    }
}

//! Mel frames as PyTorch vocoders use them: HiFi-GAN's `mel_spectrogram`, librosa's filters.
//!
//! Frame m is centred on sample `hop·m + hop/2`: the signal is reflected by (fft − hop)/2 samples at both ends. Periodic
//! Hann window, √(re² + im² + 1e-9), Slaney's scale (linear to 1 kHz) and areas, ln(max(·, floor)). N samples give ⌊N/hop⌋
//! frames.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Added to the power of a bin, so that its root has a slope at 0.
pub const EPSILON: f32 = 1e-9;
/// Where Slaney's scale becomes logarithmic: 1 kHz is 15 mel, and 27 mel more are a factor of 6.4.
const CORNER: (f64, f64) = (1000.0, 15.0);

/// What mel frames are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    /// Sample rate in Hz.
    pub rate: u32,
    /// Length of window and FFT.
    pub fft: usize,
    /// Samples from frame to frame.
    pub hop: usize,
    /// Bands.
    pub bands: usize,
    /// Lower edge of the lowest band in Hz.
    pub low: f64,
    /// Upper edge of the highest band in Hz.
    pub high: f64,
    /// Smallest value before the logarithm.
    pub floor: f32,
}

impl Definition {
    /// Bins of a frame.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.fft / 2 + 1
    }

    /// Samples by which the signal is reflected at both ends.
    #[must_use]
    pub fn pad(&self) -> usize {
        (self.fft - self.hop) / 2
    }

    /// What a band of silence is.
    #[must_use]
    pub fn silence(&self) -> f32 {
        self.floor.ln()
    }

    /// The Hz at which bands begin, peak and end: `bands + 2` edges; band b has the edges b, b + 1, b + 2.
    #[must_use]
    pub fn edges(&self) -> Vec<f64> {
        let (low, high) = (mel_of(self.low), mel_of(self.high));
        let step = (high - low) / (self.bands + 1) as f64;
        (0..self.bands + 2)
            .map(|i| hz_of(low + step * i as f64))
            .collect()
    }

    /// Hz of a bin.
    #[must_use]
    pub fn hz(&self, bin: usize) -> f64 {
        bin as f64 * f64::from(self.rate) / self.fft as f64
    }
}

/// Slaney's mel of a frequency in Hz.
#[must_use]
pub fn mel_of(hz: f64) -> f64 {
    if hz < CORNER.0 {
        hz * CORNER.1 / CORNER.0
    } else {
        CORNER.1 + (hz / CORNER.0).ln() * 27.0 / 6.4f64.ln()
    }
}

/// The inverse of [`mel_of`].
#[must_use]
pub fn hz_of(mel: f64) -> f64 {
    if mel < CORNER.1 {
        mel * CORNER.0 / CORNER.1
    } else {
        CORNER.0 * ((mel - CORNER.1) * 6.4f64.ln() / 27.0).exp()
    }
}

/// Triangular filters over the bins; each has the area 1 over Hz.
#[derive(Debug, Clone)]
pub struct Filters {
    /// Per band: the first bin, and the weights from there.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Filters {
    /// The filters of `definition`.
    #[must_use]
    pub fn new(definition: &Definition) -> Self {
        let exact = Self::exact(definition);
        let bands = exact.into_iter().map(|(first, weights)| {
            let weights = weights.into_iter().map(|w| w as f32).collect();
            (first, weights)
        });
        Self {
            bands: bands.collect(),
        }
    }

    /// The same in f64.
    #[must_use]
    pub fn exact(definition: &Definition) -> Vec<(usize, Vec<f64>)> {
        let edges = definition.edges();
        let band = |edges: &[f64]| {
            let [low, peak, high] = [edges[0], edges[1], edges[2]];
            let weight = |bin: usize| {
                let hz = definition.hz(bin);
                let up = (hz - low) / (peak - low);
                let down = (high - hz) / (high - peak);
                up.min(down).max(0.0) * 2.0 / (high - low)
            };
            let inside: Vec<usize> = (0..definition.bins())
                .filter(|bin| weight(*bin) > 0.0)
                .collect();
            let first = inside.first().copied().unwrap_or(0);
            (first, inside.into_iter().map(weight).collect())
        };
        edges.windows(3).map(band).collect()
    }

    /// Magnitudes of the bins to the bands' sums.
    pub fn apply(&self, magnitudes: &[f32], bands: &mut [f32]) {
        for (out, (first, weights)) in bands.iter_mut().zip(&self.bands) {
            *out = weights
                .iter()
                .zip(&magnitudes[*first..])
                .map(|(w, m)| w * m)
                .sum();
        }
    }
}

/// Spectra of consecutive frames of `fft` samples, `hop` apart, through a Hann window.
pub struct HannFrames {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    windowed: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl HannFrames {
    /// For frames of `fft` samples.
    #[must_use]
    pub fn new(fft: usize) -> Self {
        let plan = RealFftPlanner::new().plan_fft_forward(fft);
        Self {
            scratch: plan.make_scratch_vec(),
            fft: plan,
            window: hann(fft),
            windowed: vec![0.0; fft],
        }
    }

    /// The spectrum of one frame.
    ///
    /// # Panics
    /// When a slice has another length: the caller owns both sizes.
    pub fn transform(&mut self, frame: &[f32], spectrum: &mut [Complex32]) {
        for ((out, sample), weight) in self.windowed.iter_mut().zip(frame).zip(&self.window) {
            *out = sample * weight;
        }
        let done = self
            .fft
            .process_with_scratch(&mut self.windowed, spectrum, &mut self.scratch);
        assert!(done.is_ok(), "spectrum of {} bins", spectrum.len());
    }
}

impl std::fmt::Debug for HannFrames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HannFrames({})", self.window.len())
    }
}

/// A periodic Hann window.
#[must_use]
pub fn hann(length: usize) -> Vec<f32> {
    (0..length)
        .map(|n| {
            let s = (std::f64::consts::PI * n as f64 / length as f64).sin();
            (s * s) as f32
        })
        .collect()
}

/// √(re² + im² + [`EPSILON`]) of each bin.
pub fn magnitudes(spectrum: &[Complex32], out: &mut [f32]) {
    for (out, z) in out.iter_mut().zip(spectrum) {
        *out = (z.norm_sqr() + EPSILON).sqrt();
    }
}

/// The mel frames of one signal that comes in blocks.
#[derive(Debug)]
pub struct Analysis {
    definition: Definition,
    frames: HannFrames,
    filters: Filters,
    /// Samples that later frames need, the reflected ones included once they are known.
    waiting: Vec<f32>,
    /// Whether the beginning has been reflected.
    begun: bool,
    pushed: usize,
    given: usize,
    spectrum: Vec<Complex32>,
    magnitudes: Vec<f32>,
    mel: Vec<f32>,
}

impl Analysis {
    /// For frames of `definition`.
    #[must_use]
    pub fn new(definition: Definition) -> Self {
        Self {
            frames: HannFrames::new(definition.fft),
            filters: Filters::new(&definition),
            waiting: Vec::new(),
            begun: false,
            pushed: 0,
            given: 0,
            spectrum: vec![Complex32::default(); definition.bins()],
            magnitudes: vec![0.0; definition.bins()],
            mel: vec![0.0; definition.bands],
            definition,
        }
    }

    /// Takes the next samples; appends the finished frames to `out`, one after the other.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.waiting.extend_from_slice(samples);
        self.pushed += samples.len();
        if !self.begun && self.pushed > self.definition.pad() {
            self.begin();
        }
        if self.begun {
            self.frames(out);
        }
    }

    /// Ends the signal: the frames that see beyond it. The object then starts anew.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let pad = self.definition.pad();
        if !self.begun {
            self.waiting.resize(pad + 1, 0.0); // too short to be reflected: silence follows
            self.begin();
        }
        let last = self.waiting.len() - 1;
        for i in 1..=pad.min(last) {
            self.waiting.push(self.waiting[last - i]);
        }
        self.frames(out);
        self.waiting.clear();
        (self.begun, self.pushed, self.given) = (false, 0, 0);
    }

    /// Puts the reflected beginning in front.
    fn begin(&mut self) {
        let pad = self.definition.pad();
        let front: Vec<f32> = (1..=pad).rev().map(|i| self.waiting[i]).collect();
        self.waiting.splice(0..0, front);
        self.begun = true;
    }

    fn frames(&mut self, out: &mut Vec<f32>) {
        let Definition {
            fft, hop, floor, ..
        } = self.definition;
        let mut at = 0;
        while at + fft <= self.waiting.len() && self.given < self.pushed / hop {
            self.frames
                .transform(&self.waiting[at..at + fft], &mut self.spectrum);
            magnitudes(&self.spectrum, &mut self.magnitudes);
            self.filters.apply(&self.magnitudes, &mut self.mel);
            out.extend(self.mel.iter().map(|m| m.max(floor).ln()));
            self.given += 1;
            at += hop;
        }
        self.waiting.drain(..at);
    }
}

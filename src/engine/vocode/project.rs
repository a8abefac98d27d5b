//! Projection onto the mel frames that were asked for: the end of the reverse process.
//!
//! A stage analyses the sound as mel frames are analysed, multiplies each spectrum by the ratio of wanted to found mel,
//! interpolated over the bins, and overlap-adds. Stage after stage, with momentum, it is Griffin and Lim's iteration with
//! the network's fine structure in the place of the pseudo-inverse's blur (2402.15516 projects in a diffusion vocoder
//! likewise):
//!
//! z_k = analysis of stage k's sound, u = z_k + momentum·(z_k − z_{k−1}), whose phase alone is used,
//! gain = exp(interpolation of relax·clip(ln wanted − ln mel(z_k), ±limit)), next sound = synthesis of |z_k|·gain·u/|u|.
//!
//! Frames that nobody asked for have gain 1; before the first and behind the last sample there is silence.
//!
//! Inside, the stream begins with `lead` zeros, so that frame m covers whole hops: m − a to m − a + R − 1, with R = fft/hop
//! and a = (pad − lead)/hop. Each stage lags R − 1 hops.

use std::collections::VecDeque;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner};

use crate::dsp::mel::{Definition, EPSILON, Filters, HannFrames, hann, magnitudes};
use crate::dsp::mel_inverse::Interpolation;
use crate::model::card::Project;

/// All stages for one signal, a hop at a time.
pub struct Chain {
    definition: Definition,
    project: Project,
    tools: Tools,
    stages: Vec<Stage>,
    /// The frames that were given and are still needed, and the number of the first of them.
    wanted: VecDeque<Vec<f32>>,
    first: i64,
    /// Number of the next hop, of the stream with its lead.
    hop: i64,
    /// Samples of the signal, once its end is known.
    end: Option<u64>,
    /// The samples that begin the next hop of the inner stream.
    carry: Vec<f32>,
    block: Vec<f32>,
}

/// What every stage uses.
struct Tools {
    frames: HannFrames,
    inverse: Arc<dyn ComplexToReal<f32>>,
    filters: Filters,
    interpolation: Interpolation,
    /// Synthesis window, with all constants.
    window: Vec<f32>,
    magnitudes: Vec<f32>,
    bands: Vec<f32>,
    gains: Vec<f32>,
    spectrum: Vec<Complex32>,
    frame: Vec<f32>,
    scratch: Vec<Complex32>,
}

/// What one stage remembers.
struct Stage {
    history: Vec<f32>,
    overlap: Vec<f32>,
    /// Spectra of the last R frames, the newest last: the next stage comes R − 1 hops later.
    spectra: VecDeque<Vec<Complex32>>,
}

impl Chain {
    /// `project.stages` stages for mel frames of `definition`.
    pub fn new(definition: Definition, project: Project) -> Self {
        let (fft, hop, bins) = (definition.fft, definition.hop, definition.bins());
        let ratio = fft / hop;
        let inverse = RealFftPlanner::new().plan_fft_inverse(fft);
        let window = hann(fft);
        let norm: f32 = window.iter().step_by(hop).map(|w| w * w).sum();
        let stage = |_| Stage {
            history: vec![0.0; fft],
            overlap: vec![0.0; fft],
            spectra: (0..ratio)
                .map(|_| vec![Complex32::default(); bins])
                .collect(),
        };
        Self {
            tools: Tools {
                frames: HannFrames::new(fft),
                filters: Filters::new(&definition),
                interpolation: Interpolation::new(&definition, 1),
                window: window.iter().map(|w| w / (norm * fft as f32)).collect(),
                magnitudes: vec![0.0; bins],
                bands: vec![0.0; definition.bands],
                gains: vec![0.0; bins],
                spectrum: vec![Complex32::default(); bins],
                frame: vec![0.0; fft],
                scratch: inverse.make_scratch_vec(),
                inverse,
            },
            stages: (0..project.stages).map(stage).collect(),
            wanted: VecDeque::new(),
            first: 0,
            hop: 0,
            end: None,
            carry: vec![0.0; lead(&definition)],
            block: vec![0.0; hop],
            definition,
            project,
        }
    }

    /// Samples by which the output lags the input.
    pub fn delay(definition: &Definition, stages: usize) -> usize {
        if stages == 0 {
            return 0;
        }
        stages * (definition.fft - definition.hop) + lead(definition)
    }

    /// The next mel frame (logarithmic); it must be there before the hop whose first sample it is centred near.
    pub fn want(&mut self, mel: &[f32]) {
        self.wanted.push_back(mel.to_vec());
    }

    /// No frame follows: the signal has `samples` samples.
    pub fn end(&mut self, samples: u64) {
        self.end = Some(samples);
    }

    /// Replaces the next hop of the sound by the next hop of the result.
    pub fn process(&mut self, samples: &mut [f32]) {
        if self.stages.is_empty() {
            return;
        }
        let Definition { fft, hop, .. } = self.definition;
        let (lead, ratio) = (lead(&self.definition), (fft / hop) as i64);
        let ahead = (self.definition.pad() / hop) as i64;
        self.block[..lead].copy_from_slice(&self.carry);
        self.block[lead..].copy_from_slice(&samples[..hop - lead]);
        self.carry.copy_from_slice(&samples[hop - lead..]);
        let start = self.hop * hop as i64 - lead as i64;
        silence_outside(&mut self.block, start, self.end);
        for k in 0..self.stages.len() {
            let now = self.hop - k as i64 * (ratio - 1);
            let frame = now + ahead - (ratio - 1);
            let wanted = usize::try_from(frame - self.first).ok();
            let wanted = wanted.and_then(|at| self.wanted.get(at)).map(Vec::as_slice);
            let (before, rest) = self.stages.split_at_mut(k);
            let before = before.last().map(|stage| stage.spectra[0].as_slice());
            let tools = &mut self.tools;
            rest[0].run(
                tools,
                &self.project,
                self.definition.floor,
                wanted,
                before,
                &mut self.block,
            );
            silence_outside(
                &mut self.block,
                (now - (ratio - 1)) * hop as i64 - lead as i64,
                self.end,
            );
        }
        samples.copy_from_slice(&self.block);
        let oldest = self.hop + ahead - self.stages.len() as i64 * (ratio - 1);
        while self.first < oldest && self.wanted.pop_front().is_some() {
            self.first += 1;
        }
        self.hop += 1;
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) {
        for stage in &mut self.stages {
            stage.history.fill(0.0);
            stage.overlap.fill(0.0);
            for spectrum in &mut stage.spectra {
                spectrum.fill(Complex32::default());
            }
        }
        self.wanted.clear();
        self.carry.fill(0.0);
        (self.first, self.hop, self.end) = (0, 0, None);
    }
}

/// Zeros at the start of the inner stream, so that frames begin with hops.
fn lead(definition: &Definition) -> usize {
    definition.pad() % definition.hop
}

/// Zeros what lies before the signal or behind its end; `block` begins at sample `start`.
fn silence_outside(block: &mut [f32], start: i64, end: Option<u64>) {
    let length = block.len() as i64;
    let before = (-start).clamp(0, length) as usize;
    block[..before].fill(0.0);
    if let Some(end) = end {
        let inside = (end as i64 - start).clamp(0, length) as usize;
        block[inside..].fill(0.0);
    }
}

impl Stage {
    /// One hop in, one hop out, in place.
    fn run(
        &mut self,
        tools: &mut Tools,
        project: &Project,
        floor: f32,
        wanted: Option<&[f32]>,
        before: Option<&[Complex32]>,
        block: &mut [f32],
    ) {
        let hop = block.len();
        self.history.copy_within(hop.., 0);
        let keep = self.history.len() - hop;
        self.history[keep..].copy_from_slice(block);
        self.spectra.rotate_left(1);
        let newest = self.spectra.len() - 1;
        let z = &mut self.spectra[newest];
        tools.frames.transform(&self.history, z);
        magnitudes(z, &mut tools.magnitudes);
        tools.gains.fill(1.0);
        if let Some(wanted) = wanted {
            tools.filters.apply(&tools.magnitudes, &mut tools.bands);
            for (band, wanted) in tools.bands.iter_mut().zip(wanted) {
                let missing = wanted - band.max(floor).ln();
                *band = project.relax * missing.clamp(-project.limit, project.limit);
            }
            tools.interpolation.apply(&tools.bands, &mut tools.gains);
            tools.gains.iter_mut().for_each(|gain| *gain = gain.exp());
        }
        match before {
            None => {
                for ((out, z), gain) in tools.spectrum.iter_mut().zip(z.iter()).zip(&tools.gains) {
                    *out = z * gain;
                }
            }
            Some(before) => {
                let sizes = tools.magnitudes.iter().zip(&tools.gains);
                for ((out, (z, before)), (size, gain)) in tools
                    .spectrum
                    .iter_mut()
                    .zip(z.iter().zip(before))
                    .zip(sizes)
                {
                    let u = z + (z - before) * project.momentum;
                    *out = u * (size * gain / (u.norm_sqr() + EPSILON).sqrt());
                }
            }
        }
        tools.synthesise(&mut self.overlap, block);
    }
}

impl Tools {
    fn synthesise(&mut self, overlap: &mut [f32], block: &mut [f32]) {
        let last = self.spectrum.len() - 1;
        (self.spectrum[0].im, self.spectrum[last].im) = (0.0, 0.0);
        let done = self.inverse.process_with_scratch(
            &mut self.spectrum,
            &mut self.frame,
            &mut self.scratch,
        );
        assert!(done.is_ok(), "frame of {} samples", self.frame.len());
        for ((sum, sample), weight) in overlap.iter_mut().zip(&self.frame).zip(&self.window) {
            *sum += sample * weight;
        }
        let hop = block.len();
        block.copy_from_slice(&overlap[..hop]);
        overlap.copy_within(hop.., 0);
        let keep = overlap.len() - hop;
        overlap[keep..].fill(0.0);
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain({} stages, hop {})", self.stages.len(), self.hop)
    }
}

//! The model card: one JSON object in the ONNX metadata that says everything the engine needs.
//!
//! The types here are the card as it is written; [`Card::parse`] reads one with an error for every fault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diffusion::{parametrisation::Prediction, path::Path, sampler::Sampler};

/// The version of the card format that this program reads.
pub const FORMAT: u32 = 1;

/// What the file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of the card format; [`FORMAT`].
    pub format: u32,
    /// Name of the model, as `--model` takes it.
    pub name: String,
    /// Version of the weights.
    pub version: String,
    /// What the network is for.
    pub task: Task,
    /// Its sample rate in Hz.
    pub sample_rate: u32,
    /// Signal ↔ network frames.
    pub transform: Transform,
    /// Running level normalisation before the network, if the network was trained with it.
    #[serde(default)]
    pub normalise: Option<Normalise>,
    /// What `out` estimates.
    pub predicts: Predicts,
    /// The forward process it was trained on.
    pub path: Path,
    /// Default sampler.
    pub sampler: Sampler,
    /// Reverse steps: the default, the allowed ones and their times.
    pub steps: Steps,
    /// The most frames that one call of the network may hold.
    pub frames_max: usize,
    /// Frames of the future that a frame of output depends on.
    pub lookahead: usize,
    /// Whether no frame of output depends on later frames of input (but for the look-ahead). Only a `synth` network
    /// may say no: it then has no states, and one call holds the whole sound.
    pub causal: bool,
    /// The classes of a class-conditional network. Index `labels.len()` means "no class".
    #[serde(default)]
    pub labels: Vec<String>,
    /// What else a `synth` network can be told, in the order of the columns of its `controls` input.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// Sample at which the transient of a generated sound lies; all before it is cut off.
    #[serde(default)]
    pub onset: usize,
    /// Default guidance scale w: out = (1 + w)·cond − w·uncond. 0: one evaluation a step.
    #[serde(default)]
    pub guidance: f32,
    /// The mel frames that a `vocode` network takes.
    #[serde(default)]
    pub mel: Option<Mel>,
    /// How a vocoder's sound is brought onto its mel frames at the end; absent: not at all.
    #[serde(default)]
    pub project: Option<Project>,
    /// What it was trained on.
    #[serde(default)]
    pub data: Vec<Source>,
    /// Licence of the weights (SPDX).
    pub licence: String,
    /// Commit of the training code.
    #[serde(default)]
    pub commit: String,
    /// A vector that proves that the weights and the engine are the ones meant.
    #[serde(default)]
    pub self_test: Option<SelfTest>,
}

/// A number that a `synth` network can be told, standardised inside each class: 0 is typical of the class, ±1 one
/// standard deviation away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name (`brightness`, `length`).
    pub name: String,
    /// The smallest value that the network was trained with.
    pub min: f32,
    /// The largest.
    pub max: f32,
}

/// Mel frames as `dsp::mel` computes them; the vocoder's x is divided by their pseudo-inverse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mel {
    /// Length of the Hann window and of its FFT, in samples.
    pub fft: usize,
    /// Samples from frame to frame; that of the transform.
    pub hop: usize,
    /// M: bands.
    pub bands: usize,
    /// Lower edge of the lowest band in Hz.
    pub low: f64,
    /// Upper edge of the highest band in Hz.
    pub high: f64,
    /// Smallest value before the logarithm.
    pub floor: f32,
    /// The start is at least this times the interpolated mel frame, where the pseudo-inverse is less.
    pub bound: f32,
}

/// Projection onto the mel frames (see `engine::vocode::project`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Stages, unless the user says another number.
    pub stages: usize,
    /// How far the phase is carried beyond its last change.
    pub momentum: f32,
    /// Share of the ratio of wanted to found that one stage makes good; above 1 to get there sooner.
    pub relax: f32,
    /// Largest logarithm of that ratio.
    pub limit: f32,
}

/// What a network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Noisy signal in, clean signal out; `y` has the shape of `x`.
    Denoise,
    /// Mel frames in, signal out; `y` is `[B, M, T]`.
    Vocode,
    /// Noise in, signal out; no `y`.
    Synth,
}

impl Task {
    /// As the card spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Denoise => "denoise",
            Self::Vocode => "vocode",
            Self::Synth => "synth",
        }
    }
}

/// What the network's output estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicts {
    /// The clean signal.
    X0,
    /// The noise.
    Eps,
    /// The velocity, α·ε − σ·x0.
    V,
}

impl From<Predicts> for Prediction {
    fn from(predicts: Predicts) -> Self {
        match predicts {
            Predicts::X0 => Self::Data,
            Predicts::Eps => Self::Noise,
            Predicts::V => Self::Velocity,
        }
    }
}

/// How samples become frames of the network and come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    /// Compressed complex spectrum; C = 2 (re, im), F = window/2 + 1.
    Stft {
        /// Window length in samples.
        window: usize,
        /// Hop in samples.
        hop: usize,
        /// Window shape.
        shape: WindowShape,
        /// |X|^exponent, phase kept.
        exponent: f32,
        /// Factor after compression.
        scale: f32,
    },
    /// Plain waveform frames; C = 1, F = hop.
    Frames {
        /// Samples per frame.
        hop: usize,
    },
}

impl Transform {
    /// H: samples from one frame to the next.
    #[must_use]
    pub fn hop(&self) -> usize {
        match self {
            Self::Stft { hop, .. } | Self::Frames { hop } => *hop,
        }
    }

    /// C: numbers per bin.
    #[must_use]
    pub fn channels(&self) -> usize {
        match self {
            Self::Stft { .. } => 2,
            Self::Frames { .. } => 1,
        }
    }

    /// F: bins, or samples per frame.
    #[must_use]
    pub fn bins(&self) -> usize {
        match self {
            Self::Stft { window, .. } => window / 2 + 1,
            Self::Frames { hop } => *hop,
        }
    }
}

/// Analysis and synthesis window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowShape {
    /// √(periodic Hann): analysis × synthesis overlap-adds to one at half overlap.
    SqrtHann,
}

/// Running level normalisation (see `dsp::normalise`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Normalise {
    /// g_m = max(e_m, ρ·g_{m−1}, floor), e_m the RMS of the compressed frame, ρ = exp(−hop/(release·rate)).
    PeakFollower {
        /// Release time constant in seconds.
        release_seconds: f64,
        /// Smallest gain.
        floor: f32,
    },
}

/// Reverse steps of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Used when nothing else is asked for.
    pub default: usize,
    /// The numbers of steps that the model is good for.
    pub allowed: Vec<usize>,
    /// For a number of steps, the times of its stages from the start of the reverse process downwards.
    #[serde(default)]
    pub times: BTreeMap<usize, Vec<f64>>,
}

/// One source of training data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name and place.
    pub source: String,
    /// Its licence.
    pub licence: String,
}

/// Input by formula, output by its energy (see [`crate::model::check`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Enters the formula of the input.
    pub seed: u64,
    /// T of the call.
    pub frames: usize,
    /// Sum of squares of the input.
    pub input_energy: f64,
    /// Sum of squares of `out`, from zero states at t = 1.
    pub output_energy: f64,
}

//! The model card: one JSON object in the ONNX metadata that says everything the engine needs.

use serde::{Deserialize, Serialize};

use crate::diffusion::{path::Path, sampler::Sampler};

/// What the file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of the card format; 1.
    pub format: u32,
    /// Name of the model, as `--model` takes it.
    pub name: String,
    /// Its sample rate in Hz.
    pub sample_rate: u32,
    /// Signal ↔ network frames.
    pub transform: Transform,
    /// Running level normalisation before the network, if the network was trained with it.
    #[serde(default)]
    pub normalise: Option<Normalise>,
    /// The forward process it was trained on.
    pub path: Path,
    /// Default sampler.
    pub sampler: Sampler,
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

//! The values that options choose from.

use clap::ValueEnum;

/// What runs the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// ONNX Runtime where its library is found, otherwise tract
    Auto,
    /// ONNX Runtime: the fastest, and the only one that reaches a graphics card
    #[value(name = "onnxruntime")]
    OnnxRuntime,
    /// Compiled in: works with nothing installed
    Tract,
}

/// Where the network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// The faster one of the graphics card and the processor, measured
    Auto,
    /// The processor
    Cpu,
    /// An NVIDIA graphics card
    Cuda,
    /// Any graphics card with Vulkan, Metal or Direct3D 12
    #[value(name = "webgpu")]
    WebGpu,
    /// Any graphics card, on Windows
    #[value(name = "directml")]
    DirectMl,
    /// Apple's graphics card and neural engine
    #[value(name = "coreml")]
    CoreMl,
}

/// What happens when the device fails in the middle of a file or of a live session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnDeviceLoss {
    /// The processor goes on; a file is done again from its start
    Cpu,
    /// It is an error: nothing of the file is written, a live session ends
    Fail,
}

/// Which part of the recording is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// The recording without the noise
    Cleaned,
    /// What was taken away: the recording minus the cleaned one, sample by sample
    Removed,
}

/// What is to be kept besides the voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preserve {
    /// Music, which a network for speech takes for noise: nothing falls by more than 2.5 dB, noise neither
    Music,
}

/// The container of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Container {
    /// RIFF WAVE (RF64 above 4 GiB)
    Wav,
    /// Free Lossless Audio Codec (16 or 24 bits)
    Flac,
}

impl Container {
    /// Its file name extension, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }
}

/// How a sample is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// 16-bit integer, with dither
    #[value(name = "16")]
    Int16,
    /// 24-bit integer, with dither
    #[value(name = "24")]
    Int24,
    /// 32-bit floating point: nothing is rounded or clipped
    #[value(name = "32f")]
    Float32,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// A few lines to read
    Human,
    /// One JSON document to parse
    Json,
    /// Nothing but warnings and errors
    None,
}

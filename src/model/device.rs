//! Where a network can run, and in which order `auto` tries it.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// Where the network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Device {
    /// The fastest that works, measured: a graphics card where there is one, otherwise the CPU.
    #[default]
    Auto,
    /// The CPU, one thread.
    Cpu,
    /// An NVIDIA graphics card, through CUDA.
    Cuda,
    /// Any graphics card with Vulkan, Direct3D 12 or Metal, through WebGPU.
    Webgpu,
    /// Any graphics card on Windows, through DirectML.
    DirectMl,
    /// Apple's graphics card and neural engine, through CoreML.
    CoreMl,
}

impl Device {
    /// Every choice, in the order of menus.
    pub const ALL: [Self; 6] = [
        Self::Auto,
        Self::Cpu,
        Self::Cuda,
        Self::Webgpu,
        Self::DirectMl,
        Self::CoreMl,
    ];

    /// The devices to try on this system, in their order; the CPU comes last.
    #[must_use]
    pub fn candidates(self) -> &'static [Self] {
        match self {
            Self::Auto => match std::env::consts::OS {
                "windows" => &[Self::Cuda, Self::DirectMl, Self::Webgpu, Self::Cpu],
                "macos" => &[Self::CoreMl, Self::Webgpu, Self::Cpu],
                _ => &[Self::Cuda, Self::Webgpu, Self::Cpu],
            },
            Self::Cpu => &[Self::Cpu],
            Self::Cuda => &[Self::Cuda],
            Self::Webgpu => &[Self::Webgpu],
            Self::DirectMl => &[Self::DirectMl],
            Self::CoreMl => &[Self::CoreMl],
        }
    }

    /// Whether it is one device that is not the CPU.
    #[must_use]
    pub fn is_gpu(self) -> bool {
        !matches!(self, Self::Auto | Self::Cpu)
    }

    /// What to do where it cannot be used.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Auto | Self::Cpu => {
                "pass --onnxruntime-library FILE (1.24 or later), run `cargo xtask setup`, or use --engine tract --device cpu"
            }
            Self::Cuda => {
                "run `cargo xtask setup --cuda` and see `diffwav devices --compute`, or use --device webgpu or cpu"
            }
            Self::Webgpu => {
                "run `cargo xtask setup --webgpu` and see `diffwav devices --compute`, or use --device cpu"
            }
            Self::DirectMl => {
                "on Windows pass the library of the package onnxruntime-directml with --onnxruntime-library; elsewhere use --device webgpu or cpu"
            }
            Self::CoreMl => {
                "on macOS pass the library of the package onnxruntime with --onnxruntime-library; elsewhere use --device webgpu or cpu"
            }
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Webgpu => "webgpu",
            Self::DirectMl => "directml",
            Self::CoreMl => "coreml",
        })
    }
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL
            .into_iter()
            .find(|device| device.to_string() == text);
        found.ok_or_else(|| {
            Error::setting(
                "--device",
                text,
                "auto, cpu, cuda, webgpu, directml or coreml",
            )
        })
    }
}

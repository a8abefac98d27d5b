//! Chooses the engine and the device, and says why others were not used.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::model::contract::Model;
use crate::model::network::Network;
use crate::model::ort::OrtNetwork;

/// Which engine runs the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EngineChoice {
    /// ONNX Runtime if a healthy library is found, else tract.
    #[default]
    Auto,
    /// ONNX Runtime, or an error.
    OnnxRuntime,
    /// The embedded engine, or an error.
    Tract,
}

/// Where the network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Device {
    /// CUDA, then WebGPU (as far as they are compiled in), then the CPU.
    #[default]
    Auto,
    /// The CPU, one thread.
    Cpu,
    /// An NVIDIA GPU, through ONNX Runtime.
    Cuda,
    /// Any GPU, through ONNX Runtime and WebGPU.
    Webgpu,
}

/// How to load a network.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The engine.
    pub engine: EngineChoice,
    /// The device.
    pub device: Device,
    /// The ONNX Runtime library to use, and no other.
    pub library: Option<PathBuf>,
    /// Folders of the bundle, searched for ONNX Runtime before all others.
    pub folders: Vec<PathBuf>,
}

/// A network that is ready to run.
pub struct Loaded {
    /// The network.
    pub network: Box<dyn Network>,
    /// What else was tried and why it is not used, each a sentence for the user.
    pub notes: Vec<String>,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = self.network.engine();
        f.debug_struct("Loaded")
            .field("engine", &engine)
            .field("notes", &self.notes)
            .finish()
    }
}

/// Builds the engine for `model`.
///
/// # Errors
/// [`Error::Engine`] if the engine or the device that was asked for cannot be used, or none can.
/// A choice that is not `Auto` never falls back.
pub fn load(model: &Model, options: &Options) -> Result<Loaded> {
    if let Some(feature) = options.device.missing_feature() {
        return Err(Error::Engine {
            wanted: format!("--device {}", options.device),
            reasons: "this build has no support for it".to_owned(),
            remedy: format!("build with `--features {feature}`, or use --device cpu"),
        });
    }
    let gpu = matches!(options.device, Device::Cuda | Device::Webgpu);
    if options.engine == EngineChoice::Tract {
        if gpu {
            return Err(Error::Engine {
                wanted: format!("--device {} with --engine tract", options.device),
                reasons: "the embedded engine runs on the CPU only".to_owned(),
                remedy: "use --engine onnxruntime, or --device cpu".to_owned(),
            });
        }
        return embedded(model, Vec::new());
    }
    match OrtNetwork::new(model, options) {
        Ok((network, notes)) => Ok(Loaded {
            network: Box::new(network),
            notes,
        }),
        Err(reasons)
            if options.engine == EngineChoice::OnnxRuntime
                || gpu
                || !cfg!(feature = "embedded") =>
        {
            let wanted = if gpu {
                format!("--device {}", options.device)
            } else {
                "ONNX Runtime".to_owned()
            };
            let remedy = "pass --onnxruntime-library FILE (1.24 or later), run `cargo xtask setup`, or use --engine tract --device cpu";
            Err(Error::Engine {
                wanted,
                reasons,
                remedy: remedy.to_owned(),
            })
        }
        Err(reasons) => embedded(
            model,
            vec![format!(
                "ONNX Runtime is not used: {reasons}; running the embedded engine"
            )],
        ),
    }
}

#[cfg(feature = "embedded")]
fn embedded(model: &Model, notes: Vec<String>) -> Result<Loaded> {
    let network = crate::model::tract::TractNetwork::new(model)?;
    Ok(Loaded {
        network: Box::new(network),
        notes,
    })
}

#[cfg(not(feature = "embedded"))]
fn embedded(_: &Model, _: Vec<String>) -> Result<Loaded> {
    Err(Error::Engine {
        wanted: "tract".to_owned(),
        reasons: "this build has no embedded engine".to_owned(),
        remedy: "build with `--features embedded`, or use --engine onnxruntime".to_owned(),
    })
}

impl Device {
    /// The devices to try, in their order.
    pub(super) fn candidates(self) -> &'static [Self] {
        match self {
            Self::Auto => &[
                #[cfg(feature = "cuda")]
                Self::Cuda,
                #[cfg(feature = "webgpu")]
                Self::Webgpu,
                Self::Cpu,
            ],
            Self::Cpu => &[Self::Cpu],
            Self::Cuda => &[Self::Cuda],
            Self::Webgpu => &[Self::Webgpu],
        }
    }

    /// The Cargo feature that this build lacks for the device.
    fn missing_feature(self) -> Option<&'static str> {
        match self {
            Self::Cuda if !cfg!(feature = "cuda") => Some("cuda"),
            Self::Webgpu if !cfg!(feature = "webgpu") => Some("webgpu"),
            _ => None,
        }
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::OnnxRuntime => "onnxruntime",
            Self::Tract => "tract",
        })
    }
}

impl FromStr for EngineChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Auto, Self::OnnxRuntime, Self::Tract];
        let found = all.into_iter().find(|choice| choice.to_string() == text);
        found.ok_or_else(|| Error::setting("--engine", text, "auto, onnxruntime or tract"))
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Webgpu => "webgpu",
        })
    }
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Auto, Self::Cpu, Self::Cuda, Self::Webgpu];
        let found = all.into_iter().find(|device| device.to_string() == text);
        found.ok_or_else(|| Error::setting("--device", text, "auto, cpu, cuda or webgpu"))
    }
}

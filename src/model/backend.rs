//! Chooses the engine and the device, and says why others were not used.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::model::contract::Model;
use crate::model::device::Device;
use crate::model::network::Network;
use crate::model::ort::OrtNetwork;
use crate::model::pace;

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

/// What the network is loaded for: the fastest device is not the same for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Purpose {
    /// Many frames a call.
    #[default]
    Files,
    /// One hop a call.
    RealTime,
}

/// How to load a network.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The engine.
    pub engine: EngineChoice,
    /// The device.
    pub device: Device,
    /// What the network is for; `Device::Auto` measures that.
    pub purpose: Purpose,
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
/// With [`Device::Auto`] the first graphics card that runs the whole graph is timed against the CPU, and the faster one
/// is taken; the verdict holds for the process.
///
/// # Errors
/// [`Error::Engine`] if the engine or the device that was asked for cannot be used, or none can.
/// A choice that is not `Auto` never falls back.
pub fn load(model: &Model, options: &Options) -> Result<Loaded> {
    let Options { engine, device, .. } = options;
    if *engine == EngineChoice::Tract {
        if device.is_gpu() {
            return Err(Error::Engine {
                wanted: format!("--device {device} with --engine tract"),
                reasons: "the embedded engine runs on the CPU only".to_owned(),
                remedy: "use --engine onnxruntime, or --device cpu".to_owned(),
            });
        }
        return embedded(model, Vec::new());
    }
    let mut notes = Vec::new();
    for candidate in device
        .candidates()
        .iter()
        .filter(|candidate| candidate.is_gpu())
    {
        match OrtNetwork::new(model, options, *candidate) {
            Ok((network, mut more)) => {
                notes.append(&mut more);
                if *device != Device::Auto {
                    return Ok(Loaded {
                        network: Box::new(network),
                        notes,
                    });
                }
                match pace::faster(model, options, Box::new(network)) {
                    (Some(network), note) => {
                        notes.push(note);
                        return Ok(Loaded { network, notes });
                    }
                    (None, note) => notes.push(note),
                }
            }
            Err(reason) if *device == Device::Auto => {
                notes.push(format!("{candidate} is not used: {reason}"));
            }
            Err(reasons) => {
                return Err(Error::Engine {
                    wanted: format!("--device {device}"),
                    reasons,
                    remedy: device.remedy().to_owned(),
                });
            }
        }
    }
    on_cpu(model, options, notes)
}

/// The engine for the CPU.
pub(super) fn on_cpu(model: &Model, options: &Options, mut notes: Vec<String>) -> Result<Loaded> {
    match OrtNetwork::new(model, options, Device::Cpu) {
        Ok((network, mut more)) => {
            notes.append(&mut more);
            Ok(Loaded {
                network: Box::new(network),
                notes,
            })
        }
        Err(reasons)
            if options.engine == EngineChoice::OnnxRuntime || !cfg!(feature = "embedded") =>
        {
            Err(Error::Engine {
                wanted: "ONNX Runtime".to_owned(),
                reasons,
                remedy: Device::Cpu.remedy().to_owned(),
            })
        }
        Err(reasons) => {
            notes.push(format!(
                "ONNX Runtime is not used: {reasons}; running the embedded engine"
            ));
            embedded(model, notes)
        }
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

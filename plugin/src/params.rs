//! The parameters that a host sees, and what is saved beside them.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use diffwav::engine::{Keep, Settings};
use diffwav::model::{self, registry};
use diffwav::units::Db;
use nice_plug::prelude::*;
use serde::{Deserialize, Serialize};

use crate::text;

/// The attenuation limit, in dB, from which on there is none.
pub const AMOUNT_MAX: f32 = 60.0;

/// Input and output gain reach from −this to +this, in dB.
pub const GAIN_MAX: f32 = 24.0;

/// The most reverse steps that the parameter offers; a model may allow fewer.
pub const STEPS_MAX: i32 = 4;

/// Which model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ModelChoice {
    /// The best that ships.
    #[id = "denoise-v7"]
    #[name = "denoise-v7"]
    BuiltIn,
    /// The one that needs least of the processor.
    #[id = "denoise-lite"]
    #[name = "denoise-lite"]
    Lite,
    /// The default before, which older projects name, as they may all that follow.
    #[id = "denoise-v6"]
    #[name = "denoise-v6"]
    Sixth,
    /// The one before that.
    #[id = "denoise-v5"]
    #[name = "denoise-v5"]
    Fifth,
    /// A little less work.
    #[id = "denoise-v4"]
    #[name = "denoise-v4"]
    Fourth,
    /// Less than half of its work.
    #[id = "denoise-v3"]
    #[name = "denoise-v3"]
    Third,
    /// A quarter of its work.
    #[id = "denoise-v2"]
    #[name = "denoise-v2"]
    Second,
    /// The first that shipped, which older projects name.
    #[id = "denoise-v1"]
    #[name = "denoise-v1"]
    First,
    /// The file that the user gave; its path is saved with the project.
    #[id = "file"]
    #[name = "Own file"]
    File,
}

/// Where the network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DeviceChoice {
    /// The fastest that this build supports and that works.
    #[id = "auto"]
    #[name = "Automatic"]
    Auto,
    /// The processor.
    #[id = "cpu"]
    #[name = "CPU"]
    Cpu,
    /// An NVIDIA GPU.
    #[id = "cuda"]
    #[name = "CUDA"]
    Cuda,
    /// Any GPU.
    #[id = "webgpu"]
    #[name = "WebGPU"]
    Webgpu,
    /// Any GPU on Windows.
    #[id = "directml"]
    #[name = "DirectML"]
    DirectMl,
    /// Apple's GPU and neural engine.
    #[id = "coreml"]
    #[name = "CoreML"]
    CoreMl,
}

impl From<DeviceChoice> for model::Device {
    fn from(choice: DeviceChoice) -> Self {
        match choice {
            DeviceChoice::Auto => Self::Auto,
            DeviceChoice::Cpu => Self::Cpu,
            DeviceChoice::Cuda => Self::Cuda,
            DeviceChoice::Webgpu => Self::Webgpu,
            DeviceChoice::DirectMl => Self::DirectMl,
            DeviceChoice::CoreMl => Self::CoreMl,
        }
    }
}

/// What is saved beside the parameters. Every field has a default, so older and newer projects can be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// Version of this object.
    pub format: u32,
    /// The user's model.
    pub model_file: Option<PathBuf>,
    /// Size of the editor in logical pixels.
    pub editor: (u32, u32),
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            format: 1,
            model_file: None,
            editor: crate::editor::SIZE,
        }
    }
}

/// All parameters. The ids are for ever: hosts save automation by them.
#[derive(Params)]
pub struct DenoiseParams {
    /// The most that anything is attenuated.
    #[id = "amount"]
    pub amount: FloatParam,
    /// Share of the cleaned signal.
    #[id = "mix"]
    pub mix: FloatParam,
    /// Reverse steps.
    #[id = "steps"]
    pub steps: IntParam,
    /// Whether all channels get the same gains.
    #[id = "link"]
    pub link: BoolParam,
    /// Whether a late machine may run fewer steps.
    #[id = "adapt"]
    pub adaptive: BoolParam,
    /// Gain before the network.
    #[id = "gainin"]
    pub gain_in: FloatParam,
    /// Gain behind the mix.
    #[id = "gainou"]
    pub gain_out: FloatParam,
    /// What was taken away, instead of what is left.
    #[id = "listen"]
    pub listen: BoolParam,
    /// The delayed input, untouched.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Which model runs.
    #[id = "model"]
    pub model: EnumParam<ModelChoice>,
    /// Where it runs.
    #[id = "device"]
    pub device: EnumParam<DeviceChoice>,
    /// What is saved beside them.
    #[persist = "diffwav"]
    pub saved: RwLock<Saved>,
}

impl std::fmt::Debug for DenoiseParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DenoiseParams({:?})", self.settings())
    }
}

fn gain(name: &str) -> FloatParam {
    let range = FloatRange::Linear {
        min: -GAIN_MAX,
        max: GAIN_MAX,
    };
    FloatParam::new(name, 0.0, range)
        .with_step_size(0.1)
        .with_value_to_string(Arc::new(text::decibels))
        .with_string_to_value(Arc::new(text::parse_number))
}

impl Default for DenoiseParams {
    fn default() -> Self {
        let range = |max| FloatRange::Linear { min: 0.0, max };
        let on_off = |on: &'static str, off: &'static str| {
            (
                Arc::new(move |value: bool| if value { on } else { off }.to_owned()),
                Arc::new(move |text: &str| {
                    let text = text.trim();
                    match () {
                        () if text.eq_ignore_ascii_case(on) => Some(true),
                        () if text.eq_ignore_ascii_case(off) => Some(false),
                        () => None,
                    }
                }),
            )
        };
        let (listen, parse_listen) = on_off("Removed", "Cleaned");
        let (switch, parse_switch) = on_off("On", "Off");
        Self {
            amount: FloatParam::new("Amount", AMOUNT_MAX, range(AMOUNT_MAX))
                .with_step_size(0.1)
                .with_value_to_string(Arc::new(text::amount))
                .with_string_to_value(Arc::new(text::parse_amount)),
            mix: FloatParam::new("Mix", 100.0, range(100.0))
                .with_step_size(1.0)
                .with_value_to_string(Arc::new(text::percent))
                .with_string_to_value(Arc::new(text::parse_number)),
            steps: IntParam::new(
                "Steps",
                1,
                IntRange::Linear {
                    min: 1,
                    max: STEPS_MAX,
                },
            )
            .with_value_to_string(Arc::new(text::steps))
            .with_string_to_value(Arc::new(|text| {
                text::parse_number(text).map(|value| value.round() as i32)
            })),
            link: BoolParam::new("Link channels", true)
                .with_value_to_string(switch.clone())
                .with_string_to_value(parse_switch.clone()),
            adaptive: BoolParam::new("Adaptive quality", true)
                .with_value_to_string(switch.clone())
                .with_string_to_value(parse_switch.clone()),
            gain_in: gain("Input gain"),
            gain_out: gain("Output gain"),
            listen: BoolParam::new("Listen", false)
                .with_value_to_string(listen)
                .with_string_to_value(parse_listen),
            bypass: BoolParam::new("Bypass", false)
                .with_value_to_string(switch)
                .with_string_to_value(parse_switch)
                .make_bypass(),
            model: EnumParam::new("Model", ModelChoice::BuiltIn).non_automatable(),
            device: EnumParam::new("Device", DeviceChoice::Auto).non_automatable(),
            saved: RwLock::default(),
        }
    }
}

impl DenoiseParams {
    /// The engine's settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let amount = self.amount.value();
        Settings {
            steps: Some(self.steps.value().max(1) as usize),
            attenuation_limit: (amount < AMOUNT_MAX).then_some(Db(amount.max(0.0))),
            mix: (self.mix.value() * 0.01).clamp(0.0, 1.0),
            keep: if self.listen.value() {
                Keep::Removed
            } else {
                Keep::Cleaned
            },
            link: self.link.value(),
            ..Settings::default()
        }
    }

    /// The user's model, if it is to run.
    #[must_use]
    pub fn model_file(&self) -> Option<PathBuf> {
        if self.model.value() != ModelChoice::File {
            return None;
        }
        self.saved.read().ok()?.model_file.clone()
    }

    /// The name of the model that ships with the plugin and is to run, or to stand in for the user's.
    #[must_use]
    pub fn built_in(&self) -> &'static str {
        match self.model.value() {
            ModelChoice::Lite => registry::LITE_DENOISER,
            ModelChoice::Sixth => registry::SIXTH_DENOISER,
            ModelChoice::Fifth => registry::FIFTH_DENOISER,
            ModelChoice::Fourth => registry::FOURTH_DENOISER,
            ModelChoice::Third => registry::THIRD_DENOISER,
            ModelChoice::Second => registry::SECOND_DENOISER,
            ModelChoice::First => registry::FIRST_DENOISER,
            ModelChoice::BuiltIn | ModelChoice::File => registry::DEFAULT,
        }
    }
}

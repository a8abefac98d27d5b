//! From the options to a model, an engine and settings that fit each other, before the first file is touched.

use crate::Result;
use crate::cli::args::{self, Denoise, Runtime};
use crate::cli::exit::Failure;
use crate::cli::report::Process;
use crate::engine::recipe::Recipe;
use crate::engine::{Keep, Settings};
use crate::model::card::Task;
use crate::model::{self, Loaded, Model, Options, registry};
use crate::units::{Frames, Hz};

/// What all workers share.
#[derive(Debug)]
pub struct Shared {
    /// The network and its card.
    pub model: Model,
    /// The reverse process.
    pub recipe: Recipe,
    /// Which engine runs it.
    pub options: Options,
    /// What was asked for.
    pub settings: Settings,
    /// Seconds at the beginning of a file that are heard once before it begins.
    pub pre_roll: f64,
    /// Whether files may be replaced.
    pub overwrite: bool,
    /// Whether a file whose device failed is done again on the processor.
    pub rescue: bool,
}

/// Everything, with the first network already loaded.
#[derive(Debug)]
pub struct Prepared {
    shared: Shared,
    first: Loaded,
}

impl Prepared {
    /// Opens the model, checks the settings against it and loads the network once.
    ///
    /// # Errors
    /// Usage errors for settings that the model does not allow; errors of the model and of the engine.
    pub fn new(typed: &Denoise) -> Result<Self, Failure> {
        let model = open_denoiser(&typed.runtime)?;
        let settings = settings(typed);
        settings
            .validate()
            .map_err(|error| Failure::setting("denoise", error))?;
        let recipe = Recipe::new(&model.card, &settings)
            .map_err(|error| Failure::setting("denoise", error))?;
        let options = options(&typed.runtime);
        let first = model::load(&model, &options)?;
        Ok(Self {
            shared: Shared {
                model,
                recipe,
                options,
                settings,
                pre_roll: typed.pre_roll,
                overwrite: typed.overwrite,
                rescue: rescue(typed.on_device_loss, &typed.runtime),
            },
            first,
        })
    }

    /// What the workers share, and the network for the first of them.
    pub fn split(self) -> (Shared, Option<Loaded>) {
        (self.shared, Some(self.first))
    }

    /// One line on model, steps and engine.
    pub fn describe(&self) -> String {
        let process = self.shared.process(
            self.first.network.engine(),
            &self.first.notes,
            Frames(0),
            Hz(1),
        );
        format!(
            "{} {}, {} × {}, {} on {}",
            process.model,
            process.model_version,
            process.steps,
            process.sampler,
            process.engine,
            process.device
        )
    }
}

impl Shared {
    /// How files are processed, for the report.
    pub fn process(&self, engine: &str, notes: &[String], delay: Frames, rate: Hz) -> Process {
        let card = &self.model.card;
        let (engine, device) = engine_and_device(engine);
        Process {
            model: card.name.clone(),
            model_version: card.version.clone(),
            model_licence: card.licence.clone(),
            engine,
            device,
            not_used: notes.to_vec(),
            steps: self.recipe.steps,
            sampler: self.recipe.sampler.to_string(),
            seed: self.settings.seed,
            pre_roll: self.pre_roll,
            latency_ms: delay.milliseconds(rate),
        }
    }
}

/// "onnxruntime 1.28.0 on cpu" in its two halves.
pub fn engine_and_device(engine: &str) -> (String, String) {
    let (engine, device) = engine.rsplit_once(" on ").unwrap_or((engine, "cpu"));
    (engine.into(), device.into())
}

/// The model that was asked for, whatever it is made for.
pub fn open(runtime: &Runtime) -> Result<Model> {
    registry::open(runtime.model.as_deref().unwrap_or(registry::DEFAULT))
}

/// The model that was asked for, which must take noise away.
///
/// # Errors
/// As [`open_for`].
pub fn open_denoiser(runtime: &Runtime) -> Result<Model> {
    open_for(runtime, Task::Denoise)
}

/// The model that was asked for, or the one that ships for `task`; it must be made for `task`.
///
/// # Errors
/// As [`open`]; [`crate::Error::Model`] for a model that is made for something else, with the commands that run it.
pub fn open_for(runtime: &Runtime, task: Task) -> Result<Model> {
    let name = runtime.model.as_deref();
    let model = registry::open(name.unwrap_or(registry::default_for(task)))?;
    if model.card.task == task {
        return Ok(model);
    }
    let command = match model.card.task {
        Task::Denoise => "`diffwav denoise` and `diffwav live`",
        Task::Synth => "`diffwav synth` and `diffwav vary`",
        Task::Vocode => "`diffwav vocode`",
    };
    Err(crate::Error::Model {
        expected: format!(
            "{}: this model is for {command}; see `diffwav models list`",
            task.name()
        ),
        origin: model.card.name,
        field: "task".into(),
        found: model.card.task.name().into(),
    })
}

/// The engine and device that were asked for.
pub fn options(runtime: &Runtime) -> Options {
    Options {
        engine: engine(runtime.engine),
        device: device(runtime.device),
        library: runtime.onnxruntime_library.clone(),
        ..Options::default()
    }
}

/// Whether the CPU takes over from a device that is lost: as said, otherwise where nobody asked for that device.
pub fn rescue(wish: Option<args::OnDeviceLoss>, runtime: &Runtime) -> bool {
    match wish {
        Some(wish) => wish == args::OnDeviceLoss::Cpu,
        None => runtime.device == args::Device::Auto,
    }
}

/// The engine as the model room names it.
pub fn engine(typed: args::Engine) -> model::EngineChoice {
    match typed {
        args::Engine::Auto => model::EngineChoice::Auto,
        args::Engine::OnnxRuntime => model::EngineChoice::OnnxRuntime,
        args::Engine::Tract => model::EngineChoice::Tract,
    }
}

/// The device as the model room names it.
pub fn device(typed: args::Device) -> model::Device {
    match typed {
        args::Device::Auto => model::Device::Auto,
        args::Device::Cpu => model::Device::Cpu,
        args::Device::Cuda => model::Device::Cuda,
        args::Device::WebGpu => model::Device::Webgpu,
        args::Device::DirectMl => model::Device::DirectMl,
        args::Device::CoreMl => model::Device::CoreMl,
    }
}

fn settings(typed: &Denoise) -> Settings {
    Settings {
        steps: typed.steps,
        sampler: typed.sampler,
        seed: typed.seed,
        attenuation_limit: typed.limit.decibels(),
        mix: typed.mix,
        keep: match typed.keep {
            args::Keep::Cleaned => Keep::Cleaned,
            args::Keep::Removed => Keep::Removed,
        },
        link: typed.link_channels,
    }
}

//! From the parameters to an engine, with a way out for everything that can be missing.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use diffwav::engine::session::{self, Choice, Description, Prepared};
use diffwav::engine::{Format, Settings};
use diffwav::error::Result;
use diffwav::model::card::Card;
use diffwav::model::{self, Device, EngineChoice, Model, Network, Options, Purpose};

use crate::models;
use crate::params::DenoiseParams;

/// What the parameters ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The user's model; None is one that ships.
    pub file: Option<PathBuf>,
    /// The one that ships, also in the place of a file that cannot be read.
    pub built_in: &'static str,
    /// Where it runs.
    pub device: Device,
    /// Reverse steps; the nearest that the model allows.
    pub steps: usize,
    /// One decision for all channels.
    pub link: bool,
}

impl Wanted {
    /// As the parameters are now.
    pub fn of(params: &DenoiseParams) -> Self {
        Self {
            file: params.model_file(),
            built_in: params.built_in(),
            device: params.device.value().into(),
            steps: params.steps.value().max(1) as usize,
            link: params.link.value(),
        }
    }
}

/// What of the parameters makes another engine, in one number: for the audio thread, which must not allocate.
/// Another file for the user's model is not in it; no host automates that.
pub fn key(params: &DenoiseParams) -> u32 {
    let (model, device) = (params.model.value() as u32, params.device.value() as u32);
    let (steps, link) = (
        params.steps.value().max(1) as u32,
        u32::from(params.link.value()),
    );
    // Never 0, which means that nothing was built.
    1 | link << 1 | steps << 2 | device << 12 | model << 16
}

/// An engine, or why there is none, and what was done instead of what was asked for.
#[derive(Debug)]
pub struct Built {
    /// The engine, tried out.
    pub prepared: Result<Prepared>,
    /// For the user, each a sentence.
    pub messages: Vec<String>,
}

/// The model that is asked for; the one that ships in the place of one that cannot be read, and why.
pub fn model(wanted: &Wanted) -> (Result<Model>, Option<String>) {
    let (model, message) = match wanted.file.as_deref().map(models::file) {
        None => (models::built_in(wanted.built_in), None),
        Some(Ok(model)) => (Ok(model), None),
        Some(Err(error)) => (
            models::built_in(wanted.built_in),
            Some(format!("{error}; the built-in model runs instead")),
        ),
    };
    let model = model.map(|mut model| {
        if let Some((card, _)) = &*SUBSTITUTE.read().unwrap_or_else(PoisonError::into_inner) {
            model.card = card.clone();
        }
        model
    });
    (model, message)
}

/// Loads and prepares. A device that cannot be used, or that was `lost` for the reason that is given, is replaced by
/// the CPU, with a message.
pub fn build(wanted: &Wanted, lost: Option<&str>, format: Format) -> Built {
    let (model, message) = model(wanted);
    let mut messages: Vec<String> = message.into_iter().collect();
    let prepared = model.and_then(|model| {
        let steps = models::allowed_steps(&model.card, wanted.steps);
        if steps != wanted.steps {
            messages.push(format!("this model runs {steps} steps at most or at least"));
        }
        if let Some(why) = lost {
            messages.push(format!("the device was lost, the CPU runs instead: {why}"));
            return prepare(&model, Device::Cpu, (steps, wanted.link), format);
        }
        prepare(&model, wanted.device, (steps, wanted.link), format).or_else(|error| {
            // `auto` has tried the CPU itself.
            if matches!(wanted.device, Device::Auto | Device::Cpu) {
                return Err(error);
            }
            messages.push(format!("{error}; the CPU is used instead"));
            prepare(&model, Device::Cpu, (steps, wanted.link), format)
        })
    });
    Built { prepared, messages }
}

fn prepare(
    model: &Model,
    device: Device,
    (steps, link): (usize, bool),
    format: Format,
) -> Result<Prepared> {
    let settings = Settings {
        steps: Some(steps),
        link,
        ..Settings::default()
    };
    if let Some(network) = substitute() {
        let about = Description {
            model: "substitute".to_owned(),
            engine: network.engine().to_owned(),
            notes: Vec::new(),
            sampler: String::new(),
            steps,
        };
        let stream = session::stream(network, format, &settings)?;
        return Ok(Prepared { stream, about });
    }
    let options = Options {
        engine: EngineChoice::Auto,
        device,
        purpose: Purpose::RealTime,
        library: None,
        // `model::load` looks beside the file that this code was loaded from, by itself.
        folders: Vec::new(),
    };
    let choice = Choice {
        model: model.clone(),
        options,
        settings,
    };
    choice.prepare(format)
}

type Substitute = Box<dyn Fn() -> Box<dyn Network> + Send + Sync>;
static SUBSTITUTE: RwLock<Option<(Card, Substitute)>> = RwLock::new(None);

/// Makes every later engine of this process run another network, with this card: for tests of what cannot be had from a
/// real one (a machine that is too slow, a network that fails). A plugin in a host has no way to reach this.
pub fn substitute_networks(network: Option<(Card, Substitute)>) {
    *SUBSTITUTE.write().unwrap_or_else(PoisonError::into_inner) = network;
}

fn substitute() -> Option<Box<dyn Network>> {
    let network = SUBSTITUTE.read().unwrap_or_else(PoisonError::into_inner);
    let (_, make) = network.as_ref()?;
    Some(make())
}

/// Whether `model::load` would take the file: for a drop onto the editor.
///
/// # Errors
/// What is wrong with it.
pub fn check_file(path: &std::path::Path) -> Result<Model> {
    let model = models::file(path)?;
    let options = Options {
        device: Device::Cpu,
        ..Options::default()
    };
    model::load(&model, &options)?;
    Ok(model)
}

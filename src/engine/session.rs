//! From a model and settings to an engine that runs, and from one setting to another while it does.
//!
//! Everything here loads files, allocates and takes its time: never on an audio thread.

use super::recipe::Recipe;
use super::settings::{Format, Settings};
use super::stream::Stream;
use super::worker::{AudioSide, Blocks, Worker};
use crate::error::Result;
use crate::model::{self, Device, Model, Network, Options};

/// Hops of silence that a new stream runs before it is used: engines set themselves up in their first runs.
const TRIAL_HOPS: usize = 3;

/// What to run.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The network.
    pub model: Model,
    /// The engine and the device.
    pub options: Options,
    /// Steps, sampler and seed of the stream; the amount is for the audio thread.
    pub settings: Settings,
}

/// What runs, for reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Name and version of the model.
    pub model: String,
    /// The engine, its version and the device ("onnxruntime 1.28.0 on cpu").
    pub engine: String,
    /// What else was tried, and why it is not used.
    pub notes: Vec<String>,
    /// The reverse sampler.
    pub sampler: String,
    /// Its steps.
    pub steps: usize,
}

/// A stream that is ready to run, and what it is.
#[derive(Debug)]
pub struct Prepared {
    /// The engine.
    pub stream: Stream,
    /// What it is.
    pub about: Description,
}

impl Choice {
    /// Loads the network and makes a stream that gives the cleaned signal alone. With [`Device::Auto`] the CPU takes
    /// over from a device that fails in the trial run.
    ///
    /// # Errors
    /// As [`model::load`] and [`Stream::new`]; whatever the network says in a trial run.
    pub fn prepare(&self, format: Format) -> Result<Prepared> {
        self.attempt(format)
            .or_else(|error| match error.lost_device() {
                Some(_) if self.options.device == Device::Auto => {
                    self.prepare_on_cpu(format, &error.to_string())
                }
                _ => Err(error),
            })
    }

    /// The same on the CPU, after a device was lost for the reason `why`, which goes into the notes.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn prepare_on_cpu(&self, format: Format, why: &str) -> Result<Prepared> {
        let mut choice = self.clone();
        choice.options.device = Device::Cpu;
        let mut prepared = choice.attempt(format)?;
        let note = format!("the device is not used any more: {why}");
        prepared.about.notes.push(note);
        Ok(prepared)
    }

    fn attempt(&self, format: Format) -> Result<Prepared> {
        self.settings.validate()?;
        let recipe = Recipe::new(&self.model.card, &self.settings)?;
        let loaded = model::load(&self.model, &self.options)?;
        let card = &self.model.card;
        let about = Description {
            model: format!("{} {}", card.name, card.version),
            engine: loaded.network.engine().to_owned(),
            notes: loaded.notes,
            sampler: recipe.sampler.to_string(),
            steps: recipe.steps,
        };
        let stream = stream(loaded.network, format, &self.settings)?;
        Ok(Prepared { stream, about })
    }

    /// Prepares and puts it on a worker.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare) and [`Worker::spawn`].
    pub fn start(
        &self,
        format: Format,
        blocks: Blocks,
    ) -> Result<(Worker, AudioSide, Description)> {
        let prepared = self.prepare(format)?;
        let (worker, audio) = Worker::spawn(prepared.stream, &self.settings, blocks)?;
        Ok((worker, audio, prepared.about))
    }
}

/// A stream through any network, tried out, that gives the cleaned signal alone, as a worker wants it.
///
/// # Errors
/// As [`Stream::new`]; whatever the network says in the trial run.
pub fn stream(network: Box<dyn Network>, format: Format, settings: &Settings) -> Result<Stream> {
    let alone = Settings {
        steps: settings.steps,
        sampler: settings.sampler,
        seed: settings.seed,
        link: settings.link,
        ..Settings::default()
    };
    let mut stream = Stream::new(network, format, &alone)?;
    for _ in 0..TRIAL_HOPS {
        let silence = vec![0.0; stream.wanted()];
        stream.push(&vec![silence.as_slice(); format.channels])?;
    }
    stream.reset()?;
    Ok(stream)
}

//! Networks that make sounds, on several threads: what `synth` and `vary` share.

mod about;
mod save;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use about::{About, dbfs, length};
pub use save::{Form, Saved, depth, save};

use super::args::{Runtime, Sound};
use super::exit::Failure;
use super::{cancel, runtime};
use crate::diffusion::sampler::Sampler;
use crate::engine::generate::{Generator, Request, class};
use crate::model::card::{Card, Task};
use crate::model::{self, Model, Options};
use crate::{Error, Result};

/// A model and an engine, and how they are used.
#[derive(Debug)]
pub struct Studio {
    /// The model.
    pub model: Model,
    /// What runs, for reports.
    pub about: About,
    options: Options,
    steps: Option<usize>,
    sampler: Option<Sampler>,
    /// Loaded already, for the first worker.
    first: Mutex<Option<Generator>>,
    /// Sounds a call of the engine.
    together: usize,
    seconds_max: f32,
}

impl Studio {
    /// Opens the model that was asked for and loads it once.
    ///
    /// # Errors
    /// Usage errors for steps or a sampler that do not fit the model; errors of the model and of the engine.
    pub fn open(
        subcommand: &str,
        typed: &Runtime,
        steps: Option<usize>,
        sampler: Option<Sampler>,
    ) -> Result<Self, Failure> {
        let model = runtime::open_for(typed, Task::Synth)?;
        let options = runtime::options(typed);
        let loaded = model::load(&model, &options)?;
        let (engine, device) = runtime::engine_and_device(loaded.network.engine());
        let generator = Generator::new(loaded.network, steps, sampler)
            .map_err(|error| Failure::setting(subcommand, error))?;
        let card = &model.card;
        let about = About {
            model: card.name.clone(),
            model_version: card.version.clone(),
            model_licence: card.licence.clone(),
            engine,
            device,
            not_used: loaded.notes,
            steps: generator.recipe().steps,
            sampler: generator.recipe().sampler.to_string(),
        };
        Ok(Self {
            together: generator.together(),
            seconds_max: generator.seconds_max(),
            first: Mutex::new(Some(generator)),
            model,
            about,
            options,
            steps,
            sampler,
        })
    }

    /// The card of the model.
    pub fn card(&self) -> &Card {
        &self.model.card
    }

    /// Sounds that the engine makes in one call.
    pub fn together(&self) -> usize {
        self.together
    }

    /// The longest sound, in seconds.
    pub fn seconds_max(&self) -> f32 {
        self.seconds_max
    }

    /// Works on all jobs, several at a time; the results come in their order. After Ctrl-C those that have not begun
    /// are [`Error::Interrupted`].
    pub fn run<J: Sync, T: Send>(
        &self,
        jobs: &[J],
        workers: Option<usize>,
        work: impl Fn(&mut Generator, &J) -> Result<T> + Sync,
    ) -> Vec<Result<T>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // A graphics card runs many sounds a call already.
        let most = if self.together > 1 { 1 } else { cores };
        let workers = workers.unwrap_or(most).min(jobs.len()).max(1);
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<Result<T>>>> =
            jobs.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    let mut generator = None;
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(job), Some(result)) = (jobs.get(index), results.get(index))
                        else {
                            break;
                        };
                        let outcome = cancel::check().and_then(|()| {
                            let generator = match &mut generator {
                                Some(there) => there,
                                none => none.insert(self.generator()?),
                            };
                            work(generator, job)
                        });
                        if let Ok(mut slot) = result.lock() {
                            *slot = Some(outcome);
                        }
                    }
                });
            }
        });
        results
            .into_iter()
            .map(|slot| {
                let outcome = slot.into_inner().ok().flatten();
                outcome.unwrap_or(Err(Error::Interrupted))
            })
            .collect()
    }

    fn generator(&self) -> Result<Generator> {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        match first {
            Some(generator) => Ok(generator),
            None => {
                let network = model::load(&self.model, &self.options)?.network;
                Generator::new(network, self.steps, self.sampler)
            }
        }
    }
}

/// The request that was typed, but for its seed, length and sound.
///
/// # Errors
/// Usage errors that list the classes or controls.
pub fn request(
    subcommand: &str,
    card: &Card,
    label: Option<&str>,
    typed: &Sound,
) -> Result<Request, Failure> {
    let label = label
        .map(|name| class(card, name))
        .transpose()
        .map_err(|error| match error {
            Error::Setting {
                value, expected, ..
            } => {
                let message = format!("there is no class '{value}': it must be {expected}");
                Failure::usage(subcommand, message)
            }
            other => other.into(),
        })?;
    let mut controls = vec![None; card.controls.len()];
    let brightness = typed
        .brightness
        .map(|value| ("brightness".to_owned(), value));
    for (name, value) in typed.controls.iter().cloned().chain(brightness) {
        let names: Vec<&str> = card.controls.iter().map(|c| c.name.as_str()).collect();
        let Some(index) = names.iter().position(|known| **known == name) else {
            let expected = match names.len() {
                0 => format!("the model {} has no controls", card.name),
                _ => format!("the model has {}", names.join(", ")),
            };
            let message = format!("there is no control '{name}': {expected}");
            return Err(Failure::usage(subcommand, message));
        };
        controls[index] = Some(value);
    }
    Ok(Request {
        label,
        controls,
        guidance: typed.guidance.unwrap_or(card.guidance),
        ..Request::default()
    })
}

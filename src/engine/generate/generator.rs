//! A network, ready to make sounds.

use super::partial::{Partial, partial};
use super::request::{Base, Request};
use super::walk::{Traveller, Way, walk};
use super::{sound, told};
use crate::diffusion::sampler::Sampler;
use crate::dsp::denormals::Flush;
use crate::engine::recipe::Recipe;
use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::model::card::{Card, Task};
use crate::model::network::Network;

/// Longest sound of a causal network, which could go on for ever.
const SECONDS_MAX: f32 = 60.0;
/// Sounds a call on a graphics card. On a processor it is one: larger batches are no faster there.
const TOGETHER: usize = 8;

/// Makes sounds with one network and one reverse sampler.
#[derive(Debug)]
pub struct Generator {
    network: NetworkBox,
    recipe: Recipe,
    /// Sounds a call, always: what an engine computes for one depends in its last bits on how many there are.
    together: usize,
}

/// A network, shown by the name of its engine.
struct NetworkBox(Box<dyn Network>);

impl std::fmt::Debug for NetworkBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.engine())
    }
}

impl Generator {
    /// With the card's default steps and sampler where none are named.
    ///
    /// # Errors
    /// [`Error::Model`] for a network that is not made for synthesis, [`Error::Setting`] for steps or a sampler that do
    /// not fit it.
    pub fn new(
        network: Box<dyn Network>,
        steps: Option<usize>,
        sampler: Option<Sampler>,
    ) -> Result<Self> {
        let card = network.card();
        if card.task != Task::Synth {
            return Err(Error::Model {
                origin: card.name.clone(),
                field: "task".to_owned(),
                found: card.task.name().to_owned(),
                expected: "synth: see `diffwav models list`".to_owned(),
            });
        }
        let settings = Settings {
            steps,
            sampler,
            ..Settings::default()
        };
        let recipe = Recipe::new(card, &settings)?;
        let on_cpu = !network.engine().contains(" on ") || network.engine().ends_with(" on cpu");
        Ok(Self {
            together: if on_cpu { 1 } else { TOGETHER },
            network: NetworkBox(network),
            recipe,
        })
    }

    /// The model's card.
    #[must_use]
    pub fn card(&self) -> &Card {
        self.network.0.card()
    }

    /// The network that runs.
    #[must_use]
    pub fn network(&self) -> &dyn Network {
        self.network.0.as_ref()
    }

    /// The reverse process that runs.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Sounds that the engine computes in one call.
    #[must_use]
    pub fn together(&self) -> usize {
        self.together
    }

    /// The longest sound, in seconds.
    #[must_use]
    pub fn seconds_max(&self) -> f32 {
        let card = self.card();
        if card.causal {
            return SECONDS_MAX;
        }
        let samples = card.frames_max * card.transform.hop() - card.onset;
        samples as f32 / card.sample_rate as f32
    }

    /// Makes the sounds: mono, at the model's rate, from the transient on, faded at both ends, not normalised.
    ///
    /// Each is a function of its request alone, to the bit, whatever else is asked for with it.
    ///
    /// # Errors
    /// [`Error::Setting`] for a request that the model cannot do, before anything runs; what the network says.
    pub fn generate(&mut self, requests: &[Request]) -> Result<Vec<Vec<f32>>> {
        let longest = self.seconds_max();
        for request in requests {
            request.check(self.card(), longest)?;
        }
        let _flush = Flush::new();
        let mut sounds = vec![Vec::new(); requests.len()];
        let mut left: Vec<usize> = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            match &request.base {
                Some(base) if base.strength == 0.0 => sounds[index] = base.sound.to_vec(),
                _ => left.push(index),
            }
        }
        // Those that can share a call, in the order in which they were asked for.
        while let Some(first) = left.first().copied() {
            let kind = self.kind(&requests[first]);
            let (mut group, others): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|index| self.kind(&requests[*index]) == kind);
            let later = group.split_off(self.together.min(group.len()));
            let chosen: Vec<&Request> = group.iter().map(|index| &requests[*index]).collect();
            let made = self.run(kind, &chosen)?;
            for (index, sound) in group.into_iter().zip(made) {
                sounds[index] = sound;
            }
            left = later;
            left.extend(others);
            left.sort_unstable();
        }
        Ok(sounds)
    }

    fn kind(&self, request: &Request) -> Kind {
        let samples = (request.seconds * self.card().sample_rate as f32).round() as usize;
        let strength = match &request.base {
            Some(Base { strength, .. }) if *strength < 1.0 => *strength,
            _ => 1.0,
        };
        Kind {
            frames: sound::frames(self.card(), samples.max(1)),
            guided: request.guidance > 0.0 && request.label.is_some(),
            strength: strength.to_bits(),
        }
    }

    /// At most as many as go together.
    fn run(&mut self, kind: Kind, requests: &[&Request]) -> Result<Vec<Vec<f32>>> {
        let card = self.card();
        let strength = f32::from_bits(kind.strength);
        let partial: Option<Partial> = match strength < 1.0 {
            true => Some(partial(card, &self.recipe, f64::from(strength))?),
            false => None,
        };
        let mut levels = Vec::new();
        let mut travellers: Vec<Traveller> = Vec::new();
        for request in requests {
            let (x0, level) = match (&request.base, &partial) {
                (Some(base), Some(_)) => sound::encode(card, &base.sound, kind.frames),
                _ => (Vec::new(), 1.0),
            };
            levels.push(level);
            travellers.push(Traveller {
                seed: request.seed,
                labels: told::labels(card, request),
                controls: told::controls(card, request),
                guidance: request.guidance,
                x0,
            });
        }
        // The engine always sees the same number of sounds.
        if let Some(last) = travellers.last().cloned() {
            travellers.resize(self.together, last);
        }
        let way = Way {
            plan: &self.recipe.plan,
            partial: partial.as_ref(),
            guided: kind.guided,
            frames: kind.frames,
            shape: (card.transform.channels(), card.transform.bins()),
        };
        let done = walk(self.network.0.as_mut(), way, &travellers)?;
        let card = self.card();
        let sounds = done.into_iter().zip(requests).zip(levels);
        Ok(sounds
            .map(|((mut x, request), level)| {
                let samples = (request.seconds * card.sample_rate as f32).round() as usize;
                sound::decode(card, &mut x, kind.frames, samples.max(1), level)
            })
            .collect())
    }
}

/// What requests must have in common to share a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    frames: usize,
    guided: bool,
    /// Bits of the strength; 1 for free generation.
    strength: u32,
}

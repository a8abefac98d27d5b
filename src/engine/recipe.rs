//! From the model's card and the user's settings to the reverse process that runs.

use super::settings::Settings;
use crate::diffusion::plan::Plan;
use crate::diffusion::sampler::{self, Sampler};
use crate::diffusion::times::Times;
use crate::error::{Error, Result};
use crate::model::card::Card;

/// Which sampler runs, with how many steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The reverse sampler.
    pub sampler: Sampler,
    /// Reverse steps, as the user counts them.
    pub steps: usize,
    /// The unrolled process; some samplers evaluate the network more than once a step.
    pub plan: Plan,
}

impl Recipe {
    /// Takes what `settings` leaves open from `card`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a number of steps that the model is not good for, or a sampler that does not fit it.
    pub fn new(card: &Card, settings: &Settings) -> Result<Self> {
        let steps = settings.steps.unwrap_or(card.steps.default);
        if !card.steps.allowed.contains(&steps) {
            let allowed = card
                .steps
                .allowed
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>();
            let expected = format!("one of {} for the model {}", allowed.join(", "), card.name);
            return Err(Error::setting("steps", steps, expected));
        }
        let sampler = settings.sampler.unwrap_or(card.sampler);
        let times = match card.steps.times.get(&steps) {
            Some(times) => Times::Explicit(times.clone()),
            None => Times::Count(steps),
        };
        let plan = sampler::plan(&card.path, sampler, card.predicts.into(), &times)?;
        Ok(Self {
            sampler,
            steps,
            plan,
        })
    }
}

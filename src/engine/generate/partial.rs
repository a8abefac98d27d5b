//! Partial diffusion: into the reverse process in the middle, with a sound in place of pure noise.

use crate::diffusion::forward::Marginal;
use crate::diffusion::path::Path;
use crate::diffusion::plan::Plan;
use crate::diffusion::sampler::{self, Sampler};
use crate::diffusion::times::Times;
use crate::engine::recipe::Recipe;
use crate::error::Result;
use crate::model::card::Card;

/// A reverse process that begins with x_t = clean·x0 + noise·z.
#[derive(Debug, Clone)]
pub(super) struct Partial {
    /// Its stages.
    pub plan: Plan,
    /// Where it begins.
    pub entry: Marginal,
}

/// The process of `recipe` from the time that `strength` (0 to 1, both excluded) names: as many steps, closer together.
///
/// DiffWave's fast schedule is an exception, for its levels are fixed: there the steps before that time are left out.
pub(super) fn partial(card: &Card, recipe: &Recipe, strength: f64) -> Result<Partial> {
    let path = &card.path;
    if recipe.sampler == Sampler::DiffwaveFast {
        return Ok(tail(path, recipe, strength));
    }
    let whole = match card.steps.times.get(&recipe.steps) {
        Some(times) => Times::Explicit(times.clone()),
        None => Times::Count(recipe.steps),
    };
    let mut times: Vec<f64> = whole.on(path)?;
    times
        .iter_mut()
        .for_each(|time| *time = closer(path, *time, strength));
    if let Path::VpDiscrete { .. } = path {
        // Below the first noisy step there is nothing to take away.
        let last = times.first().copied().unwrap_or(0.0).max(0.0);
        times.retain(|time| *time >= 0.0);
        if times.is_empty() {
            times.push(last);
        }
    }
    let entry = path.marginal(times[0]);
    let times = Times::Explicit(times);
    let plan = sampler::plan(path, recipe.sampler, card.predicts.into(), &times)?;
    Ok(Partial { plan, entry })
}

/// `time`, moved towards the clean end.
fn closer(path: &Path, time: f64, strength: f64) -> f64 {
    match *path {
        // 0 is the first noisy step; the clean end lies one step before it.
        Path::VpDiscrete { .. } => (time + 1.0) * strength - 1.0,
        // Evenly on the grid that its paper uses.
        Path::Edm { sigma_min, rho, .. } => {
            let root = |sigma: f64| sigma.powf(1.0 / rho);
            (root(sigma_min) + strength * (root(time) - root(sigma_min))).powf(rho)
        }
        _ => time * strength,
    }
}

fn tail(path: &Path, recipe: &Recipe, strength: f64) -> Partial {
    let mut plan = recipe.plan.clone();
    let first = plan.stages.first().map_or(0.0, |s| s.evaluation.time);
    let from = closer(path, first, strength);
    let kept = plan.stages.iter().position(|s| s.evaluation.time <= from);
    plan.stages
        .drain(..kept.unwrap_or(plan.stages.len().saturating_sub(1)));
    let entry = path.marginal(plan.stages.first().map_or(0.0, |s| s.evaluation.time));
    Partial { plan, entry }
}

//! DDIM (2010.02502 eq. 12): `x_s = a_s·D + √(σ_s² − ς²)·ε̂ + ς·z`.
//!
//! ς = η·(σ_s/σ_t)·√(σ_t² − (a_t/a_s)²σ_s²), η times the deviation of the posterior. On a variance-preserving path
//! the root is the paper's √(1 − a_t²/a_s²); in this form it also holds on EDM's exploding path, where η = 0 is
//! Euler's method in σ.

use super::{Grid, stage, target};
use crate::diffusion::plan::{Stage, Update};

pub(super) fn stages(grid: &Grid<'_>, eta: f64) -> Vec<Stage> {
    grid.steps()
        .map(|(now, next)| {
            let (now_at, cleaner) = (now.marginal, target(next));
            let noise = eta * now_at.posterior(&cleaner).variance.sqrt();
            // ε̂ = (x − a_t·D)/σ_t
            let direction = (cleaner.noise.powi(2) - noise * noise).max(0.0).sqrt() / now_at.noise;
            let update = Update {
                x: direction,
                data: cleaner.clean - direction * now_at.clean,
                noise,
                ..Update::default()
            };
            stage(now, update)
        })
        .collect()
}

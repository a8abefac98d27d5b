//! Heun's method on EDM's probability flow dx/dσ = (x − D)/σ (2206.00364 algorithm 1, without churn).

use super::{Grid, LAND_ON_DATA, stage};
use crate::diffusion::plan::{Stage, Update};

/// Two stages a step: Euler to σ', then the trapezoid with the slope found there; the last step is Euler to 0.
pub(super) fn stages(grid: &Grid<'_>) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(2 * grid.points.len());
    for (now, next) in grid.steps() {
        let Some(next) = next else {
            stages.push(stage(now, LAND_ON_DATA));
            break;
        };
        let (sigma, sigma_next) = (now.marginal.noise, next.marginal.noise);
        let ratio = sigma_next / sigma;
        let euler = Update {
            x: ratio,
            data: 1.0 - ratio,
            ..Update::default()
        };
        stages.push(Stage {
            remember: true,
            ..stage(now, euler)
        });
        // X + h·½[(X − D')/σ + (x − D)/σ'], h = σ' − σ; X and D' from before the Euler step.
        let before = (ratio - 1.0) / 2.0;
        let after = (1.0 - sigma / sigma_next) / 2.0;
        let trapezoid = Update {
            x: after,
            data: -after,
            memory_x: 1.0 + before,
            memory_data: -before,
            ..Update::default()
        };
        stages.push(stage(next, trapezoid));
    }
    stages
}

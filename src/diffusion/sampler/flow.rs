//! Flow matching (2210.02747) by Euler's method and by the midpoint rule.
//!
//! Time falls from 1 (noise, or the noised condition) to 0 (data). With σ_t = σm + (1−σm)t the direction of a straight
//! path is u = dx/dt = ((1−σm)x − D)/σ_t, so a step to r is linear in x and D whatever the network predicts; for
//! σm = 0 Euler's step is `(r/t)·x + (1 − r/t)·D`.

use super::{Grid, Point, stage};
use crate::diffusion::path::Path;
use crate::diffusion::plan::{Stage, Update};
use crate::error::Result;

/// `x + (r − t)·u(x, t)`
pub(super) fn euler(grid: &Grid<'_>) -> Vec<Stage> {
    grid.steps()
        .map(|(now, next)| {
            let target = next.map_or(0.0, |next| next.time);
            let direction = direction(grid.path, now);
            let update = Update {
                x: 1.0 + (target - now.time) * direction.x,
                data: (target - now.time) * direction.data,
                ..Update::default()
            };
            stage(now, update)
        })
        .collect()
}

/// Half an Euler step, then `X + (r − t)·u(x, ½(t + r))`, X from before the half step.
///
/// # Errors
/// When the network cannot be read at a midpoint.
pub(super) fn midpoint(grid: &Grid<'_>) -> Result<Vec<Stage>> {
    let mut stages = Vec::with_capacity(2 * grid.points.len());
    for (now, next) in grid.steps() {
        let step = next.map_or(0.0, |next| next.time) - now.time;
        let middle = grid.point(now.time + step / 2.0)?;
        let at_start = direction(grid.path, now);
        let half = Update {
            x: 1.0 + step / 2.0 * at_start.x,
            data: step / 2.0 * at_start.data,
            ..Update::default()
        };
        stages.push(Stage {
            remember: true,
            ..stage(now, half)
        });
        let at_middle = direction(grid.path, &middle);
        let whole = Update {
            x: step * at_middle.x,
            data: step * at_middle.data,
            memory_x: 1.0,
            ..Update::default()
        };
        stages.push(stage(&middle, whole));
    }
    Ok(stages)
}

/// u as coefficients of x and D.
fn direction(path: &Path, point: &Point) -> Update {
    let (sigma_min, sigma) = match *path {
        Path::Flow { sigma_min } => (sigma_min, point.marginal.noise),
        _ => (0.0, point.time),
    };
    Update {
        x: (1.0 - sigma_min) / sigma,
        data: -1.0 / sigma,
        ..Update::default()
    }
}

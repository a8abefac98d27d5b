//! Ancestral sampling: DDPM with either of its variances, and DiffWave's fast schedule.
//!
//! Written with D instead of ε̂ the paper's update (2006.11239 algorithm 2) is the posterior of x_s given
//! (x_t, x0 = D); that form also holds between levels that are not neighbours in the schedule.

use super::{Grid, Times, stage, target};
use crate::diffusion::path::Path;
use crate::diffusion::plan::{Stage, Update};
use crate::error::{Error, Result};

/// The two choices of 2006.11239 sec. 3.2.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Variance {
    /// β̃: exact for data that is a point.
    Posterior,
    /// β: exact for data that is N(0, 1).
    Beta,
}

pub(super) fn stages(grid: &Grid<'_>, variance: Variance) -> Vec<Stage> {
    grid.steps()
        .map(|(now, next)| {
            let cleaner = target(next);
            let posterior = now.marginal.posterior(&cleaner);
            let noise = match (next, variance) {
                (None, _) => 0.0,
                (_, Variance::Posterior) => posterior.variance.sqrt(),
                // β of the step s → t is the variance that it adds, 1 − (a_t/a_s)².
                (_, Variance::Beta) => cleaner.transition(&now.marginal).noise,
            };
            let update = Update {
                x: posterior.x,
                data: posterior.data,
                noise,
                ..Update::default()
            };
            stage(now, update)
        })
        .collect()
}

/// The aligned steps of the model's fast schedule, descending.
pub(super) fn fast_times(path: &Path, times: &Times) -> Result<Vec<f64>> {
    let Path::VpDiscrete { schedule, fast } = path else {
        return Ok(Vec::new()); // Sampler::fits has excluded the others
    };
    if *times != Times::Count(fast.len()) {
        let (name, value) = match times {
            Times::Count(count) => ("steps", count.to_string()),
            Times::Explicit(list) => ("times", format!("a list of {}", list.len())),
        };
        let expected = format!(
            "{} steps with diffwave-fast, whose levels the model fixes (ddpm and ddim take others)",
            fast.len()
        );
        return Err(Error::setting(name, value, expected));
    }
    let mut aligned = schedule.align_all(fast)?;
    aligned.reverse();
    Ok(aligned)
}

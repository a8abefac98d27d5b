//! DPM-Solver++(2M) (2211.01095 algorithm 2).
//!
//! λ = ln(a/σ), h = λ_i − λ_{i−1}, r = h_{i−1}/h_i:
//! `x_i = (σ_i/σ_{i−1})·x − a_i(e^{−h} − 1)·[(1 + 1/2r)·D_{i−1} − (1/2r)·D_{i−2}]`.
//! The first step knows no earlier D and the last has h = ∞: both are of first order, the last lands on D.

use super::{Grid, LAND_ON_DATA, stage};
use crate::diffusion::plan::{Stage, Update};

pub(super) fn stages(grid: &Grid<'_>) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(grid.points.len());
    let mut h_before: Option<f64> = None;
    for (now, next) in grid.steps() {
        let Some(next) = next else {
            stages.push(stage(now, LAND_ON_DATA));
            break;
        };
        let (now_at, next_at) = (now.marginal, next.marginal);
        // Infinite where the grid begins without any signal; 1/2r is 0 on the step after that.
        let h = next_at.half_log_snr() - now_at.half_log_snr();
        let extrapolation = h_before.map_or(0.0, |before| h / (2.0 * before));
        let ratio = next_at.noise / now_at.noise;
        // −a_i(e^{−h} − 1), with e^{−h} = (σ_i/a_i)·(a_{i−1}/σ_{i−1}).
        let data = next_at.clean - ratio * now_at.clean;
        let update = Update {
            x: ratio,
            data: data * (1.0 + extrapolation),
            memory_data: -data * extrapolation,
            ..Update::default()
        };
        stages.push(Stage {
            remember: true,
            ..stage(now, update)
        });
        h_before = Some(h);
    }
    stages
}

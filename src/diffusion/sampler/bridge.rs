//! Schrödinger bridge, stochastic and deterministic (2407.16074), by data prediction.
//!
//! α and σ² are those of the underlying diffusion from x0, σ̄² = σ_1² − σ² what it still adds until y.

use super::{Grid, stage};
use crate::diffusion::plan::{Stage, Update};

/// `(α_t·σ_t²/(α_τ·σ_τ²))·x + α_t(1 − σ_t²/σ_τ²)·D + α_t·σ_t·√(1 − σ_t²/σ_τ²)·z`
pub(super) fn sde(grid: &Grid<'_>) -> Vec<Stage> {
    grid.steps()
        .map(|(now, next)| {
            let (alpha_now, variance_now) = grid.path.bridge(now.time);
            let (alpha, variance) = grid.path.bridge(next.map_or(0.0, |next| next.time));
            let kept = variance / variance_now;
            let update = Update {
                x: alpha / alpha_now * kept,
                data: alpha * (1.0 - kept),
                noise: alpha * (variance * (1.0 - kept)).sqrt(),
                ..Update::default()
            };
            stage(now, update)
        })
        .collect()
}

/// `(α_t·σ_t·σ̄_t/(α_τ·σ_τ·σ̄_τ))·x + (α_t/σ_1²)(σ̄_t² − σ̄_τ·σ_t·σ̄_t/σ_τ)·D
///  + (α_t/(α_1·σ_1²))(σ_t² − σ_τ·σ_t·σ̄_t/σ̄_τ)·y`; from τ = 1, where x is y itself, the bridge's mean.
pub(super) fn ode(grid: &Grid<'_>) -> Vec<Stage> {
    let (alpha_end, variance_end) = grid.path.bridge(1.0);
    grid.steps()
        .map(|(now, next)| {
            let (alpha_now, variance_now) = grid.path.bridge(now.time);
            let (alpha, variance) = grid.path.bridge(next.map_or(0.0, |next| next.time));
            let (sigma_now, sigma) = (variance_now.sqrt(), variance.sqrt());
            let rest_now = (variance_end - variance_now).max(0.0).sqrt();
            let rest = (variance_end - variance).sqrt();
            // How much of the deviation from the mean is left; the first step has none.
            let from_x = if now.time == 1.0 {
                [0.0, 0.0]
            } else {
                [
                    sigma * rest / (sigma_now * rest_now),
                    sigma * rest / rest_now,
                ]
            };
            let update = Update {
                x: alpha / alpha_now * from_x[0],
                data: alpha / variance_end * (rest * rest - rest_now * sigma * rest / sigma_now),
                y: alpha / (alpha_end * variance_end) * (variance - sigma_now * from_x[1]),
                ..Update::default()
            };
            stage(now, update)
        })
        .collect()
}

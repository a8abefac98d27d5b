//! Score SDE on the OUVE path dx = γ(y−x)dt + g·dw: reverse SDE, its corrector, probability-flow ODE.
//!
//! The score is s = −(x − a·D − b·y)/σ². The last update, from t_ε to 0, lands on D (the posterior mean there);
//! SGMSE+ takes one more Euler step without noise instead, which differs by a few per cent of σ(t_ε).

use super::{Grid, LAND_ON_DATA, Point, stage};
use crate::diffusion::path::Path;
use crate::diffusion::plan::{Stage, Update};

/// How the reverse process moves.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Euler–Maruyama on the reverse SDE.
    Stochastic,
    /// The same after one annealed-Langevin step of ratio r at each time.
    Corrected(f64),
    /// Euler on the probability-flow ODE.
    Flow,
}

pub(super) fn stages(grid: &Grid<'_>, kind: Kind) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(2 * grid.points.len());
    for (now, next) in grid.steps() {
        if let Kind::Corrected(ratio) = kind {
            stages.push(stage(now, corrector(now, ratio)));
        }
        let update = match next {
            Some(next) => predictor(grid.path, now, now.time - next.time, kind),
            None => LAND_ON_DATA,
        };
        stages.push(stage(now, update));
    }
    stages
}

/// `x − (f − g²s)Δ + g√Δ·z`, or `x − (f − ½g²s)Δ` for the flow.
fn predictor(path: &Path, now: &Point, delta: f64, kind: Kind) -> Update {
    let (gamma, g_squared) = drift_and_diffusion(path, now.time);
    let share = if kind == Kind::Flow { 0.5 } else { 1.0 };
    let along_score = with_score(now, share * g_squared * delta);
    Update {
        x: along_score.x + gamma * delta,
        y: along_score.y - gamma * delta,
        noise: match kind {
            Kind::Flow => 0.0,
            _ => (g_squared * delta).sqrt(),
        },
        ..along_score
    }
}

/// `x + η·s + √(2η)·z` with the fixed step η = 2(r·σ_t)².
///
/// A norm-adaptive step (2011.13456 algorithm 5) would not be linear. Unadjusted Langevin steps overshoot: repeated
/// for ever at one time they settle at a variance 1/(1 − r²) too large where the data is a point.
fn corrector(now: &Point, ratio: f64) -> Update {
    let eta = 2.0 * (ratio * now.marginal.noise).powi(2);
    Update {
        noise: (2.0 * eta).sqrt(),
        ..with_score(now, eta)
    }
}

/// `x + amount·s`
fn with_score(now: &Point, amount: f64) -> Update {
    let pull = amount / now.marginal.noise.powi(2);
    Update {
        x: 1.0 - pull,
        data: pull * now.marginal.clean,
        y: pull * now.marginal.condition,
        ..Update::default()
    }
}

/// (γ, g²(t)) of the OUVE path; no other reaches this file.
fn drift_and_diffusion(path: &Path, time: f64) -> (f64, f64) {
    match *path {
        Path::Ouve {
            gamma,
            sigma_min,
            sigma_max,
            ..
        } => {
            let ratio: f64 = sigma_max / sigma_min;
            let level = sigma_min * ratio.powf(time);
            (gamma, level * level * 2.0 * ratio.ln())
        }
        _ => (0.0, 0.0),
    }
}

//! Schrödinger bridges: golden coefficients, exact marginals, and what few steps restore.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::Sampler::{self, BridgeOde, BridgeSde};
use diffwav::diffusion::times::Times;

use crate::gaussian::{Moments, close, compile, last, posterior_mean, walk};

const VE: Path = Path::BridgeVe { k: 2.6, c: 0.4 };
const VP: Path = Path::BridgeVp {
    beta_min: 0.01,
    beta_max: 20.0,
    c: 0.3,
};

/// (α, σ²) by the formulas of samplers.md.
fn underlying(path: &Path, t: f64) -> (f64, f64) {
    match path {
        Path::BridgeVe { k, c } => (1.0, c * (k.powf(2.0 * t) - 1.0) / (2.0 * k.ln())),
        _ => {
            let b = 0.01 * t + 0.5 * (20.0 - 0.01) * t * t;
            ((-b / 2.0).exp(), 0.3 * (b.exp() - 1.0))
        }
    }
}

fn marginal(path: &Path, t: f64) -> [f64; 3] {
    let (alpha, variance) = underlying(path, t);
    let (alpha_end, end) = underlying(path, 1.0);
    let rest = end - variance;
    [
        alpha * rest / end,
        alpha / alpha_end * variance / end,
        alpha * (rest * variance / end).sqrt(),
    ]
}

fn run(path: &Path, sampler: Sampler, times: Times, m: f64, s: f64, y: f64) -> Vec<Moments> {
    let plan = compile(path, sampler, Prediction::Data, times);
    walk(&plan, y, |t, x| {
        posterior_mean(marginal(path, t), m, s, y, x)
    })
}

#[test]
fn end_variance_of_the_papers_constants() {
    close(underlying(&VE, 1.0).1, 1.205637, 5e-7);
}

#[test]
fn golden_coefficients() {
    // (N, step, SDE x D z, ODE x D y)
    let table = [
        (1, 0, [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]),
        (2, 0, [0.27778, 0.72222, 0.49180], [0.0, 0.72222, 0.27778]),
        (2, 1, [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]),
        (3, 0, [0.44708, 0.55292, 0.54592], [0.0, 0.55292, 0.44708]),
        (
            3,
            1,
            [0.34592, 0.65408, 0.34922],
            [0.72724, 0.44324, -0.17048],
        ),
        (3, 2, [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]),
    ];
    for (n, step, sde, ode) in table {
        let u = compile(&VE, BridgeSde, Prediction::Data, n.into()).stages[step].update;
        for (found, expected) in [u.x, u.data, u.noise].into_iter().zip(sde) {
            close(found, expected, 5.1e-6);
        }
        let u = compile(&VE, BridgeOde, Prediction::Data, n.into()).stages[step].update;
        for (found, expected) in [u.x, u.data, u.y].into_iter().zip(ode) {
            close(found, expected, 5.1e-6);
        }
        assert_eq!(u.noise, 0.0);
    }
}

#[test]
fn networks_are_asked_at_the_current_time_and_start_at_y() {
    let plan = compile(&VE, BridgeOde, Prediction::Data, 4.into());
    let times: Vec<f64> = plan.stages.iter().map(|s| s.evaluation.time).collect();
    assert_eq!(times, [1.0, 0.75, 0.5, 0.25]);
    close(plan.start.y, 1.0, 1e-15);
    assert_eq!(plan.start.noise, 0.0);
}

#[test]
fn with_the_true_data_every_grid_is_exact() {
    let (x0, y) = (0.3, 1.2);
    let grids = [
        vec![1.0],
        vec![1.0, 0.5],
        vec![1.0, 0.99, 0.31, 0.3, 0.01],
        (0..50).map(|i| 1.0 - f64::from(i) / 50.0).collect(),
    ];
    for path in [VE, VP] {
        for grid in &grids {
            for sampler in [BridgeSde, BridgeOde] {
                let all = run(&path, sampler, Times::Explicit(grid.clone()), x0, 0.0, y);
                for (moments, t) in all.iter().zip(grid.iter().chain(&[0.0])) {
                    let [a, b, sigma] = marginal(&path, *t);
                    close(moments.mean(), a * x0 + b * y, 1e-9);
                    let variance = if sampler == BridgeSde {
                        sigma * sigma
                    } else {
                        0.0
                    };
                    close(moments.variance(), variance, 1e-9);
                }
            }
        }
    }
}

#[test]
fn few_steps_restore_little_variance() {
    for (n, expected) in [
        (1, 0.0),
        (2, 0.030516),
        (3, 0.049543),
        (4, 0.062563),
        (1000, 0.157737),
    ] {
        let end = last(&run(&VE, BridgeSde, n.into(), 0.5, 0.4, 1.2));
        close(end.mean(), 0.5, 1e-9);
        close(end.variance(), expected, 6e-7);
        let end = last(&run(&VE, BridgeOde, n.into(), 0.5, 0.4, 1.2));
        close(end.mean(), 0.5, 1e-9);
        close(end.variance(), 0.0, 1e-12);
    }
}

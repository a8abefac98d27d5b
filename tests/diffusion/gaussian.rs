//! Mean and covariance of (x, remembered x, remembered D) through a plan.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::plan::Plan;
use diffwav::diffusion::sampler::{self, Sampler};
use diffwav::diffusion::times::Times;

/// Moments of the three quantities that a plan carries.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    pub mean: [f64; 3],
    pub cov: [[f64; 3]; 3],
}

impl Moments {
    pub fn mean(&self) -> f64 {
        self.mean[0]
    }

    pub fn variance(&self) -> f64 {
        self.cov[0][0]
    }

    /// (x, X, D') ← matrix·(x, X, D') + shift + (noise·z, 0, 0)
    fn mapped(&self, matrix: [[f64; 3]; 3], shift: [f64; 3], noise: f64) -> Self {
        let mut mean = shift;
        let mut cov = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                mean[i] += matrix[i][j] * self.mean[j];
                for k in 0..3 {
                    for l in 0..3 {
                        cov[i][j] += matrix[i][k] * self.cov[k][l] * matrix[j][l];
                    }
                }
            }
        }
        cov[0][0] += noise * noise;
        Self { mean, cov }
    }
}

/// Moments at the start and after every stage. `network(time, input)` must be affine in its input.
pub fn walk(plan: &Plan, y: f64, network: impl Fn(f64, f64) -> f64) -> Vec<Moments> {
    let mut cov = [[0.0; 3]; 3];
    cov[0][0] = plan.start.noise.powi(2);
    walk_from(plan, y, network, plan.start.y * y, cov[0][0])
}

/// The same from another start.
pub fn walk_from(
    plan: &Plan,
    y: f64,
    network: impl Fn(f64, f64) -> f64,
    mean: f64,
    variance: f64,
) -> Vec<Moments> {
    let mut now = Moments {
        mean: [mean, 0.0, 0.0],
        cov: [[variance, 0.0, 0.0], [0.0; 3], [0.0; 3]],
    };
    let mut all = vec![now];
    for stage in &plan.stages {
        let (e, u) = (stage.evaluation, stage.update);
        let offset = network(e.time, 0.0);
        let slope = network(e.time, 1.0) - offset;
        // D = p·x + q
        let p = e.x + e.out * slope * e.input_gain;
        let q = e.y * y + e.out * offset;
        let next_x = [u.x + u.data * p, u.memory_x, u.memory_data];
        let shift = u.data * q + u.y * y;
        let (matrix, shifts) = if stage.remember {
            ([next_x, [1.0, 0.0, 0.0], [p, 0.0, 0.0]], [shift, 0.0, q])
        } else {
            (
                [next_x, [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
                [shift, 0.0, 0.0],
            )
        };
        now = now.mapped(matrix, shifts, u.noise);
        all.push(now);
    }
    all
}

pub fn last(all: &[Moments]) -> Moments {
    all[all.len() - 1]
}

/// E[x0 | x] for x = a·x0 + b·y + σ·ε and x0 ~ N(m, s²).
pub fn posterior_mean([a, b, sigma]: [f64; 3], m: f64, s: f64, y: f64, x: f64) -> f64 {
    let variance = a * a * s * s + sigma * sigma;
    if variance == 0.0 {
        return m; // x is known beforehand and tells nothing
    }
    m + a * s * s * (x - a * m - b * y) / variance
}

pub fn compile(path: &Path, sampler: Sampler, prediction: Prediction, times: Times) -> Plan {
    sampler::plan(path, sampler, prediction, &times).unwrap()
}

#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "found {found}, expected {expected} ± {tolerance}"
    );
}

/// log2 of the ratio of two errors: the order of a method whose step was halved.
pub fn order(coarse: f64, fine: f64) -> f64 {
    (coarse / fine).abs().log2()
}

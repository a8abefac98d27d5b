//! EDM: grid, preconditioning, and the orders of Euler, Heun and DPM-Solver++(2M) on the exact flow.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::{Fraction, Sampler};

use crate::gaussian::{close, compile, last, order, posterior_mean, walk};

const DDIM: Sampler = Sampler::Ddim {
    eta: Fraction::ZERO,
};
const SIGMA_MIN: f64 = 0.002;
const SIGMA_MAX: f64 = 80.0;

fn path() -> Path {
    Path::Edm {
        sigma_min: SIGMA_MIN,
        sigma_max: SIGMA_MAX,
        rho: 7.0,
        sigma_data: 0.5,
    }
}

/// Error of the deviation at σ_min against x_max·√((s² + σ²)/(s² + σ_max²)).
fn error_at_sigma_min(sampler: Sampler, steps: usize) -> f64 {
    let s: f64 = 0.5;
    let plan = compile(&path(), sampler, Prediction::Data, steps.into());
    let network =
        |c_noise: f64, x: f64| posterior_mean([1.0, 0.0, (4.0 * c_noise).exp()], 0.0, s, 0.0, x);
    let all = walk(&plan, 0.0, network);
    let exact = SIGMA_MAX * ((s * s + SIGMA_MIN.powi(2)) / (s * s + SIGMA_MAX.powi(2))).sqrt();
    // The last stage is the jump to σ = 0.
    all[all.len() - 2].variance().sqrt() - exact
}

#[test]
fn errors_fall_with_the_order_of_the_method() {
    for (sampler, expected, tolerance) in [
        (DDIM, 1.0, 0.06),
        (Sampler::EdmHeun, 2.0, 0.06),
        (Sampler::DpmSolver2m, 2.0, 0.06),
    ] {
        for steps in [200, 400] {
            // N − 1 intervals: halve them exactly.
            let coarse = error_at_sigma_min(sampler, steps + 1);
            let fine = error_at_sigma_min(sampler, 2 * steps + 1);
            close(order(coarse, fine), expected, tolerance);
        }
    }
    // At the paper's 18 steps the second order pays: .028 and .031 against .077.
    for sampler in [Sampler::EdmHeun, Sampler::DpmSolver2m] {
        let euler = error_at_sigma_min(DDIM, 18).abs();
        assert!(error_at_sigma_min(sampler, 18).abs() < euler / 2.0);
    }
}

#[test]
fn heun_and_the_multistep_solver_end_near_the_data() {
    let s: f64 = 0.5;
    let network =
        |c_noise: f64, x: f64| posterior_mean([1.0, 0.0, (4.0 * c_noise).exp()], 0.2, s, 0.0, x);
    for sampler in [Sampler::EdmHeun, Sampler::DpmSolver2m] {
        let plan = compile(&path(), sampler, Prediction::Data, 200.into());
        let end = last(&walk(&plan, 0.0, network));
        close(end.variance().sqrt(), s, 2e-3);
        // x_max has mean 0, not m: the flow keeps (x − m)/√v, so m/√v_max ≈ m/80 of it is left over.
        close(
            end.mean(),
            0.2 * (1.0 - s / (s * s + SIGMA_MAX.powi(2)).sqrt()),
            2e-3,
        );
    }
}

#[test]
fn grid_is_the_papers() {
    let plan = compile(&path(), DDIM, Prediction::Data, 18.into());
    let root = |x: f64| x.powf(1.0 / 7.0);
    for (i, stage) in plan.stages.iter().enumerate() {
        let along = i as f64 / 17.0;
        let sigma = (root(80.0) + along * (root(0.002) - root(80.0))).powi(7);
        close(stage.evaluation.time, sigma.ln() / 4.0, 1e-12);
    }
    close(plan.start.noise, 80.0, 1e-9);
    assert_eq!(plan.stages.len(), 18);
}

#[test]
fn heun_evaluates_twice_but_for_the_last_step() {
    for n in [1, 2, 18] {
        let plan = compile(&path(), Sampler::EdmHeun, Prediction::Data, n.into());
        assert_eq!(plan.stages.len(), 2 * n - 1);
        let last = plan.stages[2 * n - 2].update;
        assert_eq!((last.x, last.data), (0.0, 1.0));
    }
}

#[test]
fn preconditioning_keeps_unit_variance_and_inverts() {
    for sigma in [0.002, 0.5, 80.0_f64] {
        let e = Prediction::Preconditioned
            .evaluation(&path(), sigma)
            .unwrap();
        let total = sigma * sigma + 0.25;
        close(e.input_gain, 1.0 / total.sqrt(), 1e-12);
        close(e.x, 0.25 / total, 1e-12);
        close(e.out, sigma * 0.5 / total.sqrt(), 1e-12);
        close(e.time, sigma.ln() / 4.0, 1e-12);
        // The training target F = (x0 − c_skip·x)/c_out has variance 1 for Var x0 = σ_data².
        let target = (1.0 - e.x).powi(2) * 0.25 + (e.x * sigma).powi(2);
        close(target / e.out.powi(2), 1.0, 1e-9);
    }
}

//! The OUVE process of SGMSE+: marginals, and what its three samplers converge to.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::{Fraction, Sampler};

use crate::gaussian::{Moments, close, compile, last, posterior_mean, walk_from};

const GAMMA: f64 = 1.5;
const Y: f64 = 1.2;
const M: f64 = 0.5;
const S: f64 = 0.4;

fn path() -> Path {
    Path::Ouve {
        gamma: GAMMA,
        sigma_min: 0.05,
        sigma_max: 0.5,
        time_min: 0.03,
    }
}

/// (a, b, σ) by the formula of samplers.md.
fn marginal(t: f64) -> [f64; 3] {
    let l = 10.0_f64.ln();
    let a = (-GAMMA * t).exp();
    let variance =
        0.05_f64.powi(2) * (-2.0 * GAMMA * t).exp() * ((2.0 * (GAMMA + l) * t).exp() - 1.0) * l
            / (GAMMA + l);
    [a, 1.0 - a, variance.sqrt()]
}

fn true_moments(t: f64) -> (f64, f64) {
    let [a, b, sigma] = marginal(t);
    (a * M + b * Y, a * a * S * S + sigma * sigma)
}

fn score(t: f64, x: f64) -> f64 {
    let [a, b, sigma] = marginal(t);
    let d = posterior_mean([a, b, sigma], M, S, Y, x);
    -(x - a * d - b * Y) / (sigma * sigma)
}

/// From the true marginal at t = 1.
fn run(sampler: Sampler, steps: usize) -> Vec<Moments> {
    let plan = compile(&path(), sampler, Prediction::Score, steps.into());
    let (mean, variance) = true_moments(1.0);
    walk_from(&plan, Y, score, mean, variance)
}

#[test]
fn marginal_solves_the_moment_equations() {
    // dm/dt = γ(y − m), dv/dt = −2γv + g²: integrated by the classical Runge–Kutta method.
    let l = 10.0_f64.ln();
    let g2 = |t: f64| 0.0025 * 10.0_f64.powf(2.0 * t) * 2.0 * l;
    let slope = |t: f64, v: f64| -2.0 * GAMMA * v + g2(t);
    let (mut v, n) = (0.0, 1000);
    for i in 0..n {
        let (t, h) = (f64::from(i) / f64::from(n), 1.0 / f64::from(n));
        let k1 = slope(t, v);
        let k2 = slope(t + h / 2.0, v + h / 2.0 * k1);
        let k3 = slope(t + h / 2.0, v + h / 2.0 * k2);
        let k4 = slope(t + h, v + h * k3);
        v += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    }
    let found = path().marginal(1.0);
    close(found.noise.powi(2), v, 1e-10);
    close(found.clean, (-GAMMA).exp(), 1e-12);
    close(found.clean + found.condition, 1.0, 1e-12);
}

#[test]
fn reverse_sde_and_flow_converge_to_the_marginal_with_order_one() {
    let (mean, variance) = true_moments(0.03);
    for sampler in [Sampler::EulerMaruyama, Sampler::ProbabilityFlow] {
        let error = |steps: usize| {
            let all = run(sampler, steps);
            let end = all[all.len() - 2]; // at t_ε, before the jump to D
            (end.variance() - variance, end.mean() - mean)
        };
        let (coarse, fine) = (error(401), error(801));
        close(coarse.0 / fine.0, 2.0, 0.1);
        assert!(
            fine.0.abs() < 1e-2 * variance,
            "{sampler}: {fine:?} of {variance}"
        );
        assert!(fine.1.abs() < 2e-3, "{sampler}: {fine:?}");
    }
}

#[test]
fn corrector_converges_to_the_marginal_up_to_its_known_bias() {
    // Unadjusted Langevin with η settles at V/(1 − η/(2V)), η = 2r²σ²; as N grows the corrector prevails.
    let (mean, variance) = true_moments(0.03);
    let sigma2 = marginal(0.03)[2].powi(2);
    for r in [0.5, 0.1] {
        let ratio = Fraction::new(r).unwrap();
        let all = run(Sampler::PredictorCorrector { ratio }, 1000);
        let end = all[all.len() - 2 - 1]; // before the last corrector
        close(end.mean(), mean, 2e-3);
        let biased = variance / (1.0 - r * r * sigma2 / variance);
        close(end.variance(), biased, 0.01 * variance);
    }
}

#[test]
fn corrector_alone_has_the_stationary_variance_of_unadjusted_langevin() {
    let ratio = Fraction::HALF;
    let sampler = Sampler::PredictorCorrector { ratio };
    let mut plan = compile(&path(), sampler, Prediction::Score, 1.into());
    plan.stages.truncate(1);
    plan.stages = plan.stages.repeat(500);
    let (mean, variance) = true_moments(1.0);
    let end = last(&walk_from(&plan, Y, score, 9.0, 4.0));
    let sigma2 = marginal(1.0)[2].powi(2);
    close(end.mean(), mean, 1e-9);
    close(
        end.variance(),
        variance / (1.0 - 0.25 * sigma2 / variance),
        1e-9,
    );
}

#[test]
fn every_sampler_lands_on_data_that_is_a_point() {
    let network = |t: f64, x: f64| {
        let [a, b, sigma] = marginal(t);
        -(x - a * M - b * Y) / (sigma * sigma)
    };
    for sampler in Sampler::ALL.into_iter().filter(|s| s.fits(&path())) {
        for n in [1, 2, 30] {
            let plan = compile(&path(), sampler, Prediction::Score, n.into());
            let end = last(&walk_from(&plan, Y, network, Y, 0.1));
            close(end.mean(), M, 1e-9);
            close(end.variance(), 0.0, 1e-12);
        }
    }
}

#[test]
fn one_step_of_each_is_the_papers() {
    // Δ from 1 to .03 in one step, against the formulas evaluated at a number.
    let (x, d, z) = (0.9, 0.4, -0.7);
    let [a, b, sigma] = marginal(1.0);
    let s = -(x - a * d - b * Y) / (sigma * sigma);
    let g2 = 0.25 * 2.0 * 10.0_f64.ln();
    let f = GAMMA * (Y - x);
    let delta: f64 = 0.97;
    let em = x - (f - g2 * s) * delta + (g2 * delta).sqrt() * z;
    let flow = x - (f - 0.5 * g2 * s) * delta;
    let eta = 2.0 * (0.5 * sigma).powi(2);
    let langevin = x + eta * s + (2.0 * eta).sqrt() * z;
    for (sampler, expected) in [
        (Sampler::EulerMaruyama, em),
        (Sampler::ProbabilityFlow, flow),
        (
            Sampler::PredictorCorrector {
                ratio: Fraction::HALF,
            },
            langevin,
        ),
    ] {
        let plan = compile(&path(), sampler, Prediction::Data, 2.into());
        let u = plan.stages[0].update;
        close(
            u.x * x + u.data * d + u.y * Y + u.noise * z,
            expected,
            1e-12,
        );
    }
}

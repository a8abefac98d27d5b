//! DDPM, DiffWave and DDIM against the closed forms of the Gaussian case.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::{Fraction, Sampler};
use diffwav::diffusion::schedule::Schedule;
use diffwav::diffusion::times::Times;

use crate::gaussian::{close, compile, last, posterior_mean, walk, walk_from};

const DDIM: Sampler = Sampler::Ddim {
    eta: Fraction::ZERO,
};
const ALIGNED_BASE: [f64; 6] = [0.0, 0.8941, 4.0867, 10.4518, 22.9925, 42.9186];
const ALIGNED_LARGE: [f64; 6] = [0.0, 3.2007, 13.4303, 33.8203, 73.9825, 170.6051];

/// √ᾱ of a linear schedule at every step, by a running product.
fn levels(steps: usize, last: f64) -> Vec<f64> {
    let mut product: f64 = 1.0;
    (0..steps)
        .map(|n| {
            product *= 1.0 - (1e-4 + (last - 1e-4) * n as f64 / (steps as f64 - 1.0));
            product.sqrt()
        })
        .collect()
}

fn level_at(levels: &[f64], t: f64) -> f64 {
    let below = t.floor() as usize;
    let above = (below + 1).min(levels.len() - 1);
    levels[below] + t.fract() * (levels[above] - levels[below])
}

/// The perfect noise predictor for x0 ~ N(m, s²).
fn noise_network(levels: Vec<f64>, m: f64, s: f64) -> impl Fn(f64, f64) -> f64 {
    move |t, x| {
        let a = level_at(&levels, t);
        let sigma = (1.0 - a * a).sqrt();
        (x - a * posterior_mean([a, 0.0, sigma], m, s, 0.0, x)) / sigma
    }
}

fn large() -> Path {
    Path::diffwave_large()
}

#[test]
fn ancestral_output_variances() {
    for (path, steps, last_beta, sampler, count, expected) in [
        (Path::diffwave_base(), 50, 0.05, Sampler::Ddpm, 50, 0.944744),
        (
            Path::diffwave_base(),
            50,
            0.05,
            Sampler::DdpmBeta,
            50,
            0.9999,
        ),
        (large(), 200, 0.02, Sampler::Ddpm, 200, 0.980845),
        (
            Path::diffwave_base(),
            50,
            0.05,
            Sampler::DiffwaveFast,
            6,
            0.581267,
        ),
        (large(), 200, 0.02, Sampler::DiffwaveFast, 6, 0.450140),
    ] {
        let plan = compile(&path, sampler, Prediction::Noise, Times::Count(count));
        let network = noise_network(levels(steps, last_beta), 0.0, 1.0);
        close(last(&walk(&plan, 0.0, network)).variance(), expected, 6e-7);
    }
}

#[test]
fn ddpm_steps_are_those_of_the_paper() {
    // x ← (x − β/√(1−ᾱ)·ε̂)/√(1−β) + √β̃·z, in ε̂ and with D eliminated.
    let plan = compile(&large(), Sampler::Ddpm, Prediction::Noise, 200.into());
    let levels = levels(200, 0.02);
    for (stage, n) in plan.stages.iter().zip((0..200).rev()) {
        let beta = 1e-4 + (0.02 - 1e-4) * n as f64 / 199.0;
        let sigma = (1.0 - levels[n].powi(2)).sqrt();
        let before = if n == 0 { 1.0 } else { levels[n - 1] };
        let posterior = beta * (1.0 - before * before) / (sigma * sigma);
        let (e, u) = (stage.evaluation, stage.update);
        assert_eq!((e.time, e.input_gain), (n as f64, 1.0));
        close(u.x + u.data * e.x, 1.0 / (1.0 - beta).sqrt(), 1e-9);
        close(u.data * e.out, -beta / sigma / (1.0 - beta).sqrt(), 1e-9);
        close(u.noise, posterior.sqrt(), 1e-9);
        if n == 0 {
            assert_eq!(u.noise, 0.0);
        }
    }
}

#[test]
fn the_beta_variance_is_beta() {
    let plan = compile(&large(), Sampler::DdpmBeta, Prediction::Noise, 200.into());
    for (stage, n) in plan.stages.iter().zip((1..200).rev()) {
        let beta: f64 = 1e-4 + (0.02 - 1e-4) * f64::from(n) / 199.0;
        close(stage.update.noise, beta.sqrt(), 1e-9);
    }
    assert_eq!(plan.stages[199].update.noise, 0.0);
}

#[test]
fn diffwave_steps_are_aligned() {
    for (path, expected) in [
        (Path::diffwave_base(), ALIGNED_BASE),
        (large(), ALIGNED_LARGE),
    ] {
        let plan = compile(&path, Sampler::DiffwaveFast, Prediction::Noise, 6.into());
        for (stage, expected) in plan.stages.iter().zip(expected.iter().rev()) {
            close(stage.evaluation.time, *expected, 5.1e-5);
        }
    }
}

#[test]
fn diffwave_fast_steps_are_those_of_the_paper() {
    // With η_s in the place of β_n and γ̄_s in the place of ᾱ_n.
    let fast: [f64; 6] = [1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5];
    let path = Path::diffwave_base();
    let plan = compile(&path, Sampler::DiffwaveFast, Prediction::Noise, 6.into());
    for (stage, s) in plan.stages.iter().zip((0..6).rev()) {
        let power = |s: usize| fast[..s].iter().map(|eta| 1.0 - eta).product::<f64>();
        let (before, now) = (power(s), power(s + 1));
        let (e, u) = (stage.evaluation, stage.update);
        let root = (1.0 - fast[s]).sqrt();
        close(u.x + u.data * e.x, 1.0 / root, 1e-9);
        close(u.data * e.out, -fast[s] / (1.0 - now).sqrt() / root, 1e-9);
        let posterior = fast[s] * (1.0 - before) / (1.0 - now);
        close(u.noise, posterior.sqrt(), 1e-9);
    }
}

#[test]
fn a_fast_level_in_no_interval_is_an_error() {
    for fast in [vec![5e-5], vec![1e-4, 0.99], vec![1e-4, 1e-3, 0.9, 0.9]] {
        let path = Path::VpDiscrete {
            schedule: Schedule::DIFFWAVE_BASE,
            fast,
        };
        let text = path.validate().unwrap_err().to_string();
        assert!(text.starts_with("fast level √γ̄ is 0."), "{text}");
        assert!(text.contains("must be between 0."), "{text}");
        assert!(text.contains("that the 50 steps reach"), "{text}");
    }
}

#[test]
fn zero_shot_entry_of_diffwave_large() {
    let schedule = Schedule::DIFFWAVE_LARGE;
    // The paper counts from 1: its step 25 is 24 here.
    let power = schedule.alpha_bar(24);
    close(power, 0.968, 5e-4);
    close(10.0 * (power / (1.0 - power)).log10(), 14.8, 0.05);
    let times = Times::Explicit((0..=24).rev().map(f64::from).collect());
    let plan = compile(&large(), Sampler::Ddpm, Prediction::Noise, times);
    assert_eq!(plan.stages.len(), 25);
}

#[test]
fn ddim_gain_of_every_step() {
    let (s, levels) = (0.7, levels(200, 0.02));
    let plan = compile(&large(), DDIM, Prediction::Noise, 8.into());
    let all = walk(&plan, 0.0, noise_network(levels.clone(), 0.0, s));
    let times: Vec<f64> = plan.stages.iter().map(|s| s.evaluation.time).collect();
    for (i, pair) in all.windows(2).enumerate() {
        let a = level_at(&levels, times[i]);
        let (a_next, sigma_next) = match times.get(i + 1) {
            Some(&t) => {
                let a = level_at(&levels, t);
                (a, (1.0 - a * a).sqrt())
            }
            None => (1.0, 0.0),
        };
        let sigma = (1.0 - a * a).sqrt();
        let gain = (a_next * a * s * s + sigma_next * sigma) / (a * a * s * s + sigma * sigma);
        close(
            (pair[1].variance() / pair[0].variance()).sqrt(),
            gain,
            1e-12,
        );
    }
}

#[test]
fn ddim_on_the_circle_tends_to_the_exact_flow() {
    // From a = 0, where v_T = 1, to v_0 = s²: the deviation ends at √(v_0/v_T) = s.
    let s = 0.6;
    let network = |t: f64, x: f64| {
        let (sigma, a) = (0.5 * std::f64::consts::PI * t).sin_cos();
        let d = posterior_mean([a, 0.0, sigma], 0.0, s, 0.0, x);
        a * (x - a * d) / sigma - sigma * d // v
    };
    let error = |n: usize, sampler| {
        let plan = compile(&Path::VpCosine, sampler, Prediction::Velocity, n.into());
        last(&walk(&plan, 0.0, network)).variance().sqrt() - s
    };
    close(error(1000, DDIM), 0.0, 1e-3);
    let ratio = error(200, DDIM) / error(400, DDIM);
    close(ratio, 2.0, 0.05); // first order
    assert!(error(40, Sampler::DpmSolver2m).abs() < error(40, DDIM).abs() / 4.0);
}

#[test]
fn a_point_of_data_is_found_by_any_number_of_steps() {
    // s = 0: every sampler that ends on D is exact, mean and variance, at any N.
    let m = 0.8;
    for sampler in [DDIM, Sampler::Ddpm, Sampler::DdpmBeta, Sampler::DpmSolver2m] {
        for n in [1, 2, 3, 7, 50] {
            let plan = compile(&Path::diffwave_base(), sampler, Prediction::Noise, n.into());
            let end = last(&walk(&plan, 0.0, noise_network(levels(50, 0.05), m, 0.0)));
            close(end.mean(), m, 1e-9);
            close(end.variance(), 0.0, 1e-12);
        }
    }
}

#[test]
fn ddim_keeps_the_marginals_of_a_point_for_every_eta() {
    // From the true marginal, with D exact, each η leaves N(a·m, σ²) at each time: the theorem of the paper.
    let (m, levels) = (0.8, levels(200, 0.02));
    for eta in [0.0, 0.3, 1.0] {
        let sampler = Sampler::Ddim {
            eta: Fraction::new(eta).unwrap(),
        };
        let plan = compile(&large(), sampler, Prediction::Noise, 11.into());
        let a = levels[199];
        let network = noise_network(levels.clone(), m, 0.0);
        let all = walk_from(&plan, 0.0, network, a * m, 1.0 - a * a);
        for (moments, stage) in all.iter().zip(&plan.stages) {
            let a = level_at(&levels, stage.evaluation.time);
            close(moments.mean(), a * m, 1e-10);
            close(moments.variance(), 1.0 - a * a, 1e-10);
        }
    }
}

#[test]
fn ddim_with_eta_one_is_ancestral() {
    let sampler = Sampler::Ddim { eta: Fraction::ONE };
    for n in [1, 5, 200] {
        let ddim = compile(&large(), sampler, Prediction::Noise, n.into());
        let ddpm = compile(&large(), Sampler::Ddpm, Prediction::Noise, n.into());
        for (a, b) in ddim.stages.iter().zip(&ddpm.stages) {
            close(a.update.x, b.update.x, 1e-9);
            close(a.update.data, b.update.data, 1e-9);
            close(a.update.noise, b.update.noise, 1e-9);
        }
    }
}

#[test]
fn every_prediction_gives_the_same_data() {
    let levels = levels(200, 0.02);
    for t in [0.0, 13.4303, 100.0, 199.0] {
        let a = level_at(&levels, t);
        let sigma = (1.0 - a * a).sqrt();
        let (x0, noise) = (0.3, -1.1);
        let x = a * x0 + sigma * noise;
        for (prediction, out) in [
            (Prediction::Data, x0),
            (Prediction::Noise, noise),
            (Prediction::Score, -noise / sigma),
            (Prediction::Velocity, a * noise - sigma * x0),
        ] {
            let e = prediction.evaluation(&large(), t).unwrap();
            let mut data = [out];
            e.data(&[x], &[], &mut data);
            close(data[0], x0, 1e-9);
        }
    }
}

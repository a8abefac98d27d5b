//! Forward processes: one draw and a chain of steps must have the same moments.

use diffwav::diffusion::path::Path;
use diffwav::diffusion::schedule::Schedule;
use diffwav::dsp::noise::gaussian;

use crate::gaussian::close;

const Y: f64 = 1.2;
const X0: f64 = 0.3;

#[test]
fn the_markov_chain_of_a_schedule_has_the_direct_moments() {
    let cosine = Schedule::Cosine {
        steps: 100,
        offset: 0.008,
    };
    for schedule in [Schedule::DIFFWAVE_BASE, Schedule::DIFFWAVE_LARGE, cosine] {
        let path = Path::VpDiscrete {
            schedule,
            fast: vec![],
        };
        path.validate().unwrap();
        let (mut mean, mut variance) = (X0, 0.0);
        for n in 0..schedule.steps() {
            let step = schedule.transition(n);
            close(step.x.powi(2) + step.noise.powi(2), 1.0, 1e-12);
            mean *= step.x;
            variance = step.x.powi(2) * variance + step.noise.powi(2);
            let direct = path.marginal(n as f64);
            close(direct.clean * X0, mean, 1e-12);
            close(direct.noise.powi(2), variance, 1e-12);
            close(direct.clean.powi(2), schedule.alpha_bar(n), 1e-12);
        }
    }
}

#[test]
fn the_cosine_schedule_follows_its_square() {
    let schedule = Schedule::Cosine {
        steps: 1000,
        offset: 0.008,
    };
    let f = |n: f64| {
        ((n / 1000.0 + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2)
            .cos()
            .powi(2)
    };
    for n in [0, 10, 500, 900] {
        close(schedule.alpha_bar(n), f(n as f64 + 1.0) / f(0.0), 1e-9);
    }
    close(schedule.beta(999), 0.999, 0.0); // clipped
}

#[test]
fn the_chain_of_every_path_has_its_marginals() {
    for path in [
        Path::BridgeVe { k: 2.6, c: 0.4 },
        Path::BridgeVp {
            beta_min: 0.01,
            beta_max: 20.0,
            c: 0.3,
        },
        Path::Ouve {
            gamma: 1.5,
            sigma_min: 0.05,
            sigma_max: 0.5,
            time_min: 0.03,
        },
        Path::Flow { sigma_min: 0.1 },
        Path::FlowCondition { sigma: 0.4 },
        Path::VpCosine,
    ] {
        let times = [0.05, 0.2, 0.21, 0.7, 0.99, 1.0];
        let first = path.marginal(times[0]);
        let mut mean = first.clean * X0 + first.condition * Y;
        let mut variance = first.noise.powi(2);
        for pair in times.windows(2) {
            let step = path.marginal(pair[0]).transition(&path.marginal(pair[1]));
            mean = step.x * mean + step.y * Y;
            variance = step.x.powi(2) * variance + step.noise.powi(2);
            let direct = path.marginal(pair[1]);
            close(mean, direct.clean * X0 + direct.condition * Y, 1e-12);
            close(variance, direct.noise.powi(2), 1e-12);
        }
    }
}

#[test]
fn the_bridge_chain_is_brownian_between_its_ends() {
    // VE in the clock σ²: x_t | x_s, y is the Brownian bridge from x_s to y.
    let path = Path::BridgeVe { k: 2.6, c: 0.4 };
    let clock = |t: f64| 0.4 * (2.6_f64.powf(2.0 * t) - 1.0) / (2.0 * 2.6_f64.ln());
    let (s, t, end) = (clock(0.3), clock(0.6), clock(1.0));
    let step = path.marginal(0.3).transition(&path.marginal(0.6));
    close(step.x, (end - t) / (end - s), 1e-12);
    close(step.y, (t - s) / (end - s), 1e-12);
    close(step.noise.powi(2), (t - s) * (end - t) / (end - s), 1e-12);
}

#[test]
fn going_forward_and_back_by_bayes_keeps_the_marginal() {
    // x_t ~ marginal, then x_s ~ posterior given the true x0: x_s has the marginal of s.
    for path in [
        Path::BridgeVe { k: 2.6, c: 0.4 },
        Path::Ouve {
            gamma: 1.5,
            sigma_min: 0.05,
            sigma_max: 0.5,
            time_min: 0.03,
        },
        Path::VpCosine,
    ] {
        let (early, late) = (path.marginal(0.2), path.marginal(0.7));
        let back = late.posterior(&early);
        let mean_late = late.clean * X0 + late.condition * Y;
        let mean = back.x * mean_late + back.data * X0 + back.y * Y;
        close(mean, early.clean * X0 + early.condition * Y, 1e-12);
        let variance = back.x.powi(2) * late.noise.powi(2) + back.variance;
        close(variance, early.noise.powi(2), 1e-12);
    }
}

#[test]
fn sampled_moments_of_both_ways_agree() {
    let schedule = Schedule::DIFFWAVE_BASE;
    let path = Path::VpDiscrete {
        schedule,
        fast: vec![],
    };
    const DRAWS: usize = 200_000;
    let mut noise = vec![0.0_f32; DRAWS];
    let mut chain = vec![X0 as f32; DRAWS];
    for n in 0..50 {
        gaussian(1, n, 0, &mut noise);
        schedule
            .transition(n as usize)
            .apply(&mut chain, &[], &noise);
    }
    let mut direct = vec![X0 as f32; DRAWS];
    gaussian(1, 99, 0, &mut noise);
    path.marginal(49.0).apply(&mut direct, &[], &noise);
    let a = schedule.alpha_bar(49).sqrt();
    for sample in [&chain, &direct] {
        let mean = sample.iter().map(|&x| f64::from(x)).sum::<f64>() / DRAWS as f64;
        let square = sample.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / DRAWS as f64;
        // Five standard errors.
        close(mean, a * X0, 5.0 / (DRAWS as f64).sqrt());
        close(
            square - mean * mean,
            1.0 - a * a,
            5.0 * (2.0 / DRAWS as f64).sqrt(),
        );
    }
}

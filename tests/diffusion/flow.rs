//! Flow matching: the product formula, orders of Euler and midpoint, and both predictions.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::plan::Plan;
use diffwav::diffusion::sampler::Sampler::{self, FlowEuler, FlowMidpoint};

use crate::gaussian::{close, compile, last, order, posterior_mean, walk, walk_from};

const RECTIFIED: Path = Path::Flow { sigma_min: 0.0 };
const S1: f64 = 0.6;

/// Direction towards the noise at network time t, for x0 ~ N(0, s1²) and noise N(0, 1).
fn velocity(t: f64, x: f64) -> f64 {
    // In the time of 2210.02747, 1 − t: the velocity c·x of samplers.md, towards the data.
    let forward = 1.0 - t;
    let c = (forward * S1 * S1 - (1.0 - forward))
        / ((1.0 - forward).powi(2) + forward.powi(2) * S1 * S1);
    -c * x
}

fn deviation(plan: &Plan) -> f64 {
    last(&walk(plan, 0.0, velocity)).variance().sqrt()
}

fn velocity_plan(sampler: Sampler, steps: usize) -> Plan {
    compile(&RECTIFIED, sampler, Prediction::Velocity, steps.into())
}

#[test]
fn euler_is_the_product_formula() {
    for n in [1_usize, 2, 3, 10, 100] {
        let h = 1.0 / n as f64;
        let product: f64 = (0..n)
            .map(|i| 1.0 + h * -velocity(1.0 - i as f64 * h, 1.0))
            .product();
        close(deviation(&velocity_plan(FlowEuler, n)), product.abs(), 1e-9);
        if n == 1 {
            close(product, 0.0, 1e-15);
        }
    }
}

#[test]
fn errors_fall_with_the_order_of_the_method() {
    // dx/dt = c(t)·x with c = t + ½, from t = 1 to 0: the deviation falls from 1 to exp(−∫c) = 1/e.
    for (sampler, expected) in [(FlowEuler, 1.0), (FlowMidpoint, 2.0)] {
        let error = |n| {
            let all = walk(&velocity_plan(sampler, n), 0.0, |t, x| (t + 0.5) * x);
            last(&all).variance().sqrt() - (-1.0_f64).exp()
        };
        close(order(error(200), error(400)), expected, 0.02);
    }
}

#[test]
fn between_gaussians_the_midpoint_rule_gains_an_order() {
    // Its leading error is h²·∫(c''/24 + c·c'/4 + c³/6)dt; with c = V'/(2V) and V quadratic in t the integrand is 0.
    let error = |sampler, n| deviation(&velocity_plan(sampler, n)) - S1;
    close(
        order(error(FlowEuler, 200), error(FlowEuler, 400)),
        1.0,
        0.02,
    );
    close(
        order(error(FlowMidpoint, 200), error(FlowMidpoint, 400)),
        3.0,
        0.02,
    );
}

#[test]
fn data_prediction_takes_the_same_steps() {
    let data = |t: f64, x: f64| posterior_mean([1.0 - t, 0.0, t], 0.0, S1, 0.0, x);
    for sampler in [FlowEuler, FlowMidpoint] {
        for n in [1, 2, 7] {
            let by_data = compile(&RECTIFIED, sampler, Prediction::Data, n.into());
            let by_velocity = velocity_plan(sampler, n);
            let end = last(&walk(&by_data, 0.0, data)).variance().sqrt();
            close(end, deviation(&by_velocity), 1e-7);
        }
    }
}

#[test]
fn from_the_condition_a_step_is_a_mixture() {
    let path = Path::FlowCondition { sigma: 0.4 };
    let plan = compile(&path, FlowEuler, Prediction::Data, 4.into());
    for (i, stage) in plan.stages.iter().enumerate() {
        let (t, r) = (1.0 - i as f64 / 4.0, 1.0 - (i + 1) as f64 / 4.0);
        close(stage.update.x, r / t, 1e-12);
        close(stage.update.data, 1.0 - r / t, 1e-12);
    }
    close(plan.start.y, 1.0, 1e-15);
    close(plan.start.noise, 0.4, 1e-15);
    // x0 known: x_t = (1−t)·x0 + t·(y + σe) at every time, the end is x0.
    let (x0, y) = (0.3, 1.2);
    for prediction in [Prediction::Data, Prediction::Velocity] {
        for sampler in [FlowEuler, FlowMidpoint] {
            let plan = compile(&path, sampler, prediction, 4.into());
            let network = |t: f64, x: f64| match prediction {
                Prediction::Data => x0,
                _ => (x - x0) / t,
            };
            let all = walk(&plan, y, network);
            close(last(&all).mean(), x0, 1e-12);
            close(last(&all).variance(), 0.0, 1e-12);
            if sampler == FlowEuler {
                for (moments, stage) in all.iter().zip(&plan.stages) {
                    let t = stage.evaluation.time;
                    close(moments.mean(), (1.0 - t) * x0 + t * y, 1e-12);
                    close(moments.variance(), (t * 0.4_f64).powi(2), 1e-12);
                }
            }
        }
    }
}

#[test]
fn lipmans_rest_of_noise_stays() {
    // x0 known and σm > 0: the flow is straight, so one step is exact and ends at N(x0, σm²).
    let (x0, rest) = (0.3, 0.1);
    let path = Path::Flow { sigma_min: rest };
    let network = |t: f64, x: f64| {
        let sigma = rest + (1.0 - rest) * t;
        (1.0 - rest) * (x - (1.0 - t) * x0) / sigma - x0
    };
    for sampler in [FlowEuler, FlowMidpoint] {
        for n in [1, 5] {
            let plan = compile(&path, sampler, Prediction::Velocity, n.into());
            let end = last(&walk_from(&plan, 0.0, network, 0.0, 1.0));
            close(end.mean(), x0, 1e-12);
            close(end.variance(), rest * rest, 1e-12);
        }
    }
}

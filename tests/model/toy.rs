//! The smallest networks against mathematics: for Gaussian data the best denoiser and the best noise predictor have a
//! closed form, and so has what the samplers make of them.

use diffwav::diffusion::sampler::{self, Fraction, Sampler};
use diffwav::diffusion::times::Times;
use diffwav::engine::reverse::Reverse;
use diffwav::model::{self, Caches, Call, Model, Options, registry};

const MEAN: f64 = 2.0;
const DEVIATION: f64 = 0.5;
const CALL: usize = 4096;

fn toys() -> [Model; 2] {
    ["toy-denoiser", "toy-noise"].map(|name| registry::open(name).unwrap())
}

/// (D*, ε*) at x: D* = m + a·s²(x − a·m)/(a²s² + σ²).
fn exact(model: &Model, time: f64, x: f64) -> (f64, f64) {
    let marginal = model.card.path.marginal(time);
    let (a, sigma) = (marginal.clean, marginal.noise);
    let variance = (a * DEVIATION).powi(2) + sigma * sigma;
    let data = MEAN + a * DEVIATION * DEVIATION * (x - a * MEAN) / variance;
    (data, (x - a * data) / sigma)
}

#[test]
fn both_networks_learned_the_closed_form() {
    for model in toys() {
        let mut network = model::load(&model, &Options::default()).unwrap().network;
        let mut worst: f64 = 0.0;
        for time in [0.0, 0.5, 3.0, 12.0, 25.0, 37.25, 49.0] {
            let marginal = model.card.path.marginal(time);
            let spread = (marginal.clean * DEVIATION).hypot(marginal.noise);
            let x: Vec<f32> = (-20..=20)
                .map(|n| (marginal.clean * MEAN + spread * f64::from(n) / 10.0) as f32)
                .collect();
            let mut out = vec![0.0; x.len()];
            network
                .run(Call {
                    batch: 1,
                    frames: x.len(),
                    x: &x,
                    y: &[],
                    time: time as f32,
                    labels: &[],
                    controls: &[],
                    caches: &mut Caches::default(),
                    out: &mut out,
                })
                .unwrap();
            for (x, out) in x.iter().zip(&out) {
                let (data, noise) = exact(&model, time, f64::from(*x));
                let wanted = if model.card.name == "toy-noise" {
                    noise
                } else {
                    data
                };
                worst = worst.max((f64::from(*out) - wanted).abs());
            }
        }
        println!("{}: worst error {worst:.4}", model.card.name);
        // Training measured .066 and .073 over all whole steps; a constant network would be off by one deviation.
        assert!(worst < 0.12, "{}: {worst}", model.card.name);
    }
}

/// What the sampler makes of the *exact* network: it is linear in x, so mean and variance follow step by step.
fn predicted(model: &Model, plan: &diffwav::diffusion::plan::Plan) -> (f64, f64) {
    let (mut mean, mut variance) = (0.0, plan.start.noise.powi(2));
    let times: Vec<f64> = plan
        .stages
        .iter()
        .map(|stage| stage.evaluation.time)
        .collect();
    for (stage, time) in plan.stages.iter().zip(times) {
        assert!(!stage.remember, "only samplers without memory");
        let (at_zero, at_one) = (exact(model, time, 0.0).0, exact(model, time, 1.0).0);
        let slope = stage.update.x + stage.update.data * (at_one - at_zero);
        mean = slope * mean + stage.update.data * at_zero;
        variance = slope * slope * variance + stage.update.noise.powi(2);
    }
    (mean, variance.sqrt())
}

#[test]
fn the_samplers_make_of_them_what_mathematics_predicts() {
    let ddim = Sampler::Ddim {
        eta: Fraction::ZERO,
    };
    for model in toys() {
        for (way, steps) in [
            (Sampler::Ddpm, 50),
            (Sampler::DdpmBeta, 50),
            (ddim, 25),
            (ddim, 6),
            (Sampler::DiffwaveFast, 6),
        ] {
            let card = &model.card;
            let plan =
                sampler::plan(&card.path, way, card.predicts.into(), &Times::Count(steps)).unwrap();
            let (mean, deviation) = predicted(&model, &plan);
            let network = model::load(&model, &Options::default()).unwrap().network;
            let mut reverse = Reverse::new(network, plan, 5, 1, (1, 1), CALL);
            let numbers: Vec<f64> = (0..3)
                .flat_map(|_| reverse.run(&[0.0; CALL]).unwrap().to_vec())
                .map(f64::from)
                .collect();
            let count = numbers.len() as f64;
            let found = numbers.iter().sum::<f64>() / count;
            let spread = (numbers.iter().map(|x| (x - found).powi(2)).sum::<f64>() / count).sqrt();
            println!(
                "{} {way} {steps}: {found:.3} ± {spread:.3}, predicted {mean:.3} ± {deviation:.3}",
                card.name
            );
            // Five standard errors of 12 288 numbers are .023; the rest is what the networks did not learn.
            assert!(
                (found - mean).abs() < 0.06,
                "{} {way}: mean {found}, predicted {mean}",
                card.name
            );
            assert!(
                (spread - deviation).abs() < 0.06,
                "{} {way}: {spread}, predicted {deviation}",
                card.name
            );
        }
    }
}

//! Every sampler on every path as the engine runs it, f32 slices and keyed noise, against the exact moments.

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::plan::{Memory, Plan};
use diffwav::dsp::noise::gaussian;

use crate::contract::{every_pair, paths};
use crate::gaussian::{close, compile, last, walk};

const DRAWS: usize = 40_000;
const Y: f64 = 0.8;

/// Any affine function of x will do as a network: the plan must be carried out as it is written.
fn network(t: f64, x: f64) -> f64 {
    0.35 * x + 0.1 * (1.0 + t).sin()
}

fn sample(plan: &Plan) -> Vec<f32> {
    let y = vec![Y as f32; DRAWS];
    let (mut x, mut z) = (vec![0.0_f32; DRAWS], vec![0.0_f32; DRAWS]);
    let (mut input, mut memory) = (vec![0.0_f32; DRAWS], Memory::new(DRAWS));
    gaussian(7, u32::MAX, 0, &mut z);
    plan.start.apply(&mut x, &y, &z);
    for (i, stage) in plan.stages.iter().enumerate() {
        stage.evaluation.input(&x, &mut input);
        let mut out: Vec<f32> = input
            .iter()
            .map(|&x| network(stage.evaluation.time, f64::from(x)) as f32)
            .collect();
        stage.evaluation.data(&x, &y, &mut out);
        gaussian(7, i as u32, 0, &mut z);
        stage.advance(&mut x, &out, &y, &z, &mut memory);
    }
    x
}

#[test]
fn slices_and_exact_moments_agree() {
    assert!(every_pair().count() >= 20);
    for (path, sampler) in every_pair() {
        let steps = sampler.default_steps(&path).min(6);
        let plan = compile(&path, sampler, Prediction::Data, steps.into());
        let exact = last(&walk(&plan, Y, network));
        let drawn = sample(&plan);
        let mean = drawn.iter().map(|&x| f64::from(x)).sum::<f64>() / DRAWS as f64;
        let deviations = drawn.iter().map(|&x| (f64::from(x) - mean).powi(2));
        let variance = deviations.sum::<f64>() / DRAWS as f64;
        // Five standard errors, and f32 rounding of a few hundred operations.
        let error = (exact.variance() / DRAWS as f64).sqrt();
        println!("{} {sampler}: {variance} {}", path.kind(), exact.variance());
        close(mean, exact.mean(), 5.0 * error + 1e-4);
        let error = exact.variance() * (2.0 / DRAWS as f64).sqrt();
        close(variance, exact.variance(), 5.0 * error + 1e-4);
    }
}

#[test]
fn cutting_the_slice_changes_no_bit() {
    for (path, sampler) in every_pair() {
        let steps = sampler.default_steps(&path).min(6);
        let plan = compile(&path, sampler, Prediction::Data, steps.into());
        let whole = run(&plan, 0..97);
        let parts: Vec<f32> = [0..1, 1..40, 40..97]
            .into_iter()
            .flat_map(|range| run(&plan, range))
            .collect();
        assert_eq!(whole, parts);
    }
    assert_eq!(paths().len(), 8);
}

fn run(plan: &Plan, range: std::ops::Range<u32>) -> Vec<f32> {
    let y: Vec<f32> = range.clone().map(|i| (i as f32).sin()).collect();
    let z: Vec<f32> = range.clone().map(|i| (i as f32 * 1.7).cos()).collect();
    let (mut x, mut memory) = (vec![0.0; y.len()], Memory::new(y.len()));
    plan.start.apply(&mut x, &y, &z);
    for stage in &plan.stages {
        let mut out: Vec<f32> = x.iter().map(|x| 0.5 * x).collect();
        stage.evaluation.data(&x, &y, &mut out);
        stage.advance(&mut x, &out, &y, &z, &mut memory);
    }
    x
}

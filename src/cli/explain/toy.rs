//! Middle chapter: the smallest diffusion model, on single numbers, through the engine and the samplers of the rest.

use std::fmt::Write;

use super::{Explain, Shelf};
use crate::Result;
use crate::cli::plot::histogram::{self, Panel};
use crate::cli::runtime;
use crate::diffusion::plan::{Plan, Start};
use crate::diffusion::sampler::{self, Fraction, Sampler};
use crate::diffusion::times::Times;
use crate::dsp::noise;
use crate::engine::Settings;
use crate::engine::recipe::Recipe;
use crate::engine::reverse::Reverse;
use crate::model::{self, Model, registry};

/// What the toys were trained on: N(2, 0.5²) (models/train/toy.py).
const DATA: (f64, f64) = (2.0, 0.5);
/// How many numbers are drawn: as many as one call takes, four times.
const NUMBERS: usize = 4 * CALL;
const CALL: usize = 4096;
/// The step at which the noisy numbers are shown.
const NOISY: f64 = 25.0;
const DDIM: Sampler = Sampler::Ddim {
    eta: Fraction::ZERO,
};
/// Samplers and steps of the table.
const WAYS: [(Sampler, usize); 5] = [
    (Sampler::Ddpm, 50),
    (Sampler::DiffwaveFast, 6),
    (DDIM, 6),
    (Sampler::DpmSolver2m, 6),
    (Sampler::DpmSolver2m, 12),
];

/// Draws the histograms; returns the text of the chapter.
pub fn write(typed: &Explain, shelf: &Shelf) -> Result<String> {
    let denoiser = registry::open("toy-denoiser")?;
    let predictor = registry::open("toy-noise")?;
    let marginal = denoiser.card.path.marginal(NOISY);
    let mut clean = vec![0.0; NUMBERS];
    noise::gaussian(typed.seed, 101, 0, &mut clean);
    clean
        .iter_mut()
        .for_each(|x| *x = (DATA.0 + DATA.1 * f64::from(*x)) as f32);
    let mut z = vec![0.0; NUMBERS];
    noise::gaussian(typed.seed, 102, 0, &mut z);
    let mut noisy = clean.clone();
    marginal.apply(&mut noisy, &[], &z);

    // The best guess of x0 from x_t: its spread is less than that of the data, by what the noise has hidden.
    let (a, s, sigma) = (marginal.clean, DATA.1, marginal.noise);
    let spread = (a * a * s * s + sigma * sigma).sqrt();
    let guess = (DATA.0, a * s * s / spread);
    let mut panels = vec![
        panel("original", clean, DATA),
        panel("noisy, step 25 of 50", noisy.clone(), (a * DATA.0, spread)),
    ];
    let mut table = String::new();
    for (model, name) in [(&denoiser, "denoiser"), (&predictor, "noise predictor")] {
        // One step from the noisy numbers, which enter as the signal, to the clean end.
        let (card, times) = (&model.card, Times::Explicit(vec![NOISY]));
        let mut plan = sampler::plan(&card.path, DDIM, card.predicts.into(), &times)?;
        plan.start = Start::SIGNAL;
        let out = run(model, typed, &plan, &noisy)?;
        panels.push(panel(&format!("denoised by the {name}"), out, guess));
    }
    for (model, name) in [(&denoiser, "denoiser"), (&predictor, "noise predictor")] {
        for (sampler, steps) in WAYS {
            let plan = Recipe::new(&model.card, &settings(sampler, steps, typed.seed))?.plan;
            let out = run(model, typed, &plan, &vec![0.0; NUMBERS])?;
            let (mean, deviation) = moments(&out);
            let _ = writeln!(
                table,
                "     {name:<16}{:<24}{steps:>3} steps   {mean:5.2} ± {deviation:.2}",
                sampler.to_string()
            );
            if sampler == Sampler::Ddpm {
                panels.push(panel(&format!("from noise by the {name}"), out, DATA));
            }
        }
    }
    let title = "A model of one number, 1-64-64-1: bars are what happened, the line is what mathematics expects";
    histogram::draw(title, &panels, 3, (-2.5, 4.5))
        .save(&shelf.place("2-toy.png"), shelf.overwrite)?;
    Ok(format!(
        "2. The smallest model (2-toy.png)\n   \
        Two networks of two hidden layers, trained on numbers from N(2, 0.5²): one says what the number was (denoiser),\n   \
        one what the noise was (noise predictor). One step back gives the best guess, which spreads less than the data;\n   \
        many steps from pure noise give numbers that spread like the data:\n{table}"
    ))
}

fn settings(sampler: Sampler, steps: usize, seed: u64) -> Settings {
    Settings {
        steps: Some(steps),
        sampler: Some(sampler),
        seed,
        ..Settings::default()
    }
}

fn panel(title: &str, values: Vec<f32>, expected: (f64, f64)) -> Panel {
    let (mean, deviation) = moments(&values);
    Panel {
        title: title.into(),
        note: format!(
            "{mean:.2} \u{b1} {deviation:.2}, expected {:.2} \u{b1} {:.2}",
            expected.0, expected.1
        ),
        values,
        expected,
    }
}

/// The reverse process on `y`, every number for itself.
fn run(model: &Model, typed: &Explain, plan: &Plan, y: &[f32]) -> Result<Vec<f32>> {
    let network = model::load(model, &runtime::options(&typed.runtime))?.network;
    let mut reverse = Reverse::new(network, plan.clone(), typed.seed, 1, (1, 1), CALL);
    let mut out = Vec::with_capacity(y.len());
    for call in y.chunks_exact(CALL) {
        out.extend_from_slice(reverse.run(call)?);
    }
    Ok(out)
}

fn moments(values: &[f32]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let square = |x: &f32| (f64::from(*x) - mean).powi(2);
    (
        mean,
        (values.iter().map(square).sum::<f64>() / count).sqrt(),
    )
}

//! `models check`: does a file fit the contract, and does what it runs on compute what it should?

mod label;

use std::path::Path;

use crate::error::{Error, Result};
use crate::model::backend::{self, Options};
use crate::model::card::{SelfTest, Task};
use crate::model::contract::{Model, finite};
use crate::model::network::{Caches, Call, Network, unspecified};
use crate::model::registry;

/// Largest relative error energy at which two ways of running a network count as the same: (1e-5)².
const TOLERANCE: f64 = 1e-10;
/// Seed of the mel frames that a vocoder is tried with.
const MEL_SEED: u64 = 1;
/// Largest relative deviation of the energies of the self-test.
const ENERGY_TOLERANCE: f64 = 1e-3;

/// One property that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The property, as a short statement.
    pub name: &'static str,
    /// Whether it holds.
    pub passed: bool,
    /// The numbers, or what is wrong and what to do about it.
    pub detail: String,
}

/// Everything that was looked at, in order; after a failure that hides the rest the list ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The checks.
    pub checks: Vec<Check>,
    /// The engine that ran the network, empty if none did.
    pub engine: String,
    /// Why other engines were not used.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether every check passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }

    fn add(&mut self, name: &'static str, outcome: Result<String, String>) -> bool {
        let passed = outcome.is_ok();
        let detail = outcome.unwrap_or_else(|problem| problem);
        self.checks.push(Check {
            name,
            passed,
            detail,
        });
        passed
    }
}

/// Checks a built-in model (by name) or a file (by path) on the engine of `options`.
#[must_use]
pub fn check(name_or_path: &str, options: &Options) -> Report {
    let mut report = Report::default();
    let model = match registry::open(name_or_path) {
        Ok(model) => model,
        Err(error) => {
            report.add("the file fits the contract", Err(error.to_string()));
            return report;
        }
    };
    report.add("the file fits the contract", Ok(summary(&model)));
    match backend::load(&model, options) {
        Ok(mut loaded) => {
            loaded.network.engine().clone_into(&mut report.engine);
            report.notes = loaded.notes;
            report.add("an engine runs it", Ok(report.engine.clone()));
            if let Some(placement) = loaded.network.placement() {
                report.add("the whole graph runs on the device", Ok(placement));
            }
            properties(loaded.network.as_mut(), &mut report);
        }
        Err(error) => {
            report.add("an engine runs it", Err(error.to_string()));
        }
    }
    report
}

fn summary(model: &Model) -> String {
    let card = &model.card;
    let name = Path::new(&model.origin)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    format!(
        "{name}: {} {}, {} Hz, {} state tensors",
        card.name,
        card.version,
        card.sample_rate,
        model.signature.states.len()
    )
}

/// The properties of a network that runs; also for networks that no file holds.
pub fn properties(network: &mut dyn Network, report: &mut Report) {
    let frames = network.frames_max().min(8);
    let input = input(network, frames, 1);
    let whole = match evaluate(network, &input, frames, frames) {
        Ok(out) => out,
        Err(error) => {
            report.add("a call succeeds and is finite", Err(error.to_string()));
            return;
        }
    };
    let outcome = if finite(&whole) {
        Ok(String::new())
    } else {
        Err("out holds NaN or infinity; train it again".to_owned())
    };
    if !report.add("a call succeeds and is finite", outcome) {
        return;
    }
    let again = evaluate(network, &input, frames, frames);
    report.add(
        "two runs give the same bits",
        again.map_err(|e| e.to_string()).and_then(|again| {
            let same = again
                .iter()
                .zip(&whole)
                .all(|(a, b)| a.to_bits() == b.to_bits());
            if same {
                Ok(String::new())
            } else {
                Err("they differ; remove random operators from the graph".to_owned())
            }
        }),
    );
    if network.card().task == Task::Synth {
        report.add(
            "a class changes the output",
            label::classes(network, &input, frames, &whole),
        );
    }
    if network.card().causal {
        report.add(
            "frame by frame equals one long call",
            partition(network, &input, frames, &whole),
        );
    }
    let outcome = match network.card().self_test.clone() {
        Some(test) => self_test(network, &test),
        None => Ok("the card has none".to_owned()),
    };
    report.add("the self-test gives the energy of the card", outcome);
}

fn partition(
    network: &mut dyn Network,
    input: &[f32],
    frames: usize,
    whole: &[f32],
) -> Result<String, String> {
    let single = evaluate(network, input, frames, 1).map_err(|e| e.to_string())?;
    let error = error_energy(&single, whole);
    let text = format!("relative error {:.1e} over {frames} frames", error.sqrt());
    if error <= TOLERANCE {
        return Ok(text);
    }
    Err(format!(
        "{text}, expected at most 1e-5; the network looks ahead or loses a state"
    ))
}

fn self_test(network: &mut dyn Network, test: &SelfTest) -> Result<String, String> {
    let input = input(network, test.frames, test.seed);
    near("input", energy(&input), test.input_energy)?;
    let out = evaluate(network, &input, test.frames, test.frames).map_err(|e| e.to_string())?;
    near("output", energy(&out), test.output_energy)?;
    Ok(format!("output energy {:.6}", energy(&out)))
}

fn near(what: &str, found: f64, wanted: f64) -> Result<(), String> {
    if (found - wanted).abs() <= ENERGY_TOLERANCE * wanted.abs().max(1e-6) {
        return Ok(());
    }
    Err(format!(
        "{what} energy {found:.6}, expected {wanted:.6}; the weights are not those that the card was written for"
    ))
}

/// y = sin(0.37·n + 0.11·seed), n the index in `[C, T, F]`; computed in f64.
fn input(network: &dyn Network, frames: usize, seed: u64) -> Vec<f32> {
    let transform = &network.card().transform;
    let numbers = transform.channels() * frames * transform.bins();
    (0..numbers)
        .map(|n| (0.37 * n as f64 + 0.11 * seed as f64).sin() as f32)
        .collect()
}

/// Mel frames of a vocoder: −5 + 3·sin(0.37·n + 0.11), n the index in `[M, T]`.
fn mel(bands: usize, frames: usize, seed: u64) -> Vec<f32> {
    (0..bands * frames)
        .map(|n| (3.0 * (0.37 * n as f64 + 0.11 * seed as f64).sin() - 5.0) as f32)
        .collect()
}

/// D(x = y = input, t = 1) from zero states, `part` frames a call; a vocoder's y are the frames of [`mel`].
fn evaluate(
    network: &mut dyn Network,
    input: &[f32],
    frames: usize,
    part: usize,
) -> Result<Vec<f32>> {
    let (c, f) = (
        network.card().transform.channels(),
        network.card().transform.bins(),
    );
    if input.len() != c * frames * f || part == 0 {
        return Err(Error::setting("frames", frames, "the frames of the input"));
    }
    let bands = network.card().mel.map_or(0, |mel| mel.bands);
    let mel = mel(bands, frames, MEL_SEED);
    let mut caches: Caches = network.caches(1);
    let mut out = vec![0.0; input.len()];
    for start in (0..frames).step_by(part) {
        let t = part.min(frames - start);
        let span =
            |channel: usize| (channel * frames + start) * f..(channel * frames + start + t) * f;
        let y: Vec<f32> = (0..c)
            .flat_map(|channel| input[span(channel)].iter().copied())
            .collect();
        let mut piece = vec![0.0; y.len()];
        let mel: Vec<f32> = (0..bands)
            .flat_map(|band| mel[band * frames + start..][..t].iter().copied())
            .collect();
        let condition = match network.card().task {
            Task::Synth => &[][..],
            Task::Denoise => &y,
            Task::Vocode => &mel,
        };
        let (labels, controls) = unspecified(network.card(), 1);
        network.run(Call {
            batch: 1,
            frames: t,
            x: &y,
            y: condition,
            time: 1.0,
            labels: &labels,
            controls: &controls,
            caches: &mut caches,
            out: &mut piece,
        })?;
        for channel in 0..c {
            out[span(channel)].copy_from_slice(&piece[channel * t * f..(channel + 1) * t * f]);
        }
    }
    Ok(out)
}

fn energy(numbers: &[f32]) -> f64 {
    numbers.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// Energy of the difference over the energy of `wanted`.
fn error_energy(found: &[f32], wanted: &[f32]) -> f64 {
    let difference: f64 = found
        .iter()
        .zip(wanted)
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    difference / energy(wanted).max(f64::MIN_POSITIVE)
}

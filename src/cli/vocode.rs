//! `diffwav vocode`: mel frames, or recordings by way of mel frames, to sound.

mod definition;
mod frames;
mod job;
mod outputs;

use std::io::Write;

use serde::Serialize;

use super::args::{Style, Vocode};
use super::exit::{Failure, Outcome};
use super::progress::Stopwatch;
use super::{cancel, report, runtime};
use crate::engine::recipe::Recipe;
use crate::engine::settings::Settings;
use crate::engine::vocode::{self, Choice};
use crate::model::{self, Model, Options, registry};
use crate::{Error, Result};

/// What all files share.
#[derive(Debug)]
struct Shared {
    model: Model,
    options: Options,
    choice: Choice,
    overwrite: bool,
}

/// A file that was made.
#[derive(Debug, Serialize)]
struct Done {
    input: String,
    output: String,
    model: String,
    model_version: String,
    model_licence: String,
    engine: String,
    device: String,
    not_used: Vec<String>,
    steps: usize,
    sampler: String,
    projections: usize,
    seed: u64,
    /// Seconds of sound, and its form.
    duration: f64,
    sample_rate: u32,
    channels: u16,
    /// Least delay of the same settings on a live stream of mel frames.
    latency_ms: f64,
    /// Seconds of work, and seconds of sound for each.
    seconds: f64,
    speed: f64,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Ended {
    Done(Box<Done>),
    Failed { input: String, error: String },
}

/// Plans, runs and reports.
pub fn run(typed: &Vocode) -> Outcome {
    let model = match &typed.runtime.model {
        Some(name) => registry::open(name)?,
        None => registry::open(registry::VOCODER)?,
    };
    let mel = vocode::definition(&model.card)?;
    if typed.mel_definition {
        return Ok(report::print(
            &definition::text(&model.card, &mel),
            &mut std::io::stdout(),
        )?);
    }
    let jobs = outputs::plan(typed).map_err(|message| Failure::usage("vocode", message))?;
    let settings = Settings {
        steps: typed.steps,
        seed: typed.seed,
        ..Settings::default()
    };
    let recipe =
        Recipe::new(&model.card, &settings).map_err(|error| Failure::setting("vocode", error))?;
    let shared = Shared {
        options: runtime::options(&typed.runtime),
        choice: Choice {
            settings,
            projections: typed.projections,
        },
        overwrite: typed.overwrite,
        model,
    };
    // The model must run before any file is touched.
    let mut first = Some(model::load(&shared.model, &shared.options)?);
    cancel::listen();
    let watch = Stopwatch::start();
    let mut ended = Vec::new();
    for job in &jobs {
        let input = job.input.display().to_string();
        let outcome = cancel::check().and_then(|()| job::run(job, &shared, &recipe, first.take()));
        ended.push(match outcome {
            Ok(done) => Ended::Done(Box::new(done)),
            Err(error) if jobs.len() == 1 && typed.report != Style::Json => {
                return Err(error.into());
            }
            Err(error) => {
                if !matches!(error, Error::Interrupted) {
                    eprintln!("error: {error}");
                }
                Ended::Failed {
                    input,
                    error: error.to_string(),
                }
            }
        });
    }
    conclude(&ended, typed.report, watch)
}

fn conclude(ended: &[Ended], style: Style, watch: Stopwatch) -> Outcome {
    let failed = ended
        .iter()
        .filter(|file| matches!(file, Ended::Failed { .. }))
        .count();
    let mut out = std::io::stdout();
    match style {
        Style::None => {}
        Style::Json => json(ended, failed, watch, &mut out)?,
        Style::Human => report::print(&human(ended), &mut out)?,
    }
    match (failed > 0, cancel::requested()) {
        (true, true) => Err(Error::Interrupted.into()),
        (true, false) => Err(Failure::Reported),
        (false, _) => Ok(()),
    }
}

fn json(ended: &[Ended], failed: usize, watch: Stopwatch, out: &mut dyn Write) -> Result<()> {
    let document = serde_json::json!({
        "diffwav": env!("CARGO_PKG_VERSION"),
        "files": ended,
        "done": ended.len() - failed,
        "failed": failed,
        "seconds": watch.seconds(),
    });
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    report::print(&(text + "\n"), out)
}

fn human(ended: &[Ended]) -> String {
    let mut text = String::new();
    for file in ended {
        let Ended::Done(done) = file else {
            continue;
        };
        text += &format!("{} → {}\n", done.input, done.output);
        if ended.len() == 1 {
            let steps = if done.steps == 1 { "step" } else { "steps" };
            text += &format!(
                "  model     {} {} ({}), {} {steps} of {}, {} projections, seed {}\n  engine    {} on {}\n",
                done.model,
                done.model_version,
                done.model_licence,
                done.steps,
                done.sampler,
                done.projections,
                done.seed,
                done.engine,
                done.device
            );
            for note in &done.not_used {
                text += &format!("            {note}\n");
            }
            text += &format!(
                "  time      {:.1} s of sound in {:.1} s ({:.1}× real time); as a stream it would lag {:.0} ms\n",
                done.duration, done.seconds, done.speed, done.latency_ms
            );
        }
        for warning in &done.warnings {
            text += &format!("  warning   {warning}\n");
        }
    }
    text
}

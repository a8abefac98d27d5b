//! Networks that make sounds: seconds of sound for a second of work, by steps and by sounds that are asked for at once.

use std::time::Instant;

use serde::Serialize;

use super::memory;
use crate::cli::args::{Bench, Style};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::{report, runtime};
use crate::engine::generate::{Generator, Request};
use crate::model::{self, Model};
use crate::units::Hz;

/// Length of the sounds that are made: a usual one-shot.
const SECONDS: f32 = 0.5;
/// Sounds at once, where the command line says nothing.
const BATCHES: [usize; 2] = [1, 4];
/// What DiffWave BASE costs for a second of sound and a step, whatever runs it (2009.09761, counted from its layers).
const DIFFWAVE_GMAC: f64 = 28.5;

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Measured {
    model: String,
    engine: String,
    device: String,
    not_used: Vec<String>,
    sample_rate: u32,
    sound_seconds: f32,
    diffwave_base_gmac_per_second_and_step: f64,
    runs: Vec<Row>,
}

/// One way of making sounds.
#[derive(Debug, Serialize)]
struct Row {
    steps: usize,
    /// 0: the network runs once a step; above, twice.
    guidance: f32,
    /// Sounds that are asked for at once.
    batch: usize,
    /// Sounds that the engine makes in one call.
    per_call: usize,
    /// Milliseconds for a sound: the best of the repetitions.
    ms_per_sound: f64,
    /// Seconds of sound for a second of work.
    speed: f64,
    memory_mib: Option<f64>,
}

/// Measures and prints.
pub fn run(typed: &Bench, model: &Model) -> Outcome {
    let card = &model.card;
    let steps = match typed.steps.as_slice() {
        [] => card.steps.allowed.clone(),
        typed => typed.to_vec(),
    };
    let batches = match typed.channels {
        1 => BATCHES.to_vec(),
        typed => vec![typed],
    };
    let mut scales = vec![0.0];
    if card.guidance > 0.0 {
        scales.push(card.guidance);
    }
    let mut measured: Option<Measured> = None;
    for steps in steps {
        let loaded = model::load(model, &runtime::options(&typed.runtime))?;
        let (engine, device) = runtime::engine_and_device(loaded.network.engine());
        let mut generator = Generator::new(loaded.network, Some(steps), None)
            .map_err(|error| Failure::setting("bench", error))?;
        let length = SECONDS.min(generator.seconds_max());
        let measured = measured.get_or_insert_with(|| Measured {
            model: format!("{} {}", card.name, card.version),
            engine,
            device,
            not_used: loaded.notes,
            sample_rate: card.sample_rate,
            sound_seconds: length,
            diffwave_base_gmac_per_second_and_step: DIFFWAVE_GMAC,
            runs: Vec::new(),
        });
        for &guidance in &scales {
            for &batch in &batches {
                let row = row(&mut generator, steps, guidance, batch, length)?;
                measured.runs.push(row);
            }
        }
    }
    let Some(measured) = measured else {
        return Ok(());
    };
    let text = match typed.report {
        Style::Human => human(&measured),
        Style::Json => serde_json::to_string_pretty(&measured).unwrap_or_default() + "\n",
        Style::None => String::new(),
    };
    Ok(report::print(&text, &mut std::io::stdout())?)
}

fn row(
    generator: &mut Generator,
    steps: usize,
    guidance: f32,
    batch: usize,
    seconds: f32,
) -> crate::Result<Row> {
    let request = |seed| Request {
        label: (!generator.card().labels.is_empty()).then_some(0),
        seed,
        guidance,
        seconds,
        ..Request::default()
    };
    let requests: Vec<Request> = (0..batch as u64).map(request).collect();
    // The first run builds plans and touches new memory.
    generator.generate(&requests[..1])?;
    let mut best = f64::INFINITY;
    for _ in 0..if batch == 1 { 3 } else { 1 } {
        let start = Instant::now();
        generator.generate(&requests)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    let rate = Hz(generator.card().sample_rate);
    let samples = (seconds * rate.0 as f32).round() as u64;
    Ok(Row {
        steps,
        guidance,
        batch,
        per_call: generator.together(),
        ms_per_sound: 1e3 * best / batch as f64,
        speed: rate.seconds(samples) * batch as f64 / best,
        memory_mib: memory::resident_mib(),
    })
}

fn human(measured: &Measured) -> String {
    let mut text = format!(
        "{} on {}, {}; sounds of {} s at {}\n",
        measured.model,
        measured.engine,
        measured.device,
        measured.sound_seconds,
        Hz(measured.sample_rate)
    );
    for note in &measured.not_used {
        text += &format!("  {note}\n");
    }
    text += "steps guidance  at once  a call    ms a sound  s of sound a second  memory MiB\n";
    for row in &measured.runs {
        let memory = row
            .memory_mib
            .map_or_else(|| "–".into(), |mib| format!("{mib:.0}"));
        text += &format!(
            "{:>5} {:>8} {:>8} {:>7} {:>13.1} {:>20.2} {memory:>11}\n",
            row.steps, row.guidance, row.batch, row.per_call, row.ms_per_sound, row.speed
        );
    }
    text += &format!(
        "For comparison: DiffWave BASE costs {DIFFWAVE_GMAC} GMAC for a second of sound and a step, on any machine.\n"
    );
    text
}

//! `diffwav bench`: how fast a model runs here, hop by hop as in real time and in large blocks as for files; or how fast
//! it makes sounds.

mod memory;
mod numbers;
mod sounds;

use std::time::Instant;

use serde::Serialize;

use super::args::{Bench, Style};
use super::exit::{Failure, Outcome};
use super::{report, runtime};
use crate::Result;
use crate::engine::{Format, Offline, Settings, Stream};
use crate::model::card::Task;
use crate::model::{self, Network, Options, Purpose, pace};
use crate::units::Hz;
use numbers::Times;

/// Step counts, where the command line names none.
const STEPS: [usize; 3] = [1, 2, 3];

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Measured {
    model: String,
    engine: String,
    device: String,
    not_used: Vec<String>,
    sample_rate: u32,
    hop_ms: f64,
    runs: Vec<Row>,
}

/// One way of running.
#[derive(Debug, Serialize)]
struct Row {
    /// "streaming": one hop a call; "offline": many.
    mode: &'static str,
    steps: usize,
    frames_per_call: usize,
    channels: usize,
    /// Where this way ran: `auto` chooses for each by itself.
    device: String,
    /// Seconds of work for a second of audio (of all channels).
    real_time_factor: f64,
    /// Milliseconds for each call of the network's hops.
    #[serde(flatten)]
    times: Times,
    /// Memory of the process while it ran.
    memory_mib: Option<f64>,
}

/// Measures and prints.
pub fn run(typed: &Bench) -> Outcome {
    let model = runtime::open(&typed.runtime)?;
    if model.card.task == Task::Synth {
        return sounds::run(typed, &model);
    }
    // A vocoder's own report says how fast it was.
    let model = runtime::open_denoiser(&typed.runtime)?;
    let steps = match typed.steps.as_slice() {
        [] => &STEPS,
        typed => typed,
    };
    let options = runtime::options(&typed.runtime);
    let rate = Hz(model.card.sample_rate);
    let mut measured: Option<Measured> = None;
    for &steps in steps {
        for (mode, purpose) in [
            ("streaming", Purpose::RealTime),
            ("offline", Purpose::Files),
        ] {
            let options = Options {
                purpose,
                ..options.clone()
            };
            let mut loaded = model::load(&model, &options)?;
            let frames_per_call = match purpose {
                Purpose::RealTime => 1,
                Purpose::Files => pace::frames_per_call(&mut *loaded.network, typed.channels),
            };
            let (engine, device) = runtime::engine_and_device(loaded.network.engine());
            let settings = Settings {
                steps: Some(steps),
                ..Settings::default()
            };
            let format = Format {
                rate,
                channels: typed.channels,
                frames_per_call: typed
                    .frames
                    .filter(|_| purpose == Purpose::Files)
                    .unwrap_or(frames_per_call),
            };
            let turn = turn(loaded.network, format, &settings, purpose)
                .map_err(|error| Failure::setting("bench", error))?;
            let hop_ms = 1e3 * rate.seconds(model.card.transform.hop() as u64);
            let mut row = measure(
                turn,
                format,
                mode,
                steps,
                model.card.transform.hop(),
                typed.seconds,
            )?;
            row.device.clone_from(&device);
            let measured = measured.get_or_insert_with(|| Measured {
                model: format!("{} {}", model.card.name, model.card.version),
                engine,
                device,
                not_used: loaded.notes,
                sample_rate: rate.0,
                hop_ms,
                runs: Vec::new(),
            });
            measured.runs.push(row);
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

/// What takes a call's worth of frames and gives as many.
type Turn = Box<dyn FnMut(&[&[f32]]) -> Result<()>>;

/// The engine as real time runs it, or as files do: there the calls of a device overlap.
fn turn(
    network: Box<dyn Network>,
    format: Format,
    settings: &Settings,
    purpose: Purpose,
) -> Result<Turn> {
    if purpose == Purpose::Files {
        let mut engine = Offline::new(network, format, settings)?;
        return Ok(Box::new(move |input| engine.push(input, &mut |_| Ok(()))));
    }
    let mut stream = Stream::new(network, format, settings)?;
    let mut out = vec![vec![0.0; 2 * stream.hop()]; format.channels];
    Ok(Box::new(move |input| {
        stream.push(input)?;
        loop {
            let mut planes: Vec<&mut [f32]> = out.iter_mut().map(Vec::as_mut_slice).collect();
            if stream.pull(&mut planes) == 0 {
                return Ok(());
            }
        }
    }))
}

/// Pushes noise, call by call, and times each.
fn measure(
    mut turn: Turn,
    format: Format,
    mode: &'static str,
    steps: usize,
    hop: usize,
    seconds: u32,
) -> Result<Row> {
    let Format {
        rate,
        frames_per_call,
        channels,
    } = format;
    let block = hop * frames_per_call;
    let calls = (rate.0 as usize * seconds as usize).div_ceil(block).max(4);
    // Loud white noise from a linear congruential generator: no denormals, no pauses.
    let mut state = 1u32;
    let noise: Vec<f32> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.1 * (state as f32 / u32::MAX as f32 - 0.5)
    })
    .take(block)
    .collect();
    let input = vec![noise.as_slice(); channels];
    let mut times = Vec::with_capacity(calls);
    // The first calls touch new memory; they are not counted.
    for call in 0..calls + 2 {
        let start = Instant::now();
        turn(&input)?;
        if call >= 2 {
            times.push(1e3 * start.elapsed().as_secs_f64());
        }
    }
    let audio = rate.seconds((calls * block) as u64);
    Ok(Row {
        mode,
        steps,
        frames_per_call,
        channels,
        device: String::new(),
        real_time_factor: times.iter().sum::<f64>() / 1e3 / audio,
        times: Times::per_hop(times, frames_per_call),
        memory_mib: memory::resident_mib(),
    })
}

fn human(measured: &Measured) -> String {
    let Measured {
        model,
        engine,
        device,
        not_used,
        hop_ms,
        ..
    } = measured;
    let mut text = format!("{model} on {engine}, {device}; a hop is {hop_ms:.2} ms\n");
    for note in not_used {
        text += &format!("  {note}\n");
    }
    text += "mode       device   steps  frames    × real     ms a hop                    memory\n";
    text += "                           a call      time     median      p99      max        MiB\n";
    for row in &measured.runs {
        let Times {
            median_ms,
            p99_ms,
            max_ms,
        } = row.times;
        let memory = row
            .memory_mib
            .map_or_else(|| "–".into(), |mib| format!("{mib:.0}"));
        text += &format!(
            "{:<10} {:<8} {:>5} {:>7} {:>9.1} {median_ms:>10.3} {p99_ms:>8.3} {max_ms:>8.3} {memory:>10}\n",
            row.mode,
            row.device,
            row.steps,
            row.frames_per_call,
            1.0 / row.real_time_factor
        );
    }
    text
}

//! The report for people: everything about one file, one line each about several.

use std::fmt::Write;

use super::{Done, File, Run};
use crate::cli::measure::Pair;
use crate::units::Hz;

/// The text of a report. Failures have been printed when they happened.
pub fn text(run: &Run) -> String {
    let mut text = String::new();
    if let [File::Done(done)] = run.files.as_slice() {
        // Writing to a String does not fail.
        let _ = one(&mut text, done);
        return text;
    }
    for file in &run.files {
        if let File::Done(done) = file {
            let _ = writeln!(text, "{} → {}  {}", done.input, done.output, brief(done));
        }
    }
    if run.files.len() > 1 {
        let audio: f64 = run
            .files
            .iter()
            .map(|file| {
                if let File::Done(done) = file {
                    done.audio.duration
                } else {
                    0.0
                }
            })
            .sum();
        let failed = if run.failed > 0 {
            format!(", {} failed", run.failed)
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "{} files done{failed}: {} of audio in {} ({:.1}× real time)",
            run.done,
            length(audio),
            length(run.seconds),
            audio / run.seconds.max(1e-9)
        );
    }
    text
}

fn one(text: &mut String, done: &Done) -> std::fmt::Result {
    let Done {
        process,
        audio,
        measured,
        ..
    } = done;
    writeln!(text, "{} → {}", done.input, done.output)?;
    let steps = if process.steps == 1 { "step" } else { "steps" };
    writeln!(
        text,
        "  model     {} {} ({}), {} {steps} of {}, seed {}",
        process.model,
        process.model_version,
        process.model_licence,
        process.steps,
        process.sampler,
        process.seed
    )?;
    writeln!(text, "  engine    {} on {}", process.engine, process.device)?;
    for note in &process.not_used {
        writeln!(text, "            {note}")?;
    }
    let channels = match audio.channels {
        1 => "mono".into(),
        2 => "stereo".into(),
        n => format!("{n} channels"),
    };
    writeln!(
        text,
        "  audio     {}, {}, {channels}",
        length(audio.duration),
        Hz(audio.sample_rate)
    )?;
    writeln!(
        text,
        "  time      {} ({:.1}× real time); live it would wait for {:.1} ms of sound",
        length(done.seconds),
        done.speed,
        process.latency_ms
    )?;
    if let Some(levels) = measured.pauses_dbfs {
        writeln!(
            text,
            "  pauses    {:.1} → {:.1} dBFS, {}",
            levels.before,
            levels.after,
            brief(done)
        )?;
    }
    let Pair { before, after } = measured.loudness_lufs;
    writeln!(
        text,
        "  loudness  {} → {} LUFS",
        number(before),
        number(after)
    )?;
    let (peak, clipped) = (measured.peak_dbfs, measured.clipped_samples);
    writeln!(
        text,
        "  peak      {} → {} dBFS, clipped samples {} → {}",
        number(peak.before),
        number(peak.after),
        clipped.before,
        clipped.after
    )?;
    if let Some(plot) = &done.plot {
        writeln!(text, "  picture   {plot}")?;
    }
    for warning in &done.warnings {
        writeln!(text, "  warning   {warning}")?;
    }
    Ok(())
}

/// What happened to the noise, in a few words.
fn brief(done: &Done) -> String {
    match done.measured.noise_reduction_db {
        Some(db) if db >= 0.05 => format!("{db:.1} dB quieter"),
        Some(db) if db <= -0.05 => format!("{:.1} dB louder", -db),
        Some(_) => "unchanged".into(),
        None => "silence".into(),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "−∞".into(), |value| format!("{value:.1}"))
}

/// Seconds below a minute with a decimal, a clock above.
fn length(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        crate::cli::progress::clock(std::time::Duration::from_secs_f64(seconds))
    }
}

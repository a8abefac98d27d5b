//! `diffwav models`: list, info, check.

use std::fmt::Write;

use super::args::{Action, Models};
use super::exit::{Failure, Outcome};
use super::{report, runtime};
use crate::Result;
use crate::model::card::{Card, Task};
use crate::model::{Options, Purpose, check, registry};
use crate::units::Hz;

/// Does what was asked for.
pub fn run(typed: &Models) -> Outcome {
    let text = match &typed.action {
        Action::List => list()?,
        Action::Info { model, json } => {
            let card = registry::open(model)?.card;
            if *json {
                serde_json::to_string_pretty(&card).unwrap_or_default() + "\n"
            } else {
                info(&card)
            }
        }
        Action::Check {
            model,
            device,
            engine,
            onnxruntime_library,
        } => {
            let options = Options {
                device: runtime::device(*device),
                engine: runtime::engine(*engine),
                library: onnxruntime_library.clone(),
                // Streams take a way of their own through single frames: it is checked against calls of many.
                purpose: Purpose::RealTime,
                ..Options::default()
            };
            return self::check(model, &options);
        }
    };
    Ok(report::print(&text, &mut std::io::stdout())?)
}

/// Prints every property that was looked at; fails when one does not hold.
fn check(model: &str, options: &Options) -> Outcome {
    let result = check::check(model, options);
    let mut text = String::new();
    for check in &result.checks {
        text += &format!(
            "{} {}: {}\n",
            if check.passed { "✓" } else { "✗" },
            check.name,
            check.detail
        );
    }
    for note in &result.notes {
        text += &format!("  {note}\n");
    }
    let passed = result.passed();
    let fits = result.checks.first().is_some_and(|check| check.passed);
    let verdict = match (passed, fits && result.engine.is_empty()) {
        (true, _) => "fits.",
        (_, true) => "fits the contract, but could not be run here.",
        _ => "does not fit.",
    };
    text += &format!("{model} {verdict}\n");
    report::print(&text, &mut std::io::stdout())?;
    if passed {
        Ok(())
    } else {
        Err(Failure::Reported)
    }
}

fn list() -> Result<String> {
    let mut text = String::new();
    for model in registry::BUILT_IN {
        let card = registry::open(model.name)?.card;
        let default = if registry::default_for(card.task) == model.name {
            "  (default)"
        } else {
            ""
        };
        let size = match model.bytes.len() {
            bytes @ 100_000.. => format!("{:.1} MB", bytes as f64 / 1e6),
            bytes => format!("{:.0} kB", bytes as f64 / 1e3),
        };
        text += &format!(
            "{:<14} {:<8} {}, {}, {size}, {}{default}\n",
            model.name,
            card.version,
            card.task.name(),
            Hz(card.sample_rate),
            card.licence
        );
    }
    Ok(text)
}

fn info(card: &Card) -> String {
    let mut text = String::new();
    let hop_ms = 1e3 * Hz(card.sample_rate).seconds(card.transform.hop() as u64);
    let mut line = |name: &str, value: String| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name:<14} {value}");
    };
    line("name", format!("{} {}", card.name, card.version));
    line("task", card.task.name().into());
    line("sample rate", Hz(card.sample_rate).to_string());
    line(
        "hop",
        format!("{} samples ({hop_ms:.2} ms)", card.transform.hop()),
    );
    match card.causal {
        true => line("look-ahead", format!("{} hops", card.lookahead)),
        false => line("look-ahead", "the whole sound".into()),
    }
    if let Some(mel) = &card.mel {
        let bands = format!("{} bands, {} to {} Hz", mel.bands, mel.low, mel.high);
        line(
            "mel frames",
            format!(
                "{bands}, FFT {}, hop {} (`diffwav vocode --mel-definition`)",
                mel.fft, mel.hop
            ),
        );
    }
    if let Some(project) = &card.project {
        line(
            "projection",
            format!("{} times onto the mel frames", project.stages),
        );
    }
    let steps: Vec<String> = card.steps.allowed.iter().map(ToString::to_string).collect();
    line(
        "steps",
        format!("{} (default {})", steps.join(", "), card.steps.default),
    );
    if card.task == Task::Synth {
        synth(card, &mut line);
    }
    line("sampler", format!("{} (default)", card.sampler));
    line("licence", card.licence.clone());
    if !card.commit.is_empty() {
        line("trained by", format!("commit {}", card.commit));
    }
    for (index, data) in card.data.iter().enumerate() {
        line(
            if index == 0 { "trained on" } else { "" },
            format!("{} ({})", data.source, data.licence),
        );
    }
    text
}

/// What a model that makes sounds can be told.
fn synth(card: &Card, line: &mut impl FnMut(&str, String)) {
    let samples = (card.frames_max * card.transform.hop()).saturating_sub(card.onset);
    let longest = Hz(card.sample_rate).seconds(samples as u64);
    if !card.causal {
        line("longest sound", format!("{longest:.3} s"));
    }
    if !card.labels.is_empty() {
        line("classes", card.labels.join(", "));
        line("guidance", format!("{} (default)", card.guidance));
    }
    let controls: Vec<String> = card
        .controls
        .iter()
        .map(|control| format!("{} {} to {}", control.name, control.min, control.max))
        .collect();
    if !controls.is_empty() {
        line("controls", controls.join(", "));
    }
}

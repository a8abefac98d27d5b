//! The sound devices of every audio system that can be reached.

use std::fmt::Write as _;

use serde::Serialize;

use super::Devices;
use crate::cli::args::Style;
use crate::cli::exit::Outcome;
use crate::cli::report;
use crate::live::device::{self, Host};

#[derive(Serialize)]
struct System {
    host: String,
    /// Why it lists nothing.
    problem: Option<String>,
    inputs: Vec<Entry>,
    outputs: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    /// What `--input` and `--output` take.
    number: usize,
    name: String,
    id: String,
    default: bool,
    rate: Option<u32>,
    rate_min: Option<u32>,
    rate_max: Option<u32>,
    channels: Option<usize>,
}

/// Lists them.
pub fn run(typed: &Devices) -> Outcome {
    let names: Vec<String> = match &typed.host {
        Some(host) => vec![host.clone()],
        None => device::hosts()
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect(),
    };
    let mut systems = Vec::new();
    for name in names {
        match look(&name) {
            Ok(system) => systems.push(system),
            // A system that was asked for by name must answer.
            Err(error) if typed.host.is_some() => return Err(error.into()),
            Err(error) => systems.push(System {
                host: name,
                problem: Some(error.to_string()),
                inputs: Vec::new(),
                outputs: Vec::new(),
            }),
        }
    }
    let text = match typed.report {
        Style::Human => human(&systems),
        Style::Json => serde_json::to_string_pretty(&systems).unwrap_or_default() + "\n",
        Style::None => return Ok(()),
    };
    Ok(report::print(&text, &mut std::io::stdout())?)
}

fn look(name: &str) -> crate::Result<System> {
    let host = Host::open(Some(name))?;
    let list = |capture| -> crate::Result<Vec<Entry>> {
        let devices = host.devices(capture)?;
        let entry = |(index, device): (usize, device::Device)| {
            let can = device.abilities();
            Entry {
                number: index + 1,
                default: device.is_default,
                rate: can.as_ref().map(|can| can.rate),
                rate_min: can.as_ref().map(|can| can.rates.0),
                rate_max: can.as_ref().map(|can| can.rates.1),
                channels: can.as_ref().map(|can| can.channels),
                name: device.name,
                id: device.id,
            }
        };
        Ok(devices.into_iter().enumerate().map(entry).collect())
    };
    Ok(System {
        host: host.name().to_owned(),
        problem: None,
        inputs: list(true)?,
        outputs: list(false)?,
    })
}

fn human(systems: &[System]) -> String {
    let mut text = String::new();
    for system in systems {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} (--host {})",
            system.host,
            system.host.to_lowercase()
        );
        if let Some(problem) = &system.problem {
            let _ = writeln!(text, "  {problem}");
            continue;
        }
        for (kind, entries) in [("inputs", &system.inputs), ("outputs", &system.outputs)] {
            let _ = writeln!(
                text,
                "  {kind}{}",
                if entries.is_empty() { ": none" } else { "" }
            );
            for entry in entries {
                let mark = if entry.default { '*' } else { ' ' };
                let own = match (entry.rate, entry.channels) {
                    (Some(rate), Some(channels)) => format!("{rate} Hz, {channels} ch"),
                    _ => "no format told".into(),
                };
                let _ = writeln!(
                    text,
                    "  {mark}{:3}  {} ({own})\n        {}",
                    entry.number, entry.name, entry.id
                );
            }
        }
    }
    text.push_str(
        "* the system's default. --input and --output take a number, a name or a part of it.\n",
    );
    text
}

//! `diffwav devices --compute`: every device that a network can be run on, tried one by one.

use serde::Serialize;

use super::Devices;
use crate::cli::args::Style;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::{report, runtime};
use crate::model::drivers::{self, Card};
use crate::model::{Device, vulkan};

/// What was found.
#[derive(Debug, Serialize)]
pub struct Found {
    /// What the NVIDIA driver shows, or why it shows nothing.
    nvidia: Result<Vec<String>, String>,
    /// What Vulkan shows, or why it shows nothing.
    vulkan: Result<Vec<String>, String>,
    /// The devices, in the order of menus.
    devices: Vec<Tried>,
}

/// A device that was tried with a network.
#[derive(Debug, Serialize)]
pub struct Tried {
    /// As `--device` takes it.
    device: String,
    /// What runs there, with its version.
    engine: Option<String>,
    /// How the graph lies on the device.
    placement: Option<String>,
    /// Why nothing runs there.
    problem: Option<String>,
}

/// Tries each device by itself, and says what runs there or why nothing does.
///
/// A process can load one ONNX Runtime, and the build for CUDA is not the one for WebGPU: so each device is tried by
/// a process of its own, this same program with `--only`.
pub fn run(typed: &Devices) -> Outcome {
    if let Some(only) = typed.only {
        let tried = tried(typed, runtime::device(only));
        let text = serde_json::to_string(&tried).unwrap_or_default() + "\n";
        return Ok(report::print(&text, &mut std::io::stdout())?);
    }
    let describe = |cards: Vec<Card>| cards.iter().map(Card::describe).collect();
    let found = Found {
        nvidia: drivers::nvidia().map(describe),
        vulkan: vulkan::cards().map(describe),
        devices: Device::ALL
            .into_iter()
            .filter(|device| *device != Device::Auto)
            .map(|device| apart(device).unwrap_or_else(|| tried(typed, device)))
            .collect(),
    };
    let text = match typed.report {
        Style::Human => human(&found),
        Style::Json => serde_json::to_string_pretty(&found).unwrap_or_default() + "\n",
        Style::None => String::new(),
    };
    report::print(&text, &mut std::io::stdout())?;
    if found.devices.iter().any(|device| device.engine.is_some()) {
        Ok(())
    } else {
        Err(Failure::Reported)
    }
}

/// The same command for one device in a process of its own; none where no process can be started.
fn apart(device: Device) -> Option<Tried> {
    let output = std::process::Command::new(std::env::current_exe().ok()?)
        .args(std::env::args_os().skip(1))
        .args(["--only", &device.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let member = |value: &serde_json::Value, name: &str| value[name].as_str().map(str::to_owned);
    match serde_json::from_str::<serde_json::Value>(text.trim()) {
        Ok(value) => Some(Tried {
            device: device.to_string(),
            engine: member(&value, "engine"),
            placement: member(&value, "placement"),
            problem: member(&value, "problem"),
        }),
        // A driver that crashes takes its own process with it.
        Err(_) => Some(Tried {
            device: device.to_string(),
            engine: None,
            placement: None,
            problem: Some(format!("the trial ended with {}", output.status)),
        }),
    }
}

fn tried(typed: &Devices, device: Device) -> Tried {
    let mut options = runtime::options(&typed.runtime);
    options.device = device;
    let loaded =
        runtime::open(&typed.runtime).and_then(|model| crate::model::load(&model, &options));
    let (engine, placement, problem) = match loaded {
        Ok(loaded) => (
            Some(loaded.network.engine().to_owned()),
            loaded.network.placement(),
            None,
        ),
        Err(error) => (None, None, Some(error.to_string())),
    };
    Tried {
        device: device.to_string(),
        engine,
        placement,
        problem,
    }
}

fn human(found: &Found) -> String {
    let mut text = String::new();
    for (name, cards) in [("NVIDIA", &found.nvidia), ("Vulkan", &found.vulkan)] {
        match cards {
            Ok(cards) => cards
                .iter()
                .for_each(|card| text += &format!("{name:<9} {card}\n")),
            Err(problem) => text += &format!("{name:<9} {problem}\n"),
        }
    }
    text += "\n";
    for tried in &found.devices {
        let said = match (&tried.engine, &tried.placement, &tried.problem) {
            (Some(engine), Some(placement), _) => format!("✓ {engine}: {placement}"),
            (Some(engine), ..) => format!("✓ {engine}"),
            (_, _, Some(problem)) => format!("✗ {problem}"),
            _ => "✗".to_owned(),
        };
        text += &format!("{:<9} {said}\n", tried.device);
    }
    text
}

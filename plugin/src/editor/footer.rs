//! The lower edge, in plain words: model, device, engine, latency, load, late hops.

use diffwav::engine::worker::Report;
use diffwav::units::Frames;
use egui::{Align, Color32, Layout, Popup, Rect, RichText, Ui, UiBuilder};
use nice_plug::context::gui::ParamSetter;

use super::models::{self, Models};
use super::{theme, wheel};
use crate::instance::Status;
use crate::params::{DenoiseParams, DeviceChoice};

const DEVICES: [(DeviceChoice, &str); 6] = [
    (DeviceChoice::Auto, "Automatic"),
    (DeviceChoice::Cpu, "CPU"),
    (DeviceChoice::Cuda, "CUDA (NVIDIA)"),
    (DeviceChoice::Webgpu, "WebGPU"),
    (DeviceChoice::DirectMl, "DirectML (Windows)"),
    (DeviceChoice::CoreMl, "CoreML (Apple)"),
];

/// Draws two lines into `rect`: choices, and what runs.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    params: &DenoiseParams,
    setter: &ParamSetter<'_>,
    models: &mut Models,
    status: &Status,
    report: Option<&Report>,
) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
    let inner = rect.shrink2(egui::vec2(10.0, 6.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.55);
    let row = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(upper).layout(row));
    line.label(RichText::new("Model").color(theme::FAINT));
    let button = theme::menu_button(&mut line, &models::name(params), 0.0);
    Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| models.menu(ui, params, setter));
    line.add_space(10.0);
    line.label(RichText::new("Device").color(theme::FAINT));
    let device = params.device.value();
    let label = DEVICES
        .iter()
        .find(|(choice, _)| *choice == device)
        .map_or("", |(_, label)| label);
    let button = theme::menu_button(&mut line, label, 0.0);
    Popup::menu(&button).show(|ui| {
        for (choice, label) in DEVICES {
            if ui.selectable_label(choice == device, label).clicked() {
                wheel::set(setter, &params.device, choice);
            }
        }
    });
    line.add_space(10.0);
    let (text, colour) = engine(status, report);
    let what_runs = line.label(RichText::new(text).color(colour));
    // Why it is this engine on this device and no other.
    if let Some(about) = status
        .about
        .as_ref()
        .filter(|about| !about.notes.is_empty())
    {
        what_runs.on_hover_text(about.notes.join("\n"));
    }

    let mut line = ui.new_child(UiBuilder::new().max_rect(lower).layout(row));
    let problem = models
        .message()
        .or_else(|| report.and_then(|report| report.failure.clone()))
        .or_else(|| (!status.messages.is_empty()).then(|| status.messages.join("; ")));
    match problem {
        Some(problem) => {
            let label = RichText::new(&problem)
                .color(theme::WARNING)
                .font(theme::small());
            line.add(egui::Label::new(label).truncate())
                .on_hover_text(problem);
        }
        None => {
            let text = RichText::new(numbers(status, report))
                .color(theme::FAINT)
                .font(theme::small());
            line.add(egui::Label::new(text).truncate());
        }
    }
}

/// "Runs on onnxruntime 1.28.0 (CPU)".
fn engine(status: &Status, report: Option<&Report>) -> (String, Color32) {
    if status.failed || report.is_some_and(|report| report.failure.is_some()) {
        return ("Nothing runs: the input plays".to_owned(), theme::WARNING);
    }
    match (&status.about, report) {
        (Some(about), Some(report)) => {
            let (engine, device) = about
                .engine
                .rsplit_once(" on ")
                .unwrap_or((&about.engine, "cpu"));
            let steps = if report.stages < report.stages_full {
                format!(
                    ", {} of {} steps to keep up",
                    report.stages, report.stages_full
                )
            } else {
                String::new()
            };
            (
                format!("runs in {engine} on {}{steps}", device.to_uppercase()),
                theme::TEXT,
            )
        }
        _ if status.place.is_some() => (
            "loading; the input plays meanwhile".to_owned(),
            theme::WARNING,
        ),
        _ => ("waits for the host to start audio".to_owned(), theme::FAINT),
    }
}

/// "Latency 41 ms · load 12 % · nothing came late".
fn numbers(status: &Status, report: Option<&Report>) -> String {
    let mut parts = Vec::new();
    if let Some(place) = &status.place {
        let latency = Frames(place.latency as u64).milliseconds(place.format.rate);
        parts.push(format!("Latency {latency:.0} ms, compensated by the host"));
        parts.push(format!(
            "{} at {}",
            channels(place.format.channels),
            place.format.rate
        ));
    }
    if let Some(report) = report {
        parts.push(format!("busy {:.0} % of the time", 100.0 * report.load));
        parts.push(match (report.late_events, status.place) {
            (0, _) => "nothing came late".to_owned(),
            (times, Some(place)) => {
                let late = Frames(report.late_frames).milliseconds(place.format.rate);
                format!("late {times} times ({late:.0} ms): the input stood in")
            }
            (times, None) => format!("late {times} times"),
        });
    }
    parts.join("  ·  ")
}

fn channels(channels: usize) -> String {
    match channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    }
}

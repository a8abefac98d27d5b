//! The lower edge, in plain words: what makes hits, how busy it is, what is ready, what ran dry.

use std::sync::atomic::Ordering::Relaxed;

use egui::{Align, Layout, Popup, Rect, RichText, Ui, UiBuilder};
use nice_plug::context::gui::ParamSetter;

use crate::editor::{theme, wheel};
use crate::synth::instance::{Instance, Status};
use crate::synth::pads::PADS;
use crate::synth::params::SynthParams;
use crate::synth::shelf::AHEAD;
use crate::synth::text;

/// Steps that the menu offers; 0: as the model's card says.
const STEPS: [i32; 6] = [0, 4, 6, 8, 12, 25];

/// Draws two lines into `rect`.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    params: &SynthParams,
    setter: &ParamSetter<'_>,
    status: &Status,
    instance: &Instance,
) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
    let inner = rect.shrink2(egui::vec2(10.0, 6.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.55);
    let row = Layout::left_to_right(Align::Center);
    let mut line = ui.new_child(UiBuilder::new().max_rect(upper).layout(row));
    line.label(RichText::new("Steps").color(theme::FAINT));
    let now = params.steps.value();
    let button = theme::menu_button(&mut line, &text::steps(now), 0.0)
        .on_hover_text("Reverse steps of the diffusion: more are finer, and take as much longer");
    Popup::menu(&button).show(|ui| {
        for steps in STEPS {
            if ui
                .selectable_label(steps == now, text::steps(steps))
                .clicked()
            {
                wheel::set(setter, &params.steps, steps);
                instance.shared.wake();
            }
        }
    });
    line.add_space(10.0);
    let failed = (0..PADS).any(|pad| instance.shared.is_hopeless(pad));
    let (what, colour) = match (&status.about, failed) {
        (_, true) => ("Some hits cannot be made".to_owned(), theme::WARNING),
        (Some(about), false) => (about.clone(), theme::TEXT),
        (None, false) => (
            "the network is loaded when audio starts".to_owned(),
            theme::FAINT,
        ),
    };
    line.label(RichText::new(what).color(colour));
    let mut line = ui.new_child(UiBuilder::new().max_rect(lower).layout(row));
    let mut text = numbers(instance);
    let colour = if failed { theme::WARNING } else { theme::FAINT };
    if let Some(message) = &status.message {
        text = format!("{message}  ·  {text}");
    }
    let label = RichText::new(&text).color(colour).font(theme::small());
    line.add(egui::Label::new(label).truncate())
        .on_hover_text(text);
}

/// "128 of 128 hits ready · making hits 12 % of the time · every note found a fresh hit".
fn numbers(instance: &Instance) -> String {
    let shared = &instance.shared;
    let ready: u32 = shared.pads.iter().map(|pad| pad.ready.load(Relaxed)).sum();
    let load = shared.load.load(Relaxed) as f32 / 10.0;
    let dry = match shared.dry() {
        0 => "every note found a hit of its own".to_owned(),
        1 => "1 note came before its hit: another one was repeated".to_owned(),
        notes => format!("{notes} notes came before their hits: others were repeated"),
    };
    format!(
        "{ready} of {} hits ready  ·  making hits {load:.0} % of the time  ·  {dry}",
        PADS * AHEAD
    )
}

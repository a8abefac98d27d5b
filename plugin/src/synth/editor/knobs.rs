//! The knobs of the pad that is looked at, and of all.

use egui::{Popup, Rect, Ui, UiBuilder, pos2, vec2};
use nice_plug::context::gui::ParamSetter;
use nice_plug::params::FloatParam;

use crate::editor::{knob, theme, wheel};
use crate::synth::params::SynthParams;

/// Knobs in a row.
const COLUMNS: usize = 6;

/// Draws them into `rect`.
pub fn show(ui: &mut Ui, rect: Rect, params: &SynthParams, pad: usize, setter: &ParamSetter<'_>) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
    let inner = rect.shrink(theme::GAP);
    let width = inner.width() / COLUMNS as f32;
    let height = inner.height() / 2.0;
    let cell = |row: usize, column: usize| {
        Rect::from_min_size(
            inner.min + vec2(width * column as f32, height * row as f32),
            vec2(width, height),
        )
        .shrink2(vec2(3.0, 2.0))
    };
    let of = &params.pads[pad];
    let all: [(&FloatParam, &str, bool, &str); 11] = [
        (
            &of.variation,
            "Variation",
            false,
            "0: all hits are the same. 100: each is wholly new. Between: variations of the pad's base sound.",
        ),
        (
            &of.brightness,
            "Brightness",
            true,
            "What the network is asked for, against what is usual in the class.",
        ),
        (
            &of.length,
            "Length",
            true,
            "What the network is asked for, against what is usual in the class.",
        ),
        (
            &of.guidance,
            "Guidance",
            false,
            "How strictly the class is followed, by the sound that hits vary and by hits at more than 60 % variation. Above 0 these take twice the time to make.",
        ),
        (
            &of.tune,
            "Tune",
            true,
            "Semitones; the sound is played faster or slower.",
        ),
        (
            &of.decay,
            "Decay",
            false,
            "Time to -60 dB. Full: the hit as it is.",
        ),
        (&of.level, "Level", false, "Of this pad."),
        (&of.pan, "Pan", true, "Left and right."),
        (
            &params.velocity_level,
            "Vel > level",
            false,
            "All pads: how much velocity makes the level.",
        ),
        (
            &params.velocity_tone,
            "Vel > tone",
            false,
            "All pads: how dark soft notes are.",
        ),
        (&params.output, "Output", false, "Level of everything."),
    ];
    for (index, (param, title, centred, help)) in all.into_iter().enumerate() {
        let at = cell(index / COLUMNS, index % COLUMNS);
        knob::titled(ui, at, setter, param, title, centred, help);
    }
    choke(ui, cell(1, COLUMNS - 1), params, pad, setter);
}

fn choke(ui: &mut Ui, rect: Rect, params: &SynthParams, pad: usize, setter: &ParamSetter<'_>) {
    let group = &params.pads[pad].group;
    ui.painter().text(
        rect.center_top() + vec2(0.0, 2.0),
        egui::Align2::CENTER_TOP,
        "Choke",
        theme::small(),
        theme::FAINT,
    );
    let place = Rect::from_center_size(
        pos2(rect.center().x, rect.center().y),
        vec2(rect.width(), 26.0),
    );
    let mut child = ui.new_child(UiBuilder::new().max_rect(place));
    child.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
    let text = crate::synth::text::group(group.value());
    let button = theme::menu_button(&mut child, &text, rect.width())
        .on_hover_text("Pads of one group silence each other");
    Popup::menu(&button).show(|ui| {
        for choice in 0..=8 {
            let text = crate::synth::text::group(choice);
            if ui.selectable_label(choice == group.value(), text).clicked() {
                wheel::set(setter, group, choice);
            }
        }
    });
}

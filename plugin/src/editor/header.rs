//! The upper edge: name, preset, size, bypass.

use egui::{Align, Align2, Layout, Popup, Rect, Ui, UiBuilder, pos2};
use nice_plug::context::gui::ParamSetter;

use super::presets::PRESETS;
use super::{knob, theme, wheel};
use crate::params::DenoiseParams;

/// Sizes that the menu offers.
const SIZES: [f32; 5] = [0.75, 1.0, 1.25, 1.5, 2.0];

/// Draws it into `rect`.
pub fn show(ui: &mut Ui, rect: Rect, params: &DenoiseParams, setter: &ParamSetter<'_>) {
    let painter = ui.painter();
    let middle = rect.center().y;
    let name = painter.text(
        pos2(rect.left(), middle),
        Align2::LEFT_CENTER,
        "diffwav",
        theme::large(),
        theme::TEXT,
    );
    painter.text(
        pos2(name.right() + 7.0, middle),
        Align2::LEFT_CENTER,
        "Denoise",
        theme::large(),
        theme::ACCENT,
    );

    let bypass = params.bypass.value();
    let switch = Rect::from_min_max(pos2(rect.right() - 72.0, rect.top()), rect.max);
    let help = "Off: the input plays, delayed as the cleaned signal is, so nothing moves.";
    if knob::switch(ui, switch, if bypass { "Off" } else { "On" }, !bypass, help) {
        wheel::set(setter, &params.bypass, !bypass);
    }

    let menus = Rect::from_min_max(
        pos2(name.right() + 100.0, rect.top()),
        pos2(switch.left() - 12.0, rect.bottom()),
    );
    let layout = Layout::right_to_left(Align::Center);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(menus).layout(layout));
    let zoom = ui.ctx().zoom_factor();
    let sizes = theme::menu_button(&mut ui, &format!("{:.0} %", 100.0 * zoom), 0.0)
        .on_hover_text("Size of everything in this window");
    Popup::menu(&sizes).show(|ui| {
        for size in SIZES {
            if ui
                .selectable_label((size - zoom).abs() < 0.01, format!("{:.0} %", 100.0 * size))
                .clicked()
            {
                ui.ctx().set_zoom_factor(size);
            }
        }
    });
    let on = PRESETS.iter().find(|preset| preset.is_on(params));
    let text = on.map_or("Own settings", |preset| preset.name);
    let presets = theme::menu_button(&mut ui, text, 190.0)
        .on_hover_text("Starting points; gains, model and device stay as they are");
    Popup::menu(&presets).show(|ui| {
        ui.set_min_width(200.0);
        for preset in &PRESETS {
            if ui
                .selectable_label(preset.is_on(params), preset.name)
                .clicked()
            {
                preset.apply(params, setter);
            }
        }
    });
}

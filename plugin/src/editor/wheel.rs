//! Changing a parameter: every way of the hand becomes one gesture that the host records.

use egui::{Key, Response, Ui};
use nice_plug::context::gui::ParamSetter;
use nice_plug::params::Param;

/// Logical pixels of a drag over the whole range.
const DRAG: f32 = 220.0;

/// Sets a plain value as one gesture.
pub fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}

/// Sets a normalised value as one gesture.
fn set_normalized<P: Param>(setter: &ParamSetter<'_>, param: &P, value: f32) {
    setter.begin_set_parameter(param);
    setter.set_parameter_normalized(param, value.clamp(0.0, 1.0));
    setter.end_set_parameter(param);
}

/// Drag, wheel, arrow keys, Page Up and Down, Home, End; double-click or Backspace for the default.
/// Shift makes it fine.
pub fn turn<P: Param>(ui: &Ui, response: &Response, setter: &ParamSetter<'_>, param: &P) {
    let memory = response.id.with("drag");
    let fine = ui.input(|input| input.modifiers.shift);
    if response.drag_started() {
        response.request_focus();
        setter.begin_set_parameter(param);
        ui.data_mut(|data| data.insert_temp(memory, param.unmodulated_normalized_value()));
    }
    if response.dragged() {
        let delta = response.drag_delta();
        let share = (delta.x - delta.y) / if fine { 8.0 * DRAG } else { DRAG };
        let at: f32 = ui.data(|data| data.get_temp(memory)).unwrap_or_default();
        let at = (at + share).clamp(0.0, 1.0);
        ui.data_mut(|data| data.insert_temp(memory, at));
        setter.set_parameter_normalized(param, at);
    }
    if response.drag_stopped() {
        setter.end_set_parameter(param);
    }
    if response.clicked() {
        response.request_focus();
    }
    if response.double_clicked() {
        set_normalized(setter, param, param.default_normalized_value());
    }
    if response.hovered() {
        let scroll = ui.input(|input| input.smooth_scroll_delta().y);
        if scroll.abs() > 0.5 {
            let now = param.unmodulated_normalized_value();
            let next = if scroll > 0.0 {
                param.next_normalized_step(now, fine)
            } else {
                param.previous_normalized_step(now, fine)
            };
            set_normalized(setter, param, next);
        }
    }
    if response.has_focus() {
        keys(ui, response, setter, param, fine);
    }
}

fn keys<P: Param>(ui: &Ui, response: &Response, setter: &ParamSetter<'_>, param: &P, fine: bool) {
    ui.memory_mut(|memory| {
        let filter = egui::EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..egui::EventFilter::default()
        };
        memory.set_focus_lock_filter(response.id, filter);
    });
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let now = param.unmodulated_normalized_value();
    let step = param
        .step_count()
        .map_or(if fine { 0.002 } else { 0.01 }, |steps| 1.0 / steps as f32);
    let next = match () {
        () if pressed(Key::ArrowUp) || pressed(Key::ArrowRight) => now + step,
        () if pressed(Key::ArrowDown) || pressed(Key::ArrowLeft) => now - step,
        () if pressed(Key::PageUp) => now + 10.0 * step,
        () if pressed(Key::PageDown) => now - 10.0 * step,
        () if pressed(Key::Home) => 0.0,
        () if pressed(Key::End) => 1.0,
        () if pressed(Key::Backspace) => param.default_normalized_value(),
        () => return,
    };
    set_normalized(setter, param, next);
}

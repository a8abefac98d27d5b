//! Knobs and rows of choices.

use egui::{Align2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};
use nice_plug::context::gui::ParamSetter;
use nice_plug::params::{FloatParam, Param};

use super::{theme, wheel};

/// Angle at the lower end, from straight up, clockwise; the upper end is its mirror image.
const SWEEP: f32 = 2.3;

/// A knob in `rect`: name above, value below. `centred` fills from the middle of the range.
pub fn knob(
    ui: &mut Ui,
    rect: Rect,
    setter: &ParamSetter<'_>,
    param: &FloatParam,
    centred: bool,
    help: &str,
) {
    titled(ui, rect, setter, param, param.name(), centred, help);
}

/// The same with a title of its own, where what is around says the rest of the name.
pub fn titled(
    ui: &mut Ui,
    rect: Rect,
    setter: &ParamSetter<'_>,
    param: &FloatParam,
    title: &str,
    centred: bool,
    help: &str,
) {
    let response = ui
        .interact(
            rect,
            ui.scope_id().with(param.name()),
            Sense::click_and_drag(),
        )
        .on_hover_text(format!(
            "{help}\nDouble-click: default. Shift: fine. Arrow keys work too."
        ));
    wheel::turn(ui, &response, setter, param);
    describe(&response, param);
    let value = param.unmodulated_normalized_value();
    let text = param.normalized_value_to_string(value, true);
    let painter = ui.painter();
    painter.text(
        rect.center_top() + vec2(0.0, 2.0),
        Align2::CENTER_TOP,
        title,
        theme::small(),
        theme::FAINT,
    );
    painter.text(
        rect.center_bottom() - vec2(0.0, 2.0),
        Align2::CENTER_BOTTOM,
        text,
        theme::normal(),
        theme::TEXT,
    );
    let face = Rect::from_min_max(rect.min + vec2(0.0, 20.0), rect.max - vec2(0.0, 22.0));
    let radius = 0.5 * face.width().min(face.height()) - 3.0;
    let angle = |share: f32| SWEEP * (2.0 * share - 1.0);
    let along = |share: f32, r: f32| {
        let (sin, cos) = angle(share).sin_cos();
        face.center() + r * vec2(sin, -cos)
    };
    let arc = |from: f32, to: f32, stroke: Stroke| {
        let points = (0..=48)
            .map(|i| along(from + (to - from) * i as f32 / 48.0, radius))
            .collect();
        Shape::line(points, stroke)
    };
    painter.add(arc(0.0, 1.0, Stroke::new(4.0, theme::WELL)));
    let from = if centred { 0.5 } else { 0.0 };
    if (value - from).abs() > 1e-3 {
        painter.add(arc(from, value, Stroke::new(4.0, theme::ACCENT)));
    }
    let lit = response.hovered() || response.dragged();
    let fill = if lit {
        theme::LINE
    } else {
        theme::PANEL.gamma_multiply(1.3)
    };
    painter.circle(
        face.center(),
        radius - 7.0,
        fill,
        Stroke::new(1.0, theme::LINE),
    );
    painter.line_segment(
        [along(value, radius - 17.0), along(value, radius - 9.0)],
        Stroke::new(2.5, theme::TEXT),
    );
    theme::focus_ring(ui, &response);
}

/// Buttons side by side, one of which is on. Returns the one that was chosen.
pub fn choice(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    options: &[&str],
    on: usize,
    help: &str,
) -> Option<usize> {
    let painter = ui.painter().clone();
    painter.text(
        rect.center_top() + vec2(0.0, 2.0),
        Align2::CENTER_TOP,
        name,
        theme::small(),
        theme::FAINT,
    );
    let height = 26.0_f32.min(rect.height() - 20.0);
    let row = Rect::from_center_size(
        pos2(rect.center().x, rect.top() + 20.0 + 0.5 * height),
        vec2(rect.width(), height),
    );
    painter.rect_filled(row, theme::ROUND, theme::WELL);
    let width = row.width() / options.len() as f32;
    let mut chosen = None;
    for (index, option) in options.iter().enumerate() {
        let cell = Rect::from_min_size(
            row.min + vec2(width * index as f32, 0.0),
            vec2(width, height),
        )
        .shrink(2.0);
        let response = ui
            .interact(cell, ui.scope_id().with((name, index)), Sense::click())
            .on_hover_text(help);
        if press(ui, &response) {
            chosen = Some(index);
        }
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::RadioButton, true, on == index, *option)
        });
        let colour = if on == index {
            theme::ACCENT_DIM
        } else if response.hovered() {
            theme::LINE
        } else {
            theme::WELL
        };
        painter.rect_filled(cell, theme::ROUND, colour);
        let ink = if on == index {
            theme::TEXT
        } else {
            theme::FAINT
        };
        painter.text(
            cell.center(),
            Align2::CENTER_CENTER,
            option,
            theme::normal(),
            ink,
        );
        theme::focus_ring(ui, &response);
    }
    chosen
}

/// A switch with its name beside it. Returns whether it was pressed.
pub fn switch(ui: &mut Ui, rect: Rect, name: &str, on: bool, help: &str) -> bool {
    let response = ui
        .interact(rect, ui.scope_id().with(name), Sense::click())
        .on_hover_text(help);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, name));
    let painter = ui.painter();
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.center().y - 8.0),
        Vec2::new(28.0, 16.0),
    );
    let colour = if on { theme::ACCENT } else { theme::LINE };
    painter.rect_filled(track, 8.0, colour);
    let x = if on {
        track.right() - 8.0
    } else {
        track.left() + 8.0
    };
    painter.circle_filled(pos2(x, track.center().y), 6.0, theme::TEXT);
    painter.text(
        pos2(track.right() + 7.0, rect.center().y),
        Align2::LEFT_CENTER,
        name,
        theme::normal(),
        theme::TEXT,
    );
    theme::focus_ring(ui, &response);
    press(ui, &response)
}

/// Clicked, or Enter while it has the keyboard. Space is left to the host: it plays and stops.
pub fn press(ui: &Ui, response: &Response) -> bool {
    response.clicked()
        || response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

fn describe(response: &Response, param: &FloatParam) {
    response.widget_info(|| {
        egui::WidgetInfo::slider(
            true,
            f64::from(param.unmodulated_plain_value()),
            param.name(),
        )
    });
}

//! Colours, sizes and fonts, in one place.

use egui::{Color32, CornerRadius, FontId, Stroke, Visuals};

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x14, 0x16, 0x1b);
/// Panels on it.
pub const PANEL: Color32 = Color32::from_rgb(0x1d, 0x20, 0x27);
/// Wells in panels: pictures, tracks of knobs and meters.
pub const WELL: Color32 = Color32::from_rgb(0x0e, 0x10, 0x14);
/// Edges.
pub const LINE: Color32 = Color32::from_rgb(0x33, 0x38, 0x43);
/// What is read first.
pub const TEXT: Color32 = Color32::from_rgb(0xec, 0xee, 0xf2);
/// What is read second.
pub const FAINT: Color32 = Color32::from_rgb(0x96, 0x9d, 0xab);
/// What can be turned, and what is on.
pub const ACCENT: Color32 = Color32::from_rgb(0x4f, 0xc3, 0xb5);
/// The accent where it is only an area.
pub const ACCENT_DIM: Color32 = Color32::from_rgb(0x24, 0x55, 0x51);
/// What is taken away.
pub const REMOVED: Color32 = Color32::from_rgb(0xf0, 0x9a, 0x5b);
/// Something to look at.
pub const WARNING: Color32 = Color32::from_rgb(0xf2, 0xc1, 0x4e);

/// Distance between things.
pub const GAP: f32 = 10.0;
/// Corners of panels.
pub const ROUND: CornerRadius = CornerRadius::same(6);

/// Headings of controls.
pub fn small() -> FontId {
    FontId::proportional(11.5)
}

/// Most text.
pub fn normal() -> FontId {
    FontId::proportional(13.0)
}

/// Numbers that are read from afar.
pub fn large() -> FontId {
    FontId::proportional(20.0)
}

/// Sets the look of the widgets that egui draws itself.
pub fn apply(ctx: &egui::Context) {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.extreme_bg_color = WELL;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = ACCENT_DIM;
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.window_stroke = Stroke::new(1.0, LINE);
    for widget in [
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(4);
        widget.expansion = 0.0;
    }
    visuals.widgets.inactive.weak_bg_fill = PANEL;
    visuals.widgets.inactive.bg_stroke = Stroke::new(1.0, LINE);
    visuals.widgets.hovered.weak_bg_fill = LINE;
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, FAINT);
    visuals.widgets.active.weak_bg_fill = ACCENT_DIM;
    visuals.widgets.active.bg_stroke = Stroke::new(1.0, ACCENT);
    ctx.set_visuals(visuals);
    ctx.all_styles_mut(|style| {
        style.spacing.button_padding = egui::vec2(10.0, 4.0);
        style.spacing.item_spacing = egui::vec2(6.0, 6.0);
        for font in style.text_styles.values_mut() {
            font.size = font.size.max(12.5);
        }
    });
}

/// The ring around what the keyboard acts on.
pub fn focus_ring(ui: &egui::Ui, response: &egui::Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand(2.0),
            ROUND,
            Stroke::new(1.5, ACCENT),
            egui::StrokeKind::Outside,
        );
    }
}

/// A button that opens a menu, at least `width` wide.
pub fn menu_button(ui: &mut egui::Ui, text: &str, width: f32) -> egui::Response {
    // Room for the triangle, which the fonts do not have.
    let button = egui::Button::new(format!("{text}      ")).min_size(egui::vec2(width, 26.0));
    let response = ui.add(button);
    let at = response.rect.right_center() - egui::vec2(13.0, 0.0);
    let corner = |x: f32, y: f32| at + egui::vec2(x, y);
    ui.painter().add(egui::Shape::convex_polygon(
        vec![corner(-4.0, -2.0), corner(4.0, -2.0), corner(0.0, 3.0)],
        FAINT,
        Stroke::NONE,
    ));
    response
}

/// Level in dB to a colour: black, blue, teal, yellow, white.
pub fn heat(share: f32) -> Color32 {
    const STOPS: [(f32, [f32; 3]); 6] = [
        (0.0, [14.0, 16.0, 20.0]),
        (0.25, [24.0, 42.0, 74.0]),
        (0.5, [30.0, 108.0, 122.0]),
        (0.72, [86.0, 190.0, 150.0]),
        (0.88, [242.0, 214.0, 120.0]),
        (1.0, [255.0, 250.0, 236.0]),
    ];
    let share = share.clamp(0.0, 1.0);
    let above = STOPS
        .iter()
        .position(|(at, _)| *at >= share)
        .unwrap_or(5)
        .max(1);
    let ((a, from), (b, to)) = (STOPS[above - 1], STOPS[above]);
    let along = (share - a) / (b - a);
    let mix = |i: usize| (from[i] + along * (to[i] - from[i])) as u8;
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

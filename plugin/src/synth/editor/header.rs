//! The upper edge: name, the song's seed, size.

use egui::{Align, Align2, DragValue, Layout, Popup, Rect, RichText, Ui, UiBuilder, pos2};

use crate::editor::theme;
use crate::synth::book::Pages;
use crate::synth::instance::Instance;
use crate::synth::params::SynthParams;
use crate::synth::recipe;

/// Sizes that the menu offers.
const SIZES: [f32; 5] = [0.75, 1.0, 1.25, 1.5, 2.0];

/// Draws it into `rect`.
pub fn show(ui: &mut Ui, rect: Rect, params: &SynthParams, pages: &Pages, instance: &Instance) {
    let painter = ui.painter();
    let middle = rect.center().y;
    let name = painter.text(
        pos2(rect.left(), middle),
        Align2::LEFT_CENTER,
        "diffwav",
        theme::large(),
        theme::TEXT,
    );
    let name = painter.text(
        pos2(name.right() + 7.0, middle),
        Align2::LEFT_CENTER,
        "Synth",
        theme::large(),
        theme::ACCENT,
    );
    let menus = rect.with_min_x(name.right() + 20.0);
    let layout = Layout::right_to_left(Align::Center);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(menus).layout(layout));
    let zoom = ui.ctx().zoom_factor();
    let sizes = theme::menu_button(&mut ui, &format!("{:.0} %", 100.0 * zoom), 0.0)
        .on_hover_text("Size of everything in this window");
    Popup::menu(&sizes).show(|ui| {
        for size in SIZES {
            let here = (size - zoom).abs() < 0.01;
            if ui
                .selectable_label(here, format!("{:.0} %", 100.0 * size))
                .clicked()
            {
                ui.ctx().set_zoom_factor(size);
            }
        }
    });
    ui.add_space(12.0);
    let help = "Another seed makes every hit of the song anew. The same seed brings them back, to the bit.";
    let mut song = pages.song;
    let new = ui.button("New seed").on_hover_text(help);
    if new.clicked() {
        // Small enough to be written down.
        song = recipe::seed(song, 0, 0, None) % 1_000_000;
    }
    ui.add(DragValue::new(&mut song).speed(0.2))
        .on_hover_text(help);
    ui.label(RichText::new("Song seed").color(theme::FAINT));
    if song != pages.song {
        params.book.edit(|pages| pages.song = song);
        instance.shared.wake();
    }
}

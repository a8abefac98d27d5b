//! The pads: name, notes, waveform, what is ready. A press plays the pad, louder towards its upper edge.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use egui::{Align2, Color32, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::editor::{knob, theme};
use crate::synth::book::{PadPage, Pages};
use crate::synth::hit::PEAK;
use crate::synth::instance::{Instance, Status};
use crate::synth::pads::PADS;
use crate::synth::shelf::AHEAD;

/// Pads in a row.
const COLUMNS: usize = 4;

/// Seconds for which a pad is lit.
const FLASH: f32 = 0.25;

/// The pads' memory.
#[derive(Debug)]
pub struct Grid {
    /// The one that is looked at.
    pub selected: usize,
    cells: [Rect; PADS],
    notes: [u32; PADS],
    lit: [Option<Instant>; PADS],
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            selected: 0,
            cells: [Rect::NOTHING; PADS],
            notes: [0; PADS],
            lit: [None; PADS],
        }
    }
}

/// What one cell shows.
struct Cell<'a> {
    page: &'a PadPage,
    notes: String,
    picture: Option<&'a Arc<[f32]>>,
    ready: usize,
    light: f32,
    selected: bool,
}

impl Grid {
    /// The pad at a place of the window.
    pub fn pad_at(&self, at: Pos2) -> Option<usize> {
        self.cells.iter().position(|cell| cell.contains(at))
    }

    /// Draws them into `rect`, the first one at the lower left, as drum machines have it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        pages: &Pages,
        status: &Status,
        instance: &Instance,
    ) {
        ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
        let inner = rect.shrink(theme::GAP);
        let rows = PADS / COLUMNS;
        let size = vec2(inner.width() / COLUMNS as f32, inner.height() / rows as f32);
        for pad in 0..PADS {
            let (row, column) = (rows - 1 - pad / COLUMNS, pad % COLUMNS);
            let corner = inner.min + vec2(size.x * column as f32, size.y * row as f32);
            let cell = Rect::from_min_size(corner, size).shrink(3.0);
            self.cells[pad] = cell;
            let response = ui.interact(cell, ui.scope_id().with(("pad", pad)), Sense::click());
            response.widget_info(|| {
                let name = &pages.pads[pad].name;
                egui::WidgetInfo::selected(egui::Role::Button, true, self.selected == pad, name)
            });
            self.press(ui, pad, &response, instance);
            let numbers = &instance.shared.pads[pad];
            let notes = numbers.notes.load(Relaxed);
            if notes != self.notes[pad] {
                self.notes[pad] = notes;
                self.lit[pad] = Some(Instant::now());
            }
            let since = self.lit[pad].map_or(f32::MAX, |at| at.elapsed().as_secs_f32());
            let cell_of = Cell {
                page: &pages.pads[pad],
                notes: notes_of(pages, pad),
                picture: status.pads[pad].picture.as_ref(),
                ready: numbers.ready.load(Relaxed) as usize,
                light: (1.0 - since / FLASH).max(0.0),
                selected: self.selected == pad,
            };
            draw(ui, cell, &cell_of);
            theme::focus_ring(ui, &response);
        }
    }

    fn press(&mut self, ui: &Ui, pad: usize, response: &Response, instance: &Instance) {
        // A tap goes down and up between two frames.
        let down = (response.is_pointer_button_down_on() || response.clicked())
            && ui.input(|input| input.pointer.primary_pressed());
        if down {
            let at = response.interact_pointer_pos();
            let height = at.map_or(0.5, |at| {
                (response.rect.bottom() - at.y) / response.rect.height()
            });
            instance.shared.audition(pad, 0.3 + 0.7 * height);
            self.selected = pad;
        } else if response.has_focus() && knob::press(ui, response) {
            instance.shared.audition(pad, 0.8);
            self.selected = pad;
        }
    }
}

fn draw(ui: &Ui, rect: Rect, cell: &Cell<'_>) {
    let painter = ui.painter();
    let mix = |a: Color32, b: Color32| a.lerp_to_gamma(b, 0.7 * cell.light);
    painter.rect_filled(rect, theme::ROUND, mix(theme::WELL, theme::ACCENT_DIM));
    let edge = if cell.selected {
        Stroke::new(2.0, theme::ACCENT)
    } else {
        Stroke::new(1.0, theme::LINE)
    };
    painter.rect_stroke(rect, theme::ROUND, edge, StrokeKind::Inside);
    let inner = rect.shrink(7.0);
    let clipped = painter.with_clip_rect(inner);
    clipped.text(
        inner.left_top(),
        Align2::LEFT_TOP,
        &cell.page.name,
        theme::normal(),
        theme::TEXT,
    );
    let mark = match (&cell.page.locked, &cell.page.sample) {
        (Some(_), _) => Some(("kept", theme::WARNING)),
        (None, Some(_)) => Some(("own", theme::REMOVED)),
        (None, None) => None,
    };
    if let Some((text, colour)) = mark {
        clipped.text(
            inner.right_top(),
            Align2::RIGHT_TOP,
            text,
            theme::small(),
            colour,
        );
    }
    // As far as the marks on the right leave room.
    let room = inner.with_max_x(inner.right() - 6.0 * AHEAD as f32 - 2.0);
    painter.with_clip_rect(room).text(
        inner.left_bottom(),
        Align2::LEFT_BOTTOM,
        &cell.notes,
        theme::small(),
        theme::FAINT,
    );
    if let Some(picture) = cell.picture {
        let wave = Rect::from_min_max(inner.min + vec2(0.0, 19.0), inner.max - vec2(0.0, 17.0));
        draw_wave(&clipped, wave, picture, mix(theme::ACCENT, theme::TEXT));
    }
    // One mark a hit that is ready.
    for index in 0..AHEAD {
        let right = inner.right() - 6.0 * (AHEAD - 1 - index) as f32;
        let dot = Rect::from_min_max(
            pos2(right - 4.0, inner.bottom() - 9.0),
            pos2(right, inner.bottom() - 2.0),
        );
        let colour = if index < cell.ready {
            theme::ACCENT
        } else {
            theme::LINE
        };
        painter.rect_filled(dot, 1.0, colour);
    }
}

/// Bars around a middle line.
pub fn draw_wave(painter: &egui::Painter, rect: Rect, columns: &[f32], colour: Color32) {
    let width = rect.width() / columns.len().max(1) as f32;
    for (index, peak) in columns.iter().enumerate() {
        let x = rect.left() + width * (index as f32 + 0.5);
        let height = (0.5 * rect.height() * (peak / PEAK).min(1.0)).max(0.5);
        painter.line_segment(
            [
                pos2(x, rect.center().y - height),
                pos2(x, rect.center().y + height),
            ],
            Stroke::new((0.65 * width).max(1.0), colour),
        );
    }
}

/// "35 36".
pub fn notes_of(pages: &Pages, pad: usize) -> String {
    let names: Vec<String> = pages
        .notes
        .iter()
        .filter(|(_, of)| usize::from(**of) == pad)
        .map(|(note, _)| note.to_string())
        .collect();
    if names.is_empty() {
        "no note".to_owned()
    } else {
        names.join(" ")
    }
}

//! Several spectrograms in reading order, all on one scale: how a sound changes step by step.

use embedded_graphics::mono_font::iso_8859_1::{FONT_7X13 as SMALL, FONT_9X15_BOLD as LARGE};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::{self, FAINT, INK, PAPER};
use super::spectrogram::Spectrogram;
use crate::units::Hz;

/// Pixels of one spectrogram.
const PANEL: Size = Size::new(372, 230);
/// Between panels, with room for the words above each.
const GAP: Size = Size::new(20, 62);
const MARGIN: u32 = 24;
const HEAD: u32 = 44;

/// One sound of the strip.
#[derive(Debug)]
pub struct Panel {
    /// What it is.
    pub title: String,
    /// A fact about it.
    pub note: String,
    /// How it looks.
    pub spectrogram: Spectrogram,
}

impl Panel {
    /// Of a mono signal.
    pub fn new(title: impl Into<String>, note: impl Into<String>, rate: Hz, sound: &[f32]) -> Self {
        let mut spectrogram = Spectrogram::new(rate);
        spectrogram.add(&[sound]);
        spectrogram.finish();
        Self {
            title: title.into(),
            note: note.into(),
            spectrogram,
        }
    }
}

/// Draws the panels in `columns` columns under `title`. The loudest of all sets the scale.
pub fn draw(title: &str, panels: &[Panel], columns: usize) -> Canvas {
    let columns = columns.max(1);
    let rows = panels.len().div_ceil(columns) as u32;
    let size = Size::new(
        2 * MARGIN + columns as u32 * (PANEL.width + GAP.width) - GAP.width,
        HEAD + rows * (PANEL.height + GAP.height) + MARGIN,
    );
    let mut canvas = Canvas::new(size, PAPER);
    let left = MARGIN as i32;
    canvas.text(title, Point::new(left, 24), &LARGE, INK, Alignment::Left);
    let top_db = panels
        .iter()
        .map(|panel| layout::ceiling(&panel.spectrogram, PANEL))
        .fold(f32::NEG_INFINITY, f32::max);
    for (index, panel) in panels.iter().enumerate() {
        let (column, row) = ((index % columns) as u32, (index / columns) as u32);
        let place = Point::new(
            (MARGIN + column * (PANEL.width + GAP.width)) as i32,
            (HEAD + row * (PANEL.height + GAP.height) + GAP.height - 12) as i32,
        );
        let words = place - Point::new(0, 28);
        canvas.text(&panel.title, words, &LARGE, INK, Alignment::Left);
        let below = place - Point::new(0, 11);
        canvas.text(&panel.note, below, &SMALL, FAINT, Alignment::Left);
        let area = Rectangle::new(place, PANEL);
        layout::heat(&mut canvas, area, &panel.spectrogram, top_db);
    }
    canvas
}

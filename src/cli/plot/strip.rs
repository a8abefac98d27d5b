//! Several spectrograms in reading order, all on one scale: how a sound changes step by step.

use embedded_graphics::primitives::Rectangle;

use super::canvas::Canvas;
use super::grid::{PANEL, grid};
use super::layout;
use super::spectrogram::Spectrogram;
use crate::units::Hz;

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
    let words: Vec<_> = panels
        .iter()
        .map(|panel| (&*panel.title, &*panel.note))
        .collect();
    let (mut canvas, places) = grid(title, &words, columns, 0);
    let top_db = panels
        .iter()
        .map(|panel| layout::ceiling(&panel.spectrogram, PANEL))
        .fold(f32::NEG_INFINITY, f32::max);
    for (panel, place) in panels.iter().zip(places) {
        let area = Rectangle::new(place, PANEL);
        layout::heat(&mut canvas, area, &panel.spectrogram, top_db);
    }
    canvas
}

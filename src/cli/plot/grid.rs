//! Panels in reading order, each with its words above it, under one title.

use embedded_graphics::mono_font::iso_8859_1::{FONT_7X13 as SMALL, FONT_9X15_BOLD as LARGE};
use embedded_graphics::prelude::*;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::{FAINT, INK, PAPER};

/// Pixels of one panel.
pub(super) const PANEL: Size = Size::new(372, 230);
/// Between panels; above each there is room for the words.
const GAP: Size = Size::new(20, 12);
const WORDS: u32 = 50;
const MARGIN: u32 = 24;
const HEAD: u32 = 44;

/// An empty grid in `columns` columns, with `below` pixels under each panel: the canvas, and the corners of the panels
/// with these words, title and note.
pub(super) fn grid(
    title: &str,
    words: &[(&str, &str)],
    columns: usize,
    below: u32,
) -> (Canvas, Vec<Point>) {
    let columns = columns.max(1);
    let rows = words.len().div_ceil(columns) as u32;
    let tall = WORDS + PANEL.height + below + GAP.height;
    let size = Size::new(
        2 * MARGIN + columns as u32 * (PANEL.width + GAP.width) - GAP.width,
        HEAD + rows * tall + MARGIN,
    );
    let mut canvas = Canvas::new(size, PAPER);
    let left = MARGIN as i32;
    canvas.text(title, Point::new(left, 24), &LARGE, INK, Alignment::Left);
    let mut places = Vec::with_capacity(words.len());
    for (index, (title, note)) in words.iter().enumerate() {
        let (column, row) = ((index % columns) as u32, (index / columns) as u32);
        let place = Point::new(
            (MARGIN + column * (PANEL.width + GAP.width)) as i32,
            (HEAD + row * tall + WORDS) as i32,
        );
        let words = place - Point::new(0, 28);
        canvas.text(title, words, &LARGE, INK, Alignment::Left);
        let below = place - Point::new(0, 11);
        canvas.text(note, below, &SMALL, FAINT, Alignment::Left);
        places.push(place);
    }
    (canvas, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_in_reading_order_and_do_not_touch() {
        for below in [0, 22] {
            let (_, places) = grid("title", &[("a", "b"); 5], 2, below);
            assert_eq!(places.len(), 5);
            for (n, place) in places.iter().enumerate() {
                assert_eq!(place.x, places[n % 2].x);
                assert_eq!(place.y, places[n - n % 2].y);
            }
            assert!(places[1].x - places[0].x > PANEL.width as i32);
            assert!(places[2].y - places[0].y >= (PANEL.height + WORDS + below) as i32);
        }
    }
}

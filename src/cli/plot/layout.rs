//! Where everything goes: title, two panels with axes, one colour bar.

use embedded_graphics::mono_font::iso_8859_1::{FONT_7X13 as SMALL, FONT_9X15_BOLD as LARGE};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::colour::colour;
use super::spectrogram::Spectrogram;
use crate::units::Hz;

/// Pixels across.
pub const WIDTH: u32 = 1200;
/// Pixels down.
pub const HEIGHT: u32 = 820;

const LEFT: u32 = 76;
const PANEL: Size = Size::new(1010, 320);
/// Upper edges of the two panels.
const TOP: [u32; 2] = [70, 440];
const BAR_LEFT: i32 = 1110;
const BAR_WIDTH: u32 = 18;
/// Decibels that the colours cover.
const RANGE_DB: f32 = 90.0;

pub(super) const PAPER: Rgb888 = Rgb888::new(250, 250, 248);
pub(super) const INK: Rgb888 = Rgb888::new(30, 30, 34);
pub(super) const FAINT: Rgb888 = Rgb888::new(110, 110, 116);

/// What is written above the picture.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The file.
    pub title: String,
    /// Model, steps, reduction …
    pub notes: String,
}

/// Draws everything. Both panels share one scale, so that their colours can be compared.
pub fn draw(rate: Hz, before: &Spectrogram, after: &Spectrogram, labels: &Labels) -> Canvas {
    let mut canvas = Canvas::new(Size::new(WIDTH, HEIGHT), PAPER);
    canvas.text(
        &labels.title,
        Point::new(LEFT as i32, 22),
        &LARGE,
        INK,
        Alignment::Left,
    );
    canvas.text(
        &labels.notes,
        Point::new((LEFT + PANEL.width) as i32, 22),
        &SMALL,
        FAINT,
        Alignment::Right,
    );
    let top_db = ceiling(before, PANEL);
    for ((spectrogram, name), top) in [(before, "before"), (after, "after")].into_iter().zip(TOP) {
        let panel = Rectangle::new(Point::new(LEFT as i32, top as i32), PANEL);
        canvas.text(
            name,
            panel.top_left - Point::new(0, 12),
            &LARGE,
            INK,
            Alignment::Left,
        );
        heat(&mut canvas, panel, spectrogram, top_db);
        frequency_axis(&mut canvas, panel, rate);
        time_axis(&mut canvas, panel, spectrogram.seconds());
    }
    bar(&mut canvas, top_db);
    canvas
}

/// The loudest place of a panel, rounded up to ten decibels.
pub(super) fn ceiling(spectrogram: &Spectrogram, size: Size) -> f32 {
    let places = (0..size.width)
        .step_by(2)
        .flat_map(|x| (0..size.height).step_by(2).map(move |y| (x, y)));
    let loudest = places
        .map(|(x, y)| {
            spectrogram.level(
                f64::from(x) / f64::from(size.width),
                f64::from(y) / f64::from(size.height),
            )
        })
        .fold(-60.0f32, f32::max);
    (loudest / 10.0).ceil() * 10.0
}

/// The spectrogram as colours that fill `panel`.
pub(super) fn heat(canvas: &mut Canvas, panel: Rectangle, spectrogram: &Spectrogram, top_db: f32) {
    let size = panel.size;
    for x in 0..size.width {
        let time = (f64::from(x) + 0.5) / f64::from(size.width);
        for y in 0..size.height {
            let frequency = 1.0 - (f64::from(y) + 0.5) / f64::from(size.height);
            let share = 1.0 + (spectrogram.level(time, frequency) - top_db) / RANGE_DB;
            canvas.set(
                panel.top_left + Point::new(x as i32, y as i32),
                colour(share),
            );
        }
    }
}

fn frequency_axis(canvas: &mut Canvas, panel: Rectangle, rate: Hz) {
    let nyquist = f64::from(rate.0) / 2000.0;
    let step = step(nyquist, 6);
    for n in 0..=(nyquist / step) as u32 {
        let kilohertz = f64::from(n) * step;
        let y = panel.top_left.y
            + ((1.0 - kilohertz / nyquist) * f64::from(PANEL.height - 1)).round() as i32;
        canvas.fill(
            Rectangle::new(Point::new(panel.top_left.x - 5, y), Size::new(5, 1)),
            INK,
        );
        canvas.text(
            &number(kilohertz, step),
            Point::new(panel.top_left.x - 9, y),
            &SMALL,
            INK,
            Alignment::Right,
        );
    }
    canvas.text(
        "kHz",
        panel.top_left - Point::new(10, 14),
        &SMALL,
        FAINT,
        Alignment::Right,
    );
}

fn time_axis(canvas: &mut Canvas, panel: Rectangle, seconds: f64) {
    if seconds <= 0.0 {
        return;
    }
    let (unit, length) = if seconds >= 600.0 {
        ("minutes", seconds / 60.0)
    } else {
        ("seconds", seconds)
    };
    let step = step(length, 10);
    let bottom = panel.top_left.y + PANEL.height as i32;
    for n in 0..=(length / step) as u32 {
        let at = f64::from(n) * step;
        let x = panel.top_left.x + (at / length * f64::from(PANEL.width - 1)).round() as i32;
        canvas.fill(Rectangle::new(Point::new(x, bottom), Size::new(1, 5)), INK);
        canvas.text(
            &number(at, step),
            Point::new(x, bottom + 13),
            &SMALL,
            INK,
            Alignment::Center,
        );
    }
    let right = panel.top_left.x + PANEL.width as i32;
    canvas.text(
        unit,
        Point::new(right, bottom + 27),
        &SMALL,
        FAINT,
        Alignment::Right,
    );
}

fn bar(canvas: &mut Canvas, top_db: f32) {
    let (top, bottom) = (TOP[0] as i32, (TOP[1] + PANEL.height) as i32);
    let height = (bottom - top - 1) as f32;
    for y in top..bottom {
        let share = 1.0 - (y - top) as f32 / height;
        canvas.fill(
            Rectangle::new(Point::new(BAR_LEFT, y), Size::new(BAR_WIDTH, 1)),
            colour(share),
        );
    }
    for n in 0..=(RANGE_DB / 10.0) as i32 {
        let y = top + (height * 10.0 * n as f32 / RANGE_DB).round() as i32;
        let right = BAR_LEFT + BAR_WIDTH as i32;
        canvas.fill(Rectangle::new(Point::new(right, y), Size::new(5, 1)), INK);
        canvas.text(
            &format!("{:.0}", top_db - 10.0 * n as f32),
            Point::new(right + 9, y),
            &SMALL,
            INK,
            Alignment::Left,
        );
    }
    canvas.text(
        "dBFS",
        Point::new(BAR_LEFT, top - 14),
        &SMALL,
        FAINT,
        Alignment::Left,
    );
}

/// The step 1, 2 or 5 times a power of ten that divides `length` into at most `most` parts.
fn step(length: f64, most: u32) -> f64 {
    let rough = length / f64::from(most);
    let decade = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0]
        .map(|factor| factor * decade)
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(10.0 * decade)
}

/// With as many decimals as the step needs.
fn number(value: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        assert_eq!(step(24.0, 6), 5.0);
        assert_eq!(step(8.0, 6), 2.0);
        assert!((step(0.37, 10) - 0.05).abs() < 1e-12);
        assert_eq!(number(0.15, 0.05), "0.15");
        assert_eq!(number(20.0, 5.0), "20");
    }
}

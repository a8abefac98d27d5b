//! Histograms of numbers against the density that they should have.

use embedded_graphics::mono_font::iso_8859_1::FONT_7X13 as SMALL;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::grid::{PANEL, grid};
use super::layout::INK;

/// Pixels below a panel for its axis.
const AXIS: u32 = 22;
/// Pixels of a bar.
const BAR: u32 = 4;
const FILL: Rgb888 = Rgb888::new(120, 150, 205);

/// One histogram.
#[derive(Debug)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// A fact about it.
    pub note: String,
    /// The numbers.
    pub values: Vec<f32>,
    /// Mean and deviation of the Gaussian that is drawn over it.
    pub expected: (f64, f64),
}

/// Draws the panels in `columns` columns, all over the same `range` and with the same height for the same density.
pub fn draw(title: &str, panels: &[Panel], columns: usize, range: (f64, f64)) -> Canvas {
    let words: Vec<_> = panels
        .iter()
        .map(|panel| (&*panel.title, &*panel.note))
        .collect();
    let (mut canvas, places) = grid(title, &words, columns, AXIS);
    let densities: Vec<Vec<f64>> = panels.iter().map(|p| densities(&p.values, range)).collect();
    let peaks = panels
        .iter()
        .map(|panel| density(panel.expected, panel.expected.0));
    let top = 1.1
        * densities
            .iter()
            .flatten()
            .copied()
            .chain(peaks)
            .fold(1e-9, f64::max);
    for ((panel, densities), place) in panels.iter().zip(&densities).zip(places) {
        bars(&mut canvas, place, densities, top);
        curve(&mut canvas, place, panel.expected, range, top);
        axis(&mut canvas, place, range);
    }
    canvas
}

/// Density of the values over the bars of a panel.
fn densities(values: &[f32], (low, high): (f64, f64)) -> Vec<f64> {
    let count = (PANEL.width / BAR) as usize;
    let width = (high - low) / count as f64;
    let mut bars = vec![0.0; count];
    for value in values {
        let place = (f64::from(*value) - low) / width;
        if (0.0..count as f64).contains(&place) {
            bars[place as usize] += 1.0 / (values.len() as f64 * width);
        }
    }
    bars
}

/// Of a Gaussian with this mean and deviation.
fn density((mean, deviation): (f64, f64), at: f64) -> f64 {
    let z = (at - mean) / deviation;
    (-0.5 * z * z).exp() / (deviation * std::f64::consts::TAU.sqrt())
}

fn height(density: f64, top: f64) -> u32 {
    (density / top * f64::from(PANEL.height)).round() as u32
}

fn bars(canvas: &mut Canvas, place: Point, densities: &[f64], top: f64) {
    for (bar, density) in densities.iter().enumerate() {
        let tall = height(*density, top).min(PANEL.height);
        let corner = place + Point::new((bar as u32 * BAR) as i32, (PANEL.height - tall) as i32);
        canvas.fill(Rectangle::new(corner, Size::new(BAR, tall)), FILL);
    }
}

fn curve(
    canvas: &mut Canvas,
    place: Point,
    expected: (f64, f64),
    (low, high): (f64, f64),
    top: f64,
) {
    let y = |x: u32| {
        let at = low + (high - low) * f64::from(x) / f64::from(PANEL.width);
        (PANEL.height - height(density(expected, at), top).min(PANEL.height)) as i32
    };
    for x in 0..PANEL.width {
        // From one column to the next without gaps, two pixels wide.
        let (from, to) = (y(x), y(x + 1));
        let tall = (from - to).unsigned_abs() + 2;
        let corner = place + Point::new(x as i32, from.min(to) - 1);
        canvas.fill(Rectangle::new(corner, Size::new(1, tall)), INK);
    }
}

fn axis(canvas: &mut Canvas, place: Point, (low, high): (f64, f64)) {
    let bottom = place + Point::new(0, PANEL.height as i32);
    canvas.fill(Rectangle::new(bottom, Size::new(PANEL.width, 1)), INK);
    let first = low.ceil() as i32;
    for n in first..=high.floor() as i32 {
        let along = (f64::from(n) - low) / (high - low) * f64::from(PANEL.width);
        let tick = bottom + Point::new(along.round() as i32, 0);
        canvas.fill(Rectangle::new(tick, Size::new(1, 5)), INK);
        let below = tick + Point::new(0, 14);
        canvas.text(&n.to_string(), below, &SMALL, INK, Alignment::Center);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_hold_all_of_the_values_and_match_the_density() {
        let values: Vec<f32> = (0..10_000).map(|n| n as f32 / 10_000.0).collect();
        let bars = densities(&values, (-1.0, 2.0));
        let width = 3.0 / bars.len() as f64;
        assert!((bars.iter().sum::<f64>() * width - 1.0).abs() < 1e-9);
        let middle = bars[bars.len() / 2];
        assert!(
            (middle - 1.0).abs() < 0.01,
            "a uniform density of one: {middle}"
        );
        assert!((density((1.0, 2.0), 1.0) - 0.199_471).abs() < 1e-6);
    }
}

//! The picture: two spectrograms above each other, before and after, as a PNG.

mod canvas;
mod colour;
mod grid;
pub mod histogram;
mod layout;
mod spectrogram;
pub mod strip;

use crate::units::Hz;
pub use canvas::Canvas;
pub use layout::Labels;
use spectrogram::Spectrogram;

/// Collects both spectrograms while the audio streams through; constant memory for any length.
#[derive(Debug)]
pub struct Plot {
    rate: Hz,
    before: Spectrogram,
    after: Spectrogram,
}

impl Plot {
    /// For a signal of this rate.
    pub fn new(rate: Hz) -> Self {
        Self {
            rate,
            before: Spectrogram::new(rate),
            after: Spectrogram::new(rate),
        }
    }

    /// A chunk of the input.
    pub fn before(&mut self, chunk: &[&[f32]]) {
        self.before.add(chunk);
    }

    /// A chunk of the output.
    pub fn after(&mut self, chunk: &[&[f32]]) {
        self.after.add(chunk);
    }

    /// Draws the picture.
    pub fn draw(&mut self, labels: &Labels) -> Canvas {
        self.before.finish();
        self.after.finish();
        layout::draw(self.rate, &self.before, &self.after, labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_a_png_of_the_promised_size_even_of_nothing() {
        for length in [0usize, 1, 100_000] {
            let mut plot = Plot::new(Hz(16_000));
            let tone: Vec<f32> = (0..length).map(|n| (n as f32 * 0.7).sin()).collect();
            plot.before(&[&tone]);
            plot.after(&[&tone]);
            let mut file = Vec::new();
            plot.draw(&Labels {
                title: "tone".into(),
                notes: "1 s".into(),
            })
            .encode(&mut file)
            .unwrap();
            let reader = png::Decoder::new(std::io::Cursor::new(&file))
                .read_info()
                .unwrap();
            assert_eq!(
                (reader.info().width, reader.info().height),
                (layout::WIDTH, layout::HEIGHT)
            );
        }
    }
}

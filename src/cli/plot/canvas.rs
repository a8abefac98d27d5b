//! A small raster that text and lines are drawn on, and its PNG encoding.

use std::convert::Infallible;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use embedded_graphics::text::{Alignment, Baseline, Text, TextStyleBuilder};

use crate::{Error, Result, io as files};

/// RGB pixels, row by row.
pub struct Canvas {
    size: Size,
    pixels: Vec<u8>,
}

impl Canvas {
    /// An area of one colour.
    pub fn new(size: Size, background: Rgb888) -> Self {
        let pixel = [background.r(), background.g(), background.b()];
        Self {
            size,
            pixels: pixel.repeat((size.width * size.height) as usize),
        }
    }

    /// A filled rectangle.
    pub fn fill(&mut self, area: Rectangle, colour: Rgb888) {
        let Ok(()) = area
            .into_styled(PrimitiveStyle::with_fill(colour))
            .draw(self);
    }

    /// One pixel.
    pub fn set(&mut self, at: Point, colour: Rgb888) {
        let Ok(()) = Pixel(at, colour).draw(self);
    }

    /// A line of text; `at` is the middle of the side that `alignment` names.
    pub fn text(
        &mut self,
        text: &str,
        at: Point,
        font: &MonoFont<'_>,
        colour: Rgb888,
        alignment: Alignment,
    ) {
        let style = TextStyleBuilder::new()
            .alignment(alignment)
            .baseline(Baseline::Middle)
            .build();
        let Ok(_) =
            Text::with_text_style(text, at, MonoTextStyle::new(font, colour), style).draw(self);
    }

    /// Writes the picture beside its place as PNG and renames it when it is complete.
    ///
    /// # Errors
    /// [`Error::File`], also where a file is there already that must not be replaced.
    pub fn save(&self, path: &Path, overwrite: bool) -> Result<()> {
        let failed = |source| Error::File {
            action: "write",
            path: path.to_owned(),
            source,
        };
        let file = files::beside(path).map_err(failed)?;
        self.encode(BufWriter::new(file.as_file()))
            .map_err(failed)?;
        if overwrite {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        }
        .map_err(|e| failed(e.error))?;
        Ok(())
    }

    /// Writes the picture as PNG.
    pub fn encode(&self, to: impl Write) -> io::Result<()> {
        let mut encoder = png::Encoder::new(to, self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        Ok(writer.finish()?)
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else {
                continue;
            };
            if x < self.size.width && y < self.size.height {
                let start = 3 * (y * self.size.width + x) as usize;
                self.pixels[start..start + 3].copy_from_slice(&[
                    colour.r(),
                    colour.g(),
                    colour.b(),
                ]);
            }
        }
        Ok(())
    }
}

//! Two pictures that move: what goes in and what comes out, of the same moment.

use diffwav::engine::meter::{BANDS, Column, band_edges};
use diffwav::units::Hz;
use egui::{Align2, Color32, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2};

use super::theme;

/// Columns of the picture; two hops each, so about eight seconds.
const WIDTH: usize = 400;

/// Levels from black to white, in dB of full scale.
const DARK: f32 = -100.0;
const BRIGHT: f32 = -20.0;

/// Marks on the frequency axis.
const MARKS: [(f32, &str); 3] = [(1_000.0, "1k"), (4_000.0, "4k"), (12_000.0, "12k")];

/// One of the two.
#[derive(Default)]
struct Picture {
    pixels: Vec<Color32>,
    texture: Option<TextureHandle>,
}

/// Both, and the column that is being filled.
#[derive(Default)]
pub struct Spectrogram {
    input: Picture,
    output: Picture,
    half: Option<Column>,
    fresh: bool,
}

impl Spectrogram {
    /// Takes the next column in.
    pub fn push(&mut self, column: &Column) {
        match self.half.take() {
            None => self.half = Some(*column),
            Some(before) => {
                self.input.shift(&before.input, &column.input);
                self.output.shift(&before.output, &column.output);
                self.fresh = true;
            }
        }
    }

    /// Draws both into `rect`, one above the other.
    pub fn show(&mut self, ui: &Ui, rect: Rect, rate: Hz) {
        let height = 0.5 * (rect.height() - theme::GAP);
        let upper = Rect::from_min_size(rect.min, vec2(rect.width(), height));
        let lower = upper.translate(vec2(0.0, height + theme::GAP));
        let fresh = std::mem::take(&mut self.fresh);
        self.input.show(ui, upper, "Input", rate, fresh);
        self.output.show(ui, lower, "Cleaned", rate, fresh);
    }
}

impl Picture {
    fn shift(&mut self, a: &[f32; BANDS], b: &[f32; BANDS]) {
        if self.pixels.len() != WIDTH * BANDS {
            self.pixels = vec![theme::WELL; WIDTH * BANDS];
        }
        for (row, (a, b)) in self
            .pixels
            .chunks_exact_mut(WIDTH)
            .rev()
            .zip(a.iter().zip(b))
        {
            row.copy_within(1.., 0);
            row[WIDTH - 1] = theme::heat((a.max(*b) - DARK) / (BRIGHT - DARK));
        }
    }

    fn show(&mut self, ui: &Ui, rect: Rect, name: &str, rate: Hz, fresh: bool) {
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, theme::ROUND, theme::WELL);
        if !self.pixels.is_empty() {
            let image = || ColorImage::new([WIDTH, BANDS], self.pixels.clone());
            let texture = match &mut self.texture {
                Some(texture) => {
                    if fresh {
                        texture.set(image(), TextureOptions::LINEAR);
                    }
                    texture
                }
                empty => empty.insert(ui.ctx().load_texture(name, image(), TextureOptions::LINEAR)),
            };
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), rect, whole, Color32::WHITE);
        }
        let edges = band_edges(rate);
        for (hz, label) in MARKS {
            let band = edges.iter().take_while(|edge| **edge < hz).count();
            if band < BANDS {
                let y = rect.bottom() - rect.height() * band as f32 / BANDS as f32;
                painter.hline(
                    rect.right() - 5.0..=rect.right(),
                    y,
                    egui::Stroke::new(1.0, theme::FAINT),
                );
                let galley = painter.layout_no_wrap(label.to_owned(), theme::small(), theme::TEXT);
                let place =
                    Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 10.0, y), galley.size());
                painter.rect_filled(
                    place.expand2(vec2(3.0, 0.0)),
                    3.0,
                    Color32::from_black_alpha(150),
                );
                painter.galley(place.min, galley, theme::TEXT);
            }
        }
        let at = rect.left_top() + vec2(8.0, 7.0);
        let galley = painter.layout_no_wrap(name.to_owned(), theme::small(), theme::TEXT);
        let back = Rect::from_min_size(at, galley.size()).expand2(vec2(5.0, 2.0));
        painter.rect_filled(back, 4.0, Color32::from_black_alpha(150));
        painter.galley(at, galley, theme::TEXT);
    }

    /// A window that closes takes its textures with it.
    fn forget_texture(&mut self) {
        self.texture = None;
    }
}

impl Spectrogram {
    /// For a window that opens anew.
    pub fn forget_textures(&mut self) {
        self.input.forget_texture();
        self.output.forget_texture();
    }
}

//! From a level to a colour: dark to bright, the same order in grey, readable with colour-blind eyes.

use embedded_graphics::pixelcolor::Rgb888;

/// Key colours from silence to full level (after matplotlib's "inferno", CC0).
const KEYS: [[u8; 3]; 9] = [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
];

/// The colour of a share from 0 to 1; anything outside is clamped.
pub fn colour(share: f32) -> Rgb888 {
    let place = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    } * (KEYS.len() - 1) as f32;
    let key = (place as usize).min(KEYS.len() - 2);
    let between = place - key as f32;
    let [r, g, b] = std::array::from_fn(|i| {
        let (from, to) = (f32::from(KEYS[key][i]), f32::from(KEYS[key + 1][i]));
        (from + between * (to - from)).round() as u8
    });
    Rgb888::new(r, g, b)
}

//! Where a struck sound begins.

use crate::units::Hz;

/// Share of the peak that only the sound itself reaches.
const LOUD: f32 = 0.1;
/// Share of the peak at which it begins.
const QUIET: f32 = 0.01;
/// Seconds that the beginning may lie before the loud part.
const RISE: f64 = 0.002;

/// The frame at which the sound in `planes` (one slice a channel, of one length) begins: where it first reaches a tenth
/// of its peak, and back from there to the first sample above a hundredth of it, at most 2 ms. 0 for silence.
///
/// The same rule as in training (`models/train/oneshot/data.py`).
#[must_use]
pub fn transient(planes: &[&[f32]], rate: Hz) -> usize {
    let frames = planes.iter().map(|plane| plane.len()).min().unwrap_or(0);
    let size = |n: usize| {
        planes
            .iter()
            .map(|plane| plane[n].abs())
            .fold(0.0, f32::max)
    };
    let peak = (0..frames)
        .map(size)
        .filter(|s| s.is_finite())
        .fold(0.0, f32::max);
    let Some(loud) = (0..frames).find(|n| size(*n) > LOUD * peak) else {
        return 0;
    };
    let from = loud.saturating_sub((RISE * f64::from(rate.0)).round() as usize);
    (from..=loud)
        .find(|n| size(*n) > QUIET * peak)
        .unwrap_or(loud)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_in_noise_begins_where_it_begins() {
        let mut sound: Vec<f32> = (0..2000).map(|n| 0.001 * (n as f32).sin()).collect();
        sound[700] = 0.02;
        sound[710] = -0.5;
        let silence = vec![0.0; 2000];
        assert_eq!(transient(&[&silence, &sound], Hz(48_000)), 700);
        // 96 samples at 48 kHz are 2 ms.
        sound[610] = 0.02;
        assert_eq!(transient(&[&sound], Hz(48_000)), 700);
        assert_eq!(transient(&[&sound], Hz(96_000)), 610);
    }

    #[test]
    fn silence_and_nothing_begin_at_once() {
        assert_eq!(transient(&[&[0.0; 10]], Hz(48_000)), 0);
        assert_eq!(transient(&[&[]], Hz(48_000)), 0);
        assert_eq!(transient(&[], Hz(48_000)), 0);
        assert_eq!(transient(&[&[f32::NAN, 0.0, 1.0]], Hz(48_000)), 2);
    }
}

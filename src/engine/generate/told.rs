//! What the network is told of a sound: its class and its controls.

use super::request::Request;
use crate::dsp::noise;
use crate::model::card::Card;

/// Stream of the noise that controls are drawn from; reverse stages count up from 0.
const STREAM: u32 = u32::MAX;
/// Controls that are drawn stay within two standard deviations, where the network was trained.
const WIDEST: f32 = 2.0;

/// The class and the class "none", as the network counts them.
pub(super) fn labels(card: &Card, request: &Request) -> (i64, i64) {
    let none = card.labels.len();
    (request.label.unwrap_or(none) as i64, none as i64)
}

/// Every control, set or drawn.
pub(super) fn controls(card: &Card, request: &Request) -> Vec<f32> {
    let mut all = vec![0.0; card.controls.len()];
    noise::gaussian(request.seed, STREAM, 0, &mut all);
    for (index, (value, control)) in all.iter_mut().zip(&card.controls).enumerate() {
        *value = match request.controls.get(index) {
            Some(Some(set)) => *set,
            _ => value.clamp(-WIDEST, WIDEST).clamp(control.min, control.max),
        };
    }
    all
}

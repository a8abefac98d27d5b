//! Between sounds and the frames of the network: where the transient lies, and how a sound begins and ends.

use std::f32::consts::PI;

use crate::dsp::sanitise;
use crate::engine::transform::Transform;
use crate::model::card::Card;

/// Seconds over which a result begins: no click, and no transient is blunted.
const FADE_IN: f32 = 0.00025;
/// Seconds over which a result ends.
const FADE_OUT: f32 = 0.02;
/// Seconds over which a sound that is longer than the network's ends, as in training.
const CUT: f32 = 0.1;
/// Hz below which nothing is left: the network may leave an offset.
const LOWEST: f32 = 5.0;

/// Frames of the network for `samples` samples from the transient on.
pub(super) fn frames(card: &Card, samples: usize) -> usize {
    let hop = card.transform.hop();
    // The last hop of a spectral network is half of one: only its first frame is there.
    let more = usize::from(card.transform.channels() == 2);
    let frames = (card.onset + samples).div_ceil(hop) + more;
    match card.causal {
        true => frames,
        false => frames.min(card.frames_max),
    }
}

/// An own sound as the network's frames `[C, T, F]`, with its transient at the onset and its peak at one; and its peak.
pub(super) fn encode(card: &Card, sound: &[f32], frames: usize) -> (Vec<f32>, f32) {
    let mut transform = Transform::new(card, 1, frames);
    let hop = transform.hop();
    let mut placed = vec![0.0; frames * hop];
    for (to, from) in placed[card.onset.min(frames * hop)..].iter_mut().zip(sound) {
        *to = sanitise::sample(*from);
    }
    let longer = card.onset + sound.len() > placed.len();
    if longer && frames == card.frames_max {
        let cut = ((CUT * card.sample_rate as f32) as usize).min(placed.len() / 4);
        let start = placed.len() - cut;
        for (n, sample) in placed[start..].iter_mut().enumerate() {
            *sample *= (1.0 - n as f32 / cut as f32).powi(2);
        }
    }
    let peak = placed.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    let peak = if peak > 0.0 { peak } else { 1.0 };
    placed.iter_mut().for_each(|sample| *sample /= peak);
    let mut x0 = vec![0.0; frames * transform.components() * transform.bins()];
    for (frame, samples) in placed.chunks_exact(hop).enumerate() {
        transform.encode(0, frame, frames, samples, &mut x0);
    }
    (x0, peak)
}

/// Frames `[C, T, F]` as a sound of `samples` samples that starts at the transient, with its peak scaled by `level`.
pub(super) fn decode(
    card: &Card,
    x: &mut [f32],
    frames: usize,
    samples: usize,
    level: f32,
) -> Vec<f32> {
    let mut transform = Transform::new(card, 1, frames);
    let hop = transform.hop();
    let delay = transform.delay();
    let mut sound = vec![0.0; (frames + delay.div_ceil(hop)) * hop];
    let mut silence = vec![0.0; transform.components() * transform.bins()];
    for (frame, out) in sound.chunks_exact_mut(hop).enumerate() {
        match frame < frames {
            true => transform.decode(0, frame, frames, x, out),
            false => transform.decode(0, 0, 1, &mut silence, out),
        }
    }
    sound
        .iter_mut()
        .for_each(|sample| *sample = sanitise::sample(*sample));
    take_offset(&mut sound, card.sample_rate as f32);
    let mut sound: Vec<f32> = sound
        .into_iter()
        .skip(delay + card.onset)
        .take(samples)
        .collect();
    sound.resize(samples, 0.0);
    fade(&mut sound, card.sample_rate as f32);
    sound.iter_mut().for_each(|sample| *sample *= level);
    sound
}

/// A high-pass of first order.
fn take_offset(sound: &mut [f32], rate: f32) {
    let keep = (-2.0 * PI * LOWEST / rate).exp();
    let (mut before, mut out) = (0.0, 0.0);
    for sample in sound {
        out = *sample - before + keep * out;
        before = *sample;
        *sample = sanitise::sample(out);
    }
}

/// Raised cosines at both ends; a short sound is faded over at most a quarter of it.
fn fade(sound: &mut [f32], rate: f32) {
    let length = |seconds: f32| ((seconds * rate) as usize).min(sound.len() / 4);
    let (up, down) = (length(FADE_IN), length(FADE_OUT));
    let gain = |n: usize, length: usize| 0.5 - 0.5 * (PI * n as f32 / length as f32).cos();
    for (n, sample) in sound.iter_mut().take(up).enumerate() {
        *sample *= gain(n, up);
    }
    for (n, sample) in sound.iter_mut().rev().take(down).enumerate() {
        *sample *= gain(n, down);
    }
}

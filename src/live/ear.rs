//! What the capture callback does: the engine's audio side, the tapes and the bridge.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use super::bridge::Feeder;
use super::lent::Lent;
use super::record::Tape;
use crate::engine::worker::AudioSide;

/// Everything that one capture stream owns. Real-time safe.
pub(super) struct Ear {
    audio: AudioSide,
    planes: Vec<Vec<f32>>,
    cleaned: Vec<f32>,
    dry: Option<Lent<Tape>>,
    wet: Option<Lent<Tape>>,
    feeder: Option<Feeder>,
    heard: Arc<AtomicU64>,
}

impl Ear {
    /// For at most `most` frames at a time.
    pub fn new(
        audio: AudioSide,
        (channels, most): (usize, usize),
        dry: Option<Lent<Tape>>,
        wet: Option<Lent<Tape>>,
        feeder: Option<Feeder>,
        heard: Arc<AtomicU64>,
    ) -> Self {
        Self {
            audio,
            planes: vec![vec![0.0; most]; channels],
            cleaned: vec![0.0; most * channels],
            dry,
            wet,
            feeder,
            heard,
        }
    }

    /// Cleans interleaved frames and hands them on.
    pub fn hear(&mut self, interleaved: &[f32]) {
        let most = self.cleaned.len();
        for part in interleaved.chunks(most) {
            self.part(part);
        }
    }

    fn part(&mut self, interleaved: &[f32]) {
        let channels = self.planes.len();
        let frames = interleaved.len() / channels;
        if let Some(tape) = self.dry.as_mut().and_then(Lent::get) {
            tape.push(interleaved);
        }
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            let source = interleaved.iter().skip(channel).step_by(channels);
            for (to, from) in plane.iter_mut().zip(source) {
                *to = *from;
            }
        }
        // A stack of slices without an allocation: as many as a stream may have channels.
        let mut slices: [&mut [f32]; crate::engine::Format::CHANNELS_MAX] =
            std::array::from_fn(|_| [].as_mut_slice());
        for (slice, plane) in slices.iter_mut().zip(&mut self.planes) {
            *slice = &mut plane[..frames];
        }
        self.audio.process(&mut slices[..channels]);
        let cleaned = &mut self.cleaned[..frames * channels];
        for (channel, plane) in self.planes.iter().enumerate() {
            let places = cleaned.iter_mut().skip(channel).step_by(channels);
            for (to, from) in places.zip(plane) {
                *to = *from;
            }
        }
        if let Some(tape) = self.wet.as_mut().and_then(Lent::get) {
            tape.push(cleaned);
        }
        if let Some(feeder) = &mut self.feeder {
            feeder.push(cleaned, Instant::now());
        }
        self.heard.fetch_add(frames as u64, Relaxed);
    }
}

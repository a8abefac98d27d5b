//! Hops of samples to the network's frames and back, for all channels of a stream.
//!
//! Frames of a call lie in one slice `[B, C, T, F]`: element (b, c, t, f) at `((b·C + c)·T + t)·F + f`.

use realfft::num_complex::Complex32;

use crate::dsp::normalise::PeakFollower;
use crate::dsp::spectrum;
use crate::dsp::stft::{Analysis, Synthesis};
use crate::model::card::{Card, Normalise, Transform as Kind};

/// One channel's analysis and synthesis.
#[derive(Debug)]
struct Channel {
    /// `None` for waveform models.
    stft: Option<(Analysis, Synthesis)>,
    normaliser: Option<PeakFollower>,
    /// Gain of each frame of the call; 0 marks digital silence.
    gains: Vec<f32>,
}

/// The domain of a network: encodes and decodes hops for `channels` channels, up to `frames` frames a call.
#[derive(Debug)]
pub struct Transform {
    kind: Kind,
    channels: Vec<Channel>,
    spectrum: Vec<Complex32>,
}

impl Transform {
    /// For the transform and normalisation of `card`.
    #[must_use]
    pub fn new(card: &Card, channels: usize, frames: usize) -> Self {
        let kind = card.transform.clone();
        let (hop, bins) = (hop(&kind), bins(&kind));
        let channel = || Channel {
            stft: match kind {
                Kind::Stft { window, hop, .. } => {
                    Some((Analysis::new(window, hop), Synthesis::new(window, hop)))
                }
                Kind::Frames { .. } => None,
            },
            normaliser: card.normalise.as_ref().map(
                |Normalise::PeakFollower {
                     release_seconds,
                     floor,
                 }| {
                    PeakFollower::new(*release_seconds, *floor, hop, card.sample_rate)
                },
            ),
            gains: vec![1.0; frames],
        };
        Self {
            channels: (0..channels).map(|_| channel()).collect(),
            spectrum: vec![Complex32::default(); bins],
            kind,
        }
    }

    /// Samples per frame.
    #[must_use]
    pub fn hop(&self) -> usize {
        hop(&self.kind)
    }

    /// C: values per bin (2 for spectra, 1 for waveforms).
    #[must_use]
    pub fn components(&self) -> usize {
        match self.kind {
            Kind::Stft { .. } => 2,
            Kind::Frames { .. } => 1,
        }
    }

    /// F: bins, or samples, per frame.
    #[must_use]
    pub fn bins(&self) -> usize {
        bins(&self.kind)
    }

    /// Whether frames overlap, so that a change between two of them is a crossfade.
    #[must_use]
    pub fn overlaps(&self) -> bool {
        self.delay() > 0
    }

    /// The delay of analysis and synthesis together, in samples.
    #[must_use]
    pub fn delay(&self) -> usize {
        match self.kind {
            Kind::Stft { window, hop, .. } => window - hop,
            Kind::Frames { .. } => 0,
        }
    }

    /// Encodes one hop of `channel` into frame `frame` of a call of `frames` frames.
    pub fn encode(
        &mut self,
        channel: usize,
        frame: usize,
        frames: usize,
        hop: &[f32],
        y: &mut [f32],
    ) {
        let place = Place::new(channel, self.components(), frame, frames, self.bins());
        let state = &mut self.channels[channel];
        match (&self.kind, &mut state.stft) {
            (
                Kind::Stft {
                    exponent, scale, ..
                },
                Some((analysis, _)),
            ) => {
                analysis.frame(hop, &mut self.spectrum);
                let (re, im) = place.pair(y);
                spectrum::compress(&self.spectrum, *exponent, *scale, re, im);
            }
            _ => place.first(y).copy_from_slice(hop),
        }
        let (re, im): (&mut [f32], &mut [f32]) = if state.stft.is_some() {
            place.pair(y)
        } else {
            (place.first(y), &mut [])
        };
        let silent = re.iter().chain(im.iter()).all(|v| *v == 0.0);
        let gain = match &mut state.normaliser {
            Some(follower) => follower.follow(re, im),
            None => 1.0,
        };
        for value in re.iter_mut().chain(im) {
            *value /= gain;
        }
        state.gains[frame] = if silent { 0.0 } else { gain };
    }

    /// Decodes frame `frame` of `channel` into the next finished hop. Digital silence stays digital silence.
    pub fn decode(
        &mut self,
        channel: usize,
        frame: usize,
        frames: usize,
        x: &mut [f32],
        hop: &mut [f32],
    ) {
        let place = Place::new(channel, self.components(), frame, frames, self.bins());
        let state = &mut self.channels[channel];
        let gain = state.gains[frame];
        match (&self.kind, &mut state.stft) {
            (
                Kind::Stft {
                    exponent, scale, ..
                },
                Some((_, synthesis)),
            ) => {
                let (re, im) = place.pair(x);
                for value in re.iter_mut().chain(im.iter_mut()) {
                    *value *= gain;
                }
                spectrum::expand(re, im, *exponent, *scale, &mut self.spectrum);
                synthesis.frame(&self.spectrum, hop);
            }
            _ => {
                for (out, value) in hop.iter_mut().zip(place.first(x)) {
                    *out = *value * gain;
                }
            }
        }
    }

    /// Makes the estimates `x` of a call one decision for all channels (see `engine::link`). Waveforms stay as they are.
    pub fn link(&self, frames: usize, y: &[f32], x: &mut [f32]) {
        if let Kind::Stft { .. } = self.kind {
            let shape = super::link::Shape {
                channels: self.channels.len(),
                frames,
                bins: self.bins(),
            };
            super::link::link(shape, y, x, |channel, frame| {
                self.channels[channel].gains[frame]
            });
        }
    }

    /// Copies out the level of each frame of the call that was encoded last, `[B, T]`: other calls may be encoded before
    /// this one is decoded.
    pub(super) fn save_levels(&self, levels: &mut [f32]) {
        let frames = levels.len() / self.channels.len();
        for (channel, levels) in self.channels.iter().zip(levels.chunks_exact_mut(frames)) {
            levels.copy_from_slice(&channel.gains[..frames]);
        }
    }

    /// Takes them back, before that call is decoded.
    pub(super) fn load_levels(&mut self, levels: &[f32]) {
        let frames = levels.len() / self.channels.len();
        for (channel, levels) in self.channels.iter_mut().zip(levels.chunks_exact(frames)) {
            channel.gains[..frames].copy_from_slice(levels);
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            if let Some((analysis, synthesis)) = &mut channel.stft {
                analysis.reset();
                synthesis.reset();
            }
            if let Some(follower) = &mut channel.normaliser {
                follower.reset();
            }
        }
    }
}

/// Where a frame of one channel lies in a `[B, C, T, F]` slice.
struct Place {
    first: usize,
    /// Distance between the components.
    stride: usize,
    bins: usize,
}

impl Place {
    fn new(channel: usize, components: usize, frame: usize, frames: usize, bins: usize) -> Self {
        let stride = frames * bins;
        Self {
            first: channel * components * stride + frame * bins,
            stride,
            bins,
        }
    }

    fn first<'a>(&self, slice: &'a mut [f32]) -> &'a mut [f32] {
        &mut slice[self.first..self.first + self.bins]
    }

    fn pair<'a>(&self, slice: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        let (head, tail) = slice.split_at_mut(self.first + self.stride);
        (
            &mut head[self.first..self.first + self.bins],
            &mut tail[..self.bins],
        )
    }
}

fn hop(kind: &Kind) -> usize {
    match kind {
        Kind::Stft { hop, .. } | Kind::Frames { hop } => *hop,
    }
}

fn bins(kind: &Kind) -> usize {
    match kind {
        Kind::Stft { window, .. } => window / 2 + 1,
        Kind::Frames { hop } => *hop,
    }
}

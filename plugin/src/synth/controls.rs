//! What the player is given: hits, settings, and the curves between a knob and a voice.

use std::sync::Arc;

use super::hit::Hit;
use super::pads::PADS;
use super::shelf::Name;

/// A decay of this many seconds or more leaves the hit as it is.
pub const DECAY_FULL: f32 = 2.0;

/// Cut-off in Hz of the softest note at full velocity-to-brightness, and of the hardest.
const DARK: f32 = 900.0;
const BRIGHT: f32 = 20_000.0;

/// A hit on its way from the maker.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The pad.
    pub pad: usize,
    /// Which hit of it; None: the sound that its hits vary, which stands in until they are there.
    pub name: Option<Name>,
    /// The sound.
    pub hit: Arc<Hit>,
}

/// A pad's settings, for a stretch of frames.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PadControls {
    /// Left and right: level, pan and the output level.
    pub gains: [f32; 2],
    /// Semitones.
    pub tune: f32,
    /// Seconds to −60 dB; [`DECAY_FULL`]: none.
    pub decay: f32,
    /// Pads of one group silence each other; 0: none.
    pub group: i32,
    /// What its hits are made with.
    pub key: u64,
}

/// All settings, for a stretch of frames.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Controls {
    /// The pads.
    pub pads: [PadControls; PADS],
    /// 0: velocity does not change the level … 1: the amplitude is its square.
    pub velocity_level: f32,
    /// 0: velocity does not change the brightness … 1: soft notes are dark.
    pub velocity_tone: f32,
    /// Semitones that everything is bent by.
    pub bend: f32,
}

/// Semitones to a factor; none is 1 to the bit.
pub(super) fn speed(semitones: f32) -> f64 {
    if semitones == 0.0 {
        1.0
    } else {
        (f64::from(semitones) / 12.0).exp2()
    }
}

/// Seconds to −60 dB as a factor a sample.
pub(super) fn decay(seconds: f32, rate: f32) -> f32 {
    if seconds >= DECAY_FULL {
        1.0
    } else {
        0.001_f32.powf(1.0 / (seconds.max(0.001) * rate))
    }
}

/// Darkness 0 … 1 as the coefficient of a one-pole low-pass.
pub(super) fn tone(darkness: f32, rate: f32) -> f32 {
    if darkness <= 0.01 {
        return 1.0;
    }
    let cutoff = BRIGHT * (DARK / BRIGHT).powf(darkness);
    1.0 - (-std::f32::consts::TAU * cutoff / rate).exp()
}

/// What a note that found no hit of its own changes on the one that stands in: semitones, and dB down.
pub(super) fn stand_in(number: u64) -> [f32; 2] {
    // Weyl sequences of the golden ratio and of √2: neighbours differ, and nothing is drawn.
    let share = |step: f64| (number as f64 * step).fract() as f32;
    [
        0.6 * share(0.618_033_988_749) - 0.3,
        0.5 + 1.5 * share(0.414_213_562_373),
    ]
}

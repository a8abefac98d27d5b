//! The parameters of the instrument that a host sees.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::book::Book;
use super::controls::{Controls, DECAY_FULL, PadControls};
use super::pads::{KIT, PADS, Preset};
use super::recipe::Shape;
use super::shared::key;
use super::text;
use crate::text::{decibels, parse_number, percent};

/// Quietest level in dB; it is silence.
const LEVEL_MIN: f32 = -60.0;
const LEVEL_MAX: f32 = 12.0;

/// Choke groups.
const GROUPS: i32 = 8;

/// The most reverse steps that can be asked for.
pub const STEPS_MAX: i32 = 25;

/// Reverse steps of a new instance: half of what the model's card takes, for hits are wanted as fast as they are played.
const STEPS: i32 = 6;

/// Variation of a new pad in percent: one drum, struck again and again.
const VARIATION: f32 = 50.0;

/// Parameters of one pad. The ids are for ever: hosts save automation by them.
#[derive(Params)]
pub struct PadParams {
    /// Level in dB.
    #[id = "level"]
    pub level: FloatParam,
    /// −100 … 100.
    #[id = "pan"]
    pub pan: FloatParam,
    /// Seconds to −60 dB.
    #[id = "decay"]
    pub decay: FloatParam,
    /// Semitones.
    #[id = "tune"]
    pub tune: FloatParam,
    /// How far hits go from the pad's base sound, in percent.
    #[id = "vary"]
    pub variation: FloatParam,
    /// Guidance scale.
    #[id = "guide"]
    pub guidance: FloatParam,
    /// −2 … 2.
    #[id = "bright"]
    pub brightness: FloatParam,
    /// −2 … 2.
    #[id = "length"]
    pub length: FloatParam,
    /// Pads of one group silence each other.
    #[id = "choke"]
    pub group: IntParam,
}

/// All parameters.
#[derive(Params)]
pub struct SynthParams {
    /// Level of everything, in dB.
    #[id = "output"]
    pub output: FloatParam,
    /// How much velocity makes the level, in percent.
    #[id = "vellev"]
    pub velocity_level: FloatParam,
    /// How much velocity makes the brightness, in percent.
    #[id = "veltone"]
    pub velocity_tone: FloatParam,
    /// −100 … 100 percent of the range.
    #[id = "bend"]
    pub bend: FloatParam,
    /// Semitones of a full bend.
    #[id = "bendrange"]
    pub bend_range: FloatParam,
    /// Reverse steps; 0: as the model's card says.
    #[id = "steps"]
    pub steps: IntParam,
    /// The pads.
    #[nested(array, group = "Pad")]
    pub pads: [PadParams; PADS],
    /// What is saved beside them.
    #[persist = "synth"]
    pub book: Book,
}

impl std::fmt::Debug for SynthParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SynthParams")
    }
}

impl std::fmt::Debug for PadParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PadParams")
    }
}

fn linear(name: String, default: f32, (min, max): (f32, f32), step: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min, max }).with_step_size(step)
}

fn level(name: String) -> FloatParam {
    linear(name, 0.0, (LEVEL_MIN, LEVEL_MAX), 0.1)
        .with_value_to_string(Arc::new(decibels))
        .with_string_to_value(Arc::new(parse_number))
}

fn share(name: String, default: f32) -> FloatParam {
    linear(name, default, (0.0, 100.0), 1.0)
        .with_value_to_string(Arc::new(percent))
        .with_string_to_value(Arc::new(parse_number))
}

fn semitones(name: String, default: f32, range: (f32, f32)) -> FloatParam {
    linear(name, default, range, 0.01)
        .with_value_to_string(Arc::new(text::semitones))
        .with_string_to_value(Arc::new(parse_number))
}

fn deviations(name: String) -> FloatParam {
    linear(name, 0.0, (-2.0, 2.0), 0.01)
        .with_value_to_string(Arc::new(text::signed))
        .with_string_to_value(Arc::new(parse_number))
        .non_automatable()
}

impl PadParams {
    fn new(index: usize, preset: &Preset) -> Self {
        let name = |what: &str| format!("Pad {} {what}", index + 1);
        let decay = FloatRange::Skewed {
            min: 0.02,
            max: DECAY_FULL,
            factor: FloatRange::skew_factor(-1.5),
        };
        let groups = IntRange::Linear {
            min: 0,
            max: GROUPS,
        };
        Self {
            level: level(name("level")),
            pan: linear(name("pan"), preset.pan, (-100.0, 100.0), 1.0)
                .with_value_to_string(Arc::new(text::pan))
                .with_string_to_value(Arc::new(text::parse_pan)),
            decay: FloatParam::new(name("decay"), DECAY_FULL, decay)
                .with_step_size(0.001)
                .with_value_to_string(Arc::new(text::decay))
                .with_string_to_value(Arc::new(text::parse_decay)),
            tune: semitones(name("tune"), preset.tune, (-24.0, 24.0)),
            // What makes other hits takes time: hosts are not to automate it.
            variation: share(name("variation"), VARIATION).non_automatable(),
            guidance: linear(name("guidance"), 1.0, (0.0, 4.0), 0.1)
                .with_value_to_string(Arc::new(|value| format!("{value:.1}")))
                .with_string_to_value(Arc::new(parse_number))
                .non_automatable(),
            brightness: deviations(name("brightness")),
            length: deviations(name("length")),
            group: IntParam::new(name("choke group"), preset.group, groups)
                .with_value_to_string(Arc::new(text::group))
                .with_string_to_value(Arc::new(text::parse_group)),
        }
    }

    /// What its hits are made with.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape {
            variation: 0.01 * self.variation.value(),
            guidance: self.guidance.value(),
            brightness: self.brightness.value(),
            length: self.length.value(),
        }
    }

    /// Left and right, at equal power; in the middle both are 1.
    fn gains(&self, output: f32) -> [f32; 2] {
        let gain = amplitude(self.level.value()) * output;
        let along = (0.005 * (self.pan.value() + 100.0)).clamp(0.0, 1.0);
        [
            gain * (2.0 * (1.0 - along)).sqrt(),
            gain * (2.0 * along).sqrt(),
        ]
    }
}

fn amplitude(decibels: f32) -> f32 {
    if decibels <= LEVEL_MIN {
        0.0
    } else {
        10f32.powf(decibels / 20.0)
    }
}

impl Default for SynthParams {
    fn default() -> Self {
        let steps = IntRange::Linear {
            min: 0,
            max: STEPS_MAX,
        };
        Self {
            output: level("Output".into()),
            velocity_level: share("Velocity to level".into(), 100.0),
            velocity_tone: share("Velocity to brightness".into(), 50.0),
            bend: linear("Bend".into(), 0.0, (-100.0, 100.0), 0.1)
                .with_value_to_string(Arc::new(text::bend))
                .with_string_to_value(Arc::new(parse_number)),
            bend_range: semitones("Bend range".into(), 2.0, (0.0, 24.0)),
            steps: IntParam::new("Steps", STEPS, steps)
                .with_value_to_string(Arc::new(text::steps))
                .with_string_to_value(Arc::new(text::parse_steps))
                .non_automatable(),
            pads: std::array::from_fn(|index| PadParams::new(index, &KIT[index])),
            book: Book::default(),
        }
    }
}

impl SynthParams {
    /// What a pad's hits are made with, for a host that runs at `rate` Hz.
    #[must_use]
    pub fn key(&self, pad: usize, rate: u32) -> u64 {
        let revision = self.book.revision(pad);
        key(revision, self.steps.value(), rate, &self.pads[pad].shape())
    }

    /// As the audio thread plays them, at `rate` Hz.
    #[must_use]
    pub fn controls(&self, rate: u32) -> Controls {
        let output = amplitude(self.output.value());
        let pad = |index: usize| {
            let pad = &self.pads[index];
            PadControls {
                gains: pad.gains(output),
                tune: pad.tune.value(),
                decay: pad.decay.value(),
                group: pad.group.value(),
                key: self.key(index, rate),
            }
        };
        Controls {
            pads: std::array::from_fn(pad),
            velocity_level: 0.01 * self.velocity_level.value(),
            velocity_tone: 0.01 * self.velocity_tone.value(),
            bend: 0.01 * self.bend.value() * self.bend_range.value(),
        }
    }
}

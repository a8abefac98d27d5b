//! What is asked for, and whether the model can do it.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::card::Card;

/// One sound that is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The class, by its index in the card; `None` for no class.
    pub label: Option<usize>,
    /// Seed of all noise, and of the controls that nobody sets.
    pub seed: u64,
    /// Controls by their index in the card; `None` (or missing) is drawn from N(0, 1) by the seed, clipped to ±2.
    pub controls: Vec<Option<f32>>,
    /// Guidance scale w, out = (1 + w)·cond − w·uncond; 0 runs the network once a stage. Without a class it has no
    /// effect.
    pub guidance: f32,
    /// Length in seconds, at most [`Generator::seconds_max`](super::Generator::seconds_max).
    pub seconds: f32,
    /// The sound that is varied; `None` starts from noise.
    pub base: Option<Base>,
}

/// An own sound that is varied.
#[derive(Debug, Clone)]
pub struct Base {
    /// Mono, at the model's rate, from its transient on. Any level: the result has it too.
    pub sound: Arc<[f32]>,
    /// 0 gives `sound` back bit for bit, whatever its length; 1 generates freely, as without a base.
    pub strength: f32,
}

impl Request {
    /// Checks everything against the model.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first value that the model cannot do.
    pub fn check(&self, card: &Card, seconds_max: f32) -> Result<()> {
        if let Some(label) = self.label
            && label >= card.labels.len()
        {
            let expected = match card.labels.len() {
                0 => format!("none: the model {} has no classes", card.name),
                n => format!("an index from 0 to {}", n - 1),
            };
            return Err(Error::setting("class", label, expected));
        }
        if self.controls.len() > card.controls.len() {
            return Err(Error::setting(
                "number of controls",
                self.controls.len(),
                format!("at most {}", card.controls.len()),
            ));
        }
        for (value, control) in self.controls.iter().zip(&card.controls) {
            if let Some(value) = value
                && !(control.min..=control.max).contains(value)
            {
                return Err(Error::setting(
                    "control",
                    format!("{} {value}", control.name),
                    format!("{} to {}", control.min, control.max),
                ));
            }
        }
        if !(0.0..=20.0).contains(&self.guidance) {
            return Err(Error::setting("guidance", self.guidance, "0 to 20"));
        }
        let shortest = 1.0 / card.sample_rate as f32;
        // Half a sample for whoever computes the longest length in another way.
        if !(shortest..=seconds_max + 0.5 * shortest).contains(&self.seconds) {
            return Err(Error::setting(
                "length",
                format!("{} s", self.seconds),
                format!("more than 0 and at most {seconds_max:.3} s with this model"),
            ));
        }
        match &self.base {
            Some(base) if !(0.0..=1.0).contains(&base.strength) => Err(Error::setting(
                "strength",
                base.strength,
                "0 (the sound itself) to 1 (free generation)",
            )),
            Some(base) if base.strength > 0.0 && !audible(&base.sound) => Err(Error::setting(
                "sound to vary",
                "silent",
                "a sound that can be heard",
            )),
            _ => Ok(()),
        }
    }
}

fn audible(sound: &[f32]) -> bool {
    sound
        .iter()
        .any(|sample| crate::dsp::sanitise::sample(*sample) != 0.0)
}

/// The index of the class `name`.
///
/// # Errors
/// [`Error::Setting`] that lists the classes.
pub fn class(card: &Card, name: &str) -> Result<usize> {
    let found = card.labels.iter().position(|label| label == name);
    found.ok_or_else(|| {
        let expected = match card.labels.len() {
            0 => format!("left out: the model {} has no classes", card.name),
            _ => format!("one of {}", card.labels.join(", ")),
        };
        Error::setting("class", name, expected)
    })
}

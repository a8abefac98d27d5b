//! How long sounds are made: what rings on is not cut off, and of silence nothing is made.

use super::recipe::{Base, Recipe};

/// Lengths of the classes in seconds, where `length` is −2, −1, 0, 1 and 2. Measured on what the network makes in a whole
/// second, six steps, guidance 1: the mean time to −50 dB of the energy that is left, or the longest to −40 dB, and 20 %;
/// not below a quarter of a second, where little time is saved.
const TABLE: [(&str, [f32; 5]); 12] = [
    ("kick", [0.25, 0.26, 0.48, 0.68, 1.0]),
    ("snare", [0.25, 0.28, 0.42, 1.0, 1.0]),
    ("tom", [0.36, 0.82, 1.0, 1.0, 1.0]),
    ("hihat-closed", [0.25, 0.25, 0.25, 0.28, 0.59]),
    ("hihat-open", [0.34, 0.67, 0.92, 1.0, 1.0]),
    ("ride", [0.85, 1.0, 1.0, 1.0, 1.0]),
    ("crash", [0.97, 1.0, 1.0, 1.0, 1.0]),
    ("china", [0.55, 1.0, 1.0, 1.0, 1.0]),
    ("cajon", [0.31, 0.31, 0.34, 0.5, 1.0]),
    ("frame-drum", [0.26, 0.34, 0.42, 0.49, 0.56]),
    ("body", [0.3, 0.34, 0.42, 0.8, 1.0]),
    ("tabla", [0.25, 0.25, 0.25, 1.0, 1.0]),
];

/// Seconds of a sound of a class; of one that is not known, as long as a sound can be.
fn of_class(class: &str, length: f32) -> f32 {
    let known = TABLE.iter().find(|(name, _)| *name == class);
    let Some((_, seconds)) = known else {
        return 1.0;
    };
    let at = (length + 2.0).clamp(0.0, 4.0);
    let below = (at as usize).min(3);
    let share = at - below as f32;
    seconds[below] + share * (seconds[below + 1] - seconds[below])
}

impl Recipe {
    /// Seconds that its sound is made for; `own` is the length of the pad's own sample.
    #[must_use]
    pub fn seconds(&self, own: Option<f32>) -> f32 {
        let free = of_class(&self.class, self.length);
        match &self.base {
            // A variation is not to cut off what it varies.
            Base::Made { length, .. } => free.max(of_class(&self.class, *length)),
            Base::Own if self.strength < 1.0 => own.unwrap_or(free),
            Base::Own | Base::Noise => free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::pads::KIT;

    fn recipe(class: &str, length: f32, base: Base, strength: f32) -> Recipe {
        Recipe {
            class: class.to_owned(),
            seed: 1,
            brightness: 0.0,
            length,
            guidance: 1.0,
            strength,
            base,
        }
    }

    #[test]
    fn every_pad_has_a_length_that_grows_with_the_knob() {
        for preset in KIT {
            assert!(TABLE.iter().any(|(class, _)| *class == preset.class));
            let at = |n: i32| of_class(preset.class, 0.1 * n as f32);
            assert!((-21..=21).all(|n| at(n) >= at(n - 1) && (0.05..=1.0).contains(&at(n))));
        }
        assert!(of_class("hihat-closed", 0.0) < 0.3 && of_class("crash", 0.0) == 1.0);
        assert_eq!(of_class("bagpipe", -2.0), 1.0);
        assert!((of_class("kick", 0.5) - 0.58).abs() < 1e-6);
    }

    #[test]
    fn a_variation_is_as_long_as_what_it_varies() {
        let base = Base::Made {
            seed: 1,
            brightness: 0.0,
            length: 1.0,
        };
        assert_eq!(recipe("kick", -2.0, base, 0.5).seconds(None), 0.68);
        assert_eq!(recipe("kick", -2.0, Base::Noise, 1.0).seconds(None), 0.25);
        assert_eq!(recipe("kick", 0.0, Base::Own, 0.5).seconds(Some(0.9)), 0.9);
        assert_eq!(recipe("kick", 0.0, Base::Own, 1.0).seconds(Some(0.9)), 0.48);
    }
}

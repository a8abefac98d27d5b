//! What makes a hit: seeds and settings, no audio. The same recipe gives the same sound, in every session.

use diffwav::dsp::noise;
use serde::{Deserialize, Serialize};

/// What a variation starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Nothing: noise.
    Noise,
    /// A sound that is made, of the same class and with the same guidance.
    Made {
        /// Its seed.
        seed: u64,
        /// Its brightness.
        brightness: f32,
        /// Its length.
        length: f32,
    },
    /// The pad's own sample.
    Own,
}

/// Everything that a hit is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Class of the network, by name.
    pub class: String,
    /// Seed of all noise in it.
    pub seed: u64,
    /// −2 dark … 2 bright, in standard deviations of the class.
    pub brightness: f32,
    /// −2 short … 2 long, likewise.
    pub length: f32,
    /// Guidance scale; 0: none. See [`Recipe::guidance()`].
    pub guidance: f32,
    /// How far a variation goes from its base: 0 = the base, 1 = free.
    pub strength: f32,
    /// What it starts from.
    pub base: Base,
}

/// What the parameters of a pad say of the making.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// 0 = all hits are the same … 1 = each is wholly new.
    pub variation: f32,
    /// Guidance scale.
    pub guidance: f32,
    /// −2 … 2.
    pub brightness: f32,
    /// −2 … 2.
    pub length: f32,
}

/// Which pad, and what is saved of it.
#[derive(Debug, Clone, Copy)]
pub struct Pad<'a> {
    /// 0 …
    pub index: usize,
    /// Class of the network.
    pub class: &'a str,
    /// The song's seed.
    pub song: u64,
    /// The pad's.
    pub seed: u32,
    /// Whether it has a sample of its own.
    pub own: bool,
    /// A hit that is kept.
    pub locked: Option<&'a Recipe>,
}

/// At full variation, brightness and length differ from hit to hit by this (standard deviation).
const SPREAD: f32 = 0.4;

/// Up to this strength a variation of a made sound has its class from that sound, and guidance would double its cost for
/// little: of 96 sounds at ½, the judge takes 73 % for their class without and 75 % with it.
const UNGUIDED: f32 = 0.6;

/// Stream of the noise that spreads brightness and length.
const SPREAD_STREAM: u32 = 0x5350_5244;

/// Scrambles one number into the next; the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Seed of hit `number` of a pad, or of its base sound (None).
#[must_use]
pub fn seed(song: u64, pad: usize, pad_seed: u32, number: Option<u64>) -> u64 {
    let place = (pad as u64) << 32 | u64::from(pad_seed);
    scramble(scramble(scramble(song) ^ place) ^ number.map_or(0, |number| number + 1))
}

impl Shape {
    /// Whether all hits are one.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.variation <= 0.0
    }
}

impl Pad<'_> {
    /// Whether all hits are one sound, whatever their number.
    #[must_use]
    pub fn is_fixed(&self, shape: &Shape) -> bool {
        self.locked.is_some() || shape.is_fixed()
    }

    /// The recipe of hit `number`.
    #[must_use]
    pub fn recipe(&self, shape: &Shape, number: u64) -> Recipe {
        if let Some(kept) = self.locked {
            return kept.clone();
        }
        let base_seed = seed(self.song, self.index, self.seed, None);
        let own_seed = seed(self.song, self.index, self.seed, Some(number));
        let variation = shape.variation.clamp(0.0, 1.0);
        let mut offsets = [0.0; 2];
        noise::gaussian(own_seed, SPREAD_STREAM, 0, &mut offsets);
        let spread =
            |value: f32, offset: f32| (value + SPREAD * variation * offset).clamp(-2.0, 2.0);
        let base = match (self.own, variation) {
            (true, _) => Base::Own,
            (false, v) if v <= 0.0 || v >= 1.0 => Base::Noise,
            (false, _) => Base::Made {
                seed: base_seed,
                brightness: shape.brightness,
                length: shape.length,
            },
        };
        Recipe {
            class: self.class.to_owned(),
            seed: if variation <= 0.0 {
                base_seed
            } else {
                own_seed
            },
            brightness: spread(shape.brightness, offsets[0]),
            length: spread(shape.length, offsets[1]),
            guidance: shape.guidance.max(0.0),
            strength: if base == Base::Noise { 1.0 } else { variation },
            base,
        }
    }
}

impl Recipe {
    /// The guidance that it is made with.
    #[must_use]
    pub fn guidance(&self) -> f32 {
        match self.base {
            Base::Made { .. } if self.strength <= UNGUIDED => 0.0,
            _ => self.guidance,
        }
    }

    /// The recipe of the sound that this one varies; None if there is none to make.
    #[must_use]
    pub fn base_recipe(&self) -> Option<Self> {
        let Base::Made {
            seed,
            brightness,
            length,
        } = self.base
        else {
            return None;
        };
        Some(Self {
            class: self.class.clone(),
            seed,
            brightness,
            length,
            guidance: self.guidance,
            strength: 1.0,
            base: Base::Noise,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        variation: 0.5,
        guidance: 0.0,
        brightness: 0.5,
        length: 0.0,
    };

    fn pad(index: usize, locked: Option<&Recipe>) -> Pad<'_> {
        Pad {
            index,
            class: "kick",
            song: 7,
            seed: 1,
            own: false,
            locked,
        }
    }

    #[test]
    fn seeds_do_not_meet() {
        let mut seen = std::collections::HashSet::new();
        for song in 0..4 {
            for place in 0..16 {
                for pad_seed in 0..4 {
                    assert!(seen.insert(seed(song, place, pad_seed, None)));
                    for number in 0..100 {
                        assert!(seen.insert(seed(song, place, pad_seed, Some(number))));
                    }
                }
            }
        }
    }

    #[test]
    fn a_hit_depends_on_its_number_alone() {
        let pad = pad(3, None);
        assert_eq!(pad.recipe(&SHAPE, 41), pad.recipe(&SHAPE, 41));
        assert_ne!(pad.recipe(&SHAPE, 41), pad.recipe(&SHAPE, 42));
    }

    #[test]
    fn variation_goes_from_one_sound_to_new_ones() {
        let pad = pad(0, None);
        let at = |variation, number| {
            let shape = Shape { variation, ..SHAPE };
            pad.recipe(&shape, number)
        };
        assert_eq!(at(0.0, 1), at(0.0, 2));
        assert_eq!(at(0.0, 1).base, Base::Noise);
        let (one, two) = (at(0.5, 1), at(0.5, 2));
        assert_eq!(one.base, two.base);
        let made = Base::Made {
            seed: at(0.0, 1).seed,
            brightness: SHAPE.brightness,
            length: SHAPE.length,
        };
        assert_eq!(one.base, made);
        assert_eq!((one.strength, one.seed != two.seed), (0.5, true));
        assert_eq!((at(1.0, 1).base, at(1.0, 1).strength), (Base::Noise, 1.0));
        // What is varied is the sound that no variation plays.
        assert_eq!(one.base_recipe(), Some(at(0.0, 1)));
    }

    #[test]
    fn guidance_is_for_what_is_made_from_noise() {
        let shape = Shape {
            guidance: 1.5,
            ..SHAPE
        };
        let guided = |variation, own| {
            let mut pad = pad(0, None);
            pad.own = own;
            let recipe = pad.recipe(&Shape { variation, ..shape }, 3);
            (
                recipe.guidance(),
                recipe.base_recipe().map(|base| base.guidance()),
            )
        };
        assert_eq!(guided(0.0, false), (1.5, None));
        assert_eq!(guided(0.5, false), (0.0, Some(1.5)));
        assert_eq!(guided(0.8, false), (1.5, Some(1.5)));
        assert_eq!(guided(1.0, false), (1.5, None));
        // Whoever plays an own sample says by the knob how much of the class it takes on.
        assert_eq!(guided(0.5, true), (1.5, None));
    }

    #[test]
    fn an_own_sample_is_the_base_of_all() {
        let mut pad = pad(0, None);
        pad.own = true;
        for variation in [0.0, 0.3, 1.0] {
            let recipe = pad.recipe(&Shape { variation, ..SHAPE }, 5);
            assert_eq!((recipe.base, recipe.strength), (Base::Own, variation));
        }
    }

    #[test]
    fn what_is_locked_stays() {
        let kept = pad(0, None).recipe(&SHAPE, 9);
        let locked = pad(0, Some(&kept));
        assert!(locked.is_fixed(&SHAPE));
        assert_eq!(locked.recipe(&SHAPE, 77), kept);
    }
}

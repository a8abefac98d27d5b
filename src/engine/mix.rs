//! Dry and wet: the amount control, smoothed.

use super::settings::{Keep, Settings};

/// Gains of the two signals in the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gains {
    /// Of the delayed input.
    pub dry: f32,
    /// Of the cleaned signal.
    pub wet: f32,
}

impl Gains {
    /// With an attenuation limit of L dB a share 10^(−L/20) of the input stays, so nothing falls by more than L;
    /// the mix then blends that with the input. Both signals are phase-aligned, so amplitudes add.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let floor = settings
            .attenuation_limit
            .map_or(0.0, |limit| crate::units::Db(-limit.0.max(0.0)).amplitude());
        let wet = settings.mix.clamp(0.0, 1.0) * (1.0 - floor);
        match settings.keep {
            Keep::Cleaned => Self {
                dry: 1.0 - wet,
                wet,
            },
            // input − output = input − (1 − wet)·input − wet·cleaned
            Keep::Removed => Self {
                dry: wet,
                wet: -wet,
            },
        }
    }
}

/// One sample of the blend. Gains of exactly one and zero leave a signal untouched, to the bit.
#[must_use]
#[inline]
pub fn mix(gains: Gains, dry: f32, wet: f32) -> f32 {
    if gains.wet == 0.0 {
        gains.dry * dry
    } else {
        gains.dry * dry + gains.wet * wet
    }
}

/// Blends the two signals, gliding to new gains without a click.
#[derive(Debug, Clone)]
pub struct Mixer {
    now: Gains,
    target: Gains,
    /// Samples of a glide.
    glide: usize,
    left: usize,
}

impl Mixer {
    /// Starts at `gains`; later changes take `glide` samples.
    #[must_use]
    pub fn new(gains: Gains, glide: usize) -> Self {
        Self {
            now: gains,
            target: gains,
            glide: glide.max(1),
            left: 0,
        }
    }

    /// Glides to other gains from the next sample on.
    pub fn set(&mut self, gains: Gains) {
        if gains != self.target {
            self.target = gains;
            self.left = self.glide;
        }
    }

    /// Jumps to the last gains that were set.
    pub fn settle(&mut self) {
        self.now = self.target;
        self.left = 0;
    }

    /// Gains of the next sample frame, shared by all channels.
    pub fn next_gains(&mut self) -> Gains {
        if self.left > 0 {
            let share = 1.0 / self.left as f32;
            self.now.dry += (self.target.dry - self.now.dry) * share;
            self.now.wet += (self.target.wet - self.now.wet) * share;
            self.left -= 1;
            if self.left == 0 {
                self.now = self.target;
            }
        }
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Db;

    fn gains(limit: Option<f32>, mix: f32, keep: Keep) -> Gains {
        let settings = Settings {
            attenuation_limit: limit.map(Db),
            mix,
            keep,
            ..Settings::default()
        };
        Gains::new(&settings)
    }

    #[test]
    fn limits_and_mix_are_what_they_say() {
        assert_eq!(
            gains(None, 1.0, Keep::Cleaned),
            Gains { dry: 0.0, wet: 1.0 }
        );
        assert_eq!(
            gains(Some(0.0), 1.0, Keep::Cleaned),
            Gains { dry: 1.0, wet: 0.0 }
        );
        assert_eq!(
            gains(None, 0.0, Keep::Cleaned),
            Gains { dry: 1.0, wet: 0.0 }
        );
        let limited = gains(Some(20.0), 1.0, Keep::Cleaned);
        assert!((limited.dry - 0.1).abs() < 1e-6 && (limited.wet - 0.9).abs() < 1e-6);
    }

    #[test]
    fn cleaned_and_removed_add_up_to_the_input() {
        for (limit, mix) in [(None, 1.0), (Some(12.0), 0.7), (Some(0.0), 1.0)] {
            let (a, b) = (
                gains(limit, mix, Keep::Cleaned),
                gains(limit, mix, Keep::Removed),
            );
            assert!((a.dry + b.dry - 1.0).abs() < 1e-6 && (a.wet + b.wet).abs() < 1e-6);
        }
    }

    #[test]
    fn a_change_glides_in_equal_steps() {
        let mut mixer = Mixer::new(Gains { dry: 0.0, wet: 1.0 }, 10);
        mixer.set(Gains { dry: 1.0, wet: 0.0 });
        let mut last = 0.0;
        for _ in 0..10 {
            let gains = mixer.next_gains();
            assert!((gains.dry - last - 0.1).abs() < 1e-5);
            last = gains.dry;
        }
        assert_eq!(mixer.next_gains(), Gains { dry: 1.0, wet: 0.0 });
    }
}

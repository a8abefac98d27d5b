//! Noise schedules: the discrete β_n of DDPM and DiffWave, and the growing variances of the Schrödinger bridges.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use super::forward::Transition;
use crate::error::{Error, Result};

/// The most steps that a discrete schedule or a sampler may have.
pub const STEPS_MAX: usize = 1000;

/// β_n for n = 0 … steps − 1, counted from the clean end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// β rises linearly (2006.11239 sec. 4; all of DiffWave, 2009.09761).
    Linear {
        /// T.
        steps: usize,
        /// β_0.
        first: f64,
        /// β_{T−1}.
        last: f64,
    },
    /// ᾱ falls as cos² (2102.09672 eq. 17), β clipped at .999.
    Cosine {
        /// T.
        steps: usize,
        /// s, which keeps β_0 from vanishing; .008 in the paper.
        offset: f64,
    },
}

impl Schedule {
    /// DiffWave BASE: T = 50, β 1e-4 → .05.
    pub const DIFFWAVE_BASE: Self = Self::Linear {
        steps: 50,
        first: 1e-4,
        last: 0.05,
    };
    /// DiffWave LARGE: T = 200, β 1e-4 → .02.
    pub const DIFFWAVE_LARGE: Self = Self::Linear {
        steps: 200,
        first: 1e-4,
        last: 0.02,
    };

    /// T, the number of steps.
    pub fn steps(&self) -> usize {
        match *self {
            Self::Linear { steps, .. } | Self::Cosine { steps, .. } => steps,
        }
    }

    /// β_n, the variance that step n adds. `n < steps`.
    pub fn beta(&self, n: usize) -> f64 {
        match *self {
            Self::Linear { steps, first, last } => {
                first + (last - first) * n as f64 / (steps - 1) as f64
            }
            Self::Cosine { steps, offset } => {
                let level = |n: usize| {
                    let t = (n as f64 / steps as f64 + offset) / (1.0 + offset);
                    (t * FRAC_PI_2).cos().powi(2)
                };
                (1.0 - level(n + 1) / level(n)).min(0.999)
            }
        }
    }

    /// ᾱ_n = Π_{i ≤ n} (1 − β_i), the power of x0 that is left after step n.
    pub fn alpha_bar(&self, n: usize) -> f64 {
        (0..=n).map(|i| 1.0 - self.beta(i)).product()
    }

    /// Step n of the forward Markov chain: `x_n = √(1−β_n)·x_{n−1} + √β_n·z`, where x_{−1} = x0.
    pub fn transition(&self, n: usize) -> Transition {
        let beta = self.beta(n);
        Transition {
            x: (1.0 - beta).sqrt(),
            y: 0.0,
            noise: beta.sqrt(),
        }
    }

    /// √ᾱ at a possibly fractional step, linear between its neighbours: the inverse of [`Schedule::align`].
    pub fn signal_level(&self, step: f64) -> f64 {
        let below = (step.max(0.0) as usize).min(self.steps() - 1);
        let above = (below + 1).min(self.steps() - 1);
        let at = self.alpha_bar(below).sqrt();
        at + (step - below as f64) * (self.alpha_bar(above).sqrt() - at)
    }

    /// The fractional step at which √ᾱ is `level` (DiffWave, 2009.09761 appendix B).
    ///
    /// # Errors
    /// [`Error::Setting`] when no interval of the schedule holds the level.
    pub fn align(&self, level: f64) -> Result<f64> {
        // Room for the rounding of a product of a thousand factors; an ulp outside is the end itself.
        const ROUNDING: f64 = 1e-12;
        let mut above = self.alpha_bar(0).sqrt();
        let top = above;
        for t in 0..self.steps() - 1 {
            let below = self.alpha_bar(t + 1).sqrt();
            if level <= above + ROUNDING && level >= below - ROUNDING {
                let fraction = (above - level) / (above - below);
                return Ok(t as f64 + fraction.clamp(0.0, 1.0));
            }
            above = below;
        }
        let expected = format!(
            "between {above} and {top}, the √ᾱ that the {} steps reach",
            self.steps()
        );
        Err(Error::setting("fast level √γ̄", level, expected))
    }

    /// The aligned steps of a fast schedule of variances η_s: one for each, ascending.
    ///
    /// # Errors
    /// [`Error::Setting`] when a level is held by no interval: it is never dropped.
    pub fn align_all(&self, fast: &[f64]) -> Result<Vec<f64>> {
        let mut power = 1.0;
        fast.iter()
            .map(|eta| {
                power *= 1.0 - eta;
                self.align(power.sqrt())
            })
            .collect()
    }

    /// Checks the constants.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is out of range.
    pub fn validate(&self) -> Result<()> {
        if !(2..=STEPS_MAX).contains(&self.steps()) {
            let expected = format!("2 to {STEPS_MAX}");
            return Err(Error::setting("schedule steps", self.steps(), expected));
        }
        match *self {
            Self::Linear { first, last, .. } => {
                within("schedule first β", first, f64::MIN_POSITIVE, 0.999)?;
                within("schedule last β", last, first, 0.999)
            }
            Self::Cosine { offset, .. } => within("schedule offset", offset, 0.0, 1.0),
        }
    }
}

/// `value` must lie in `low ..= high`; NaN does not.
pub(super) fn within(name: &'static str, value: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let expected = if low == f64::MIN_POSITIVE {
        format!("above 0 and at most {high}")
    } else {
        format!("{low} to {high}")
    };
    Err(Error::setting(name, value, expected))
}

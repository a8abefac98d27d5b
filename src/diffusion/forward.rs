//! The forward process in the large (x0 → x_t in one draw) and in the small (x_s → x_t), and its reverse posterior.
//!
//! Every path of this crate is Gaussian and Markov given (x0, y), so all of it follows from three numbers a time.

use super::plan::{Real, Terms, Update};

/// `x_t = clean·x0 + condition·y + noise·z`, z ~ N(0, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marginal {
    /// a, of the clean signal x0.
    pub clean: f64,
    /// b, of the condition y.
    pub condition: f64,
    /// σ, of standard Gaussian noise.
    pub noise: f64,
}

/// `x_t = x·x_s + y·y + noise·z` from a cleaner time s to a noisier time t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Of the earlier state x_s.
    pub x: f64,
    /// Of the condition y.
    pub y: f64,
    /// Of fresh noise.
    pub noise: f64,
}

/// `x_s | x_t, x0 ~ N(x·x_t + data·x0 + y·y, variance)`: one exact reverse step when x0 is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// Of the noisier state x_t.
    pub x: f64,
    /// Of the clean signal.
    pub data: f64,
    /// Of the condition.
    pub y: f64,
    /// Variance (β̃ in DDPM, eq. 7 of 2006.11239).
    pub variance: f64,
}

impl Marginal {
    /// The clean end of every process: x = x0.
    pub const CLEAN: Self = Self {
        clean: 1.0,
        condition: 0.0,
        noise: 0.0,
    };

    /// λ = ln(a/σ), half the logarithm of the signal-to-noise ratio; ±∞ at the two ends.
    pub fn half_log_snr(&self) -> f64 {
        (self.clean / self.noise).ln()
    }

    /// The step from this marginal (cleaner) to `later` (noisier). `clean` of this one must not be 0.
    pub fn transition(&self, later: &Self) -> Transition {
        let x = later.clean / self.clean;
        Transition {
            x,
            y: later.condition - x * self.condition,
            noise: (later.noise.powi(2) - (x * self.noise).powi(2))
                .max(0.0)
                .sqrt(),
        }
    }

    /// Bayes' rule for the step back from this marginal (noisier, σ > 0) to `earlier` (cleaner).
    pub fn posterior(&self, earlier: &Self) -> Posterior {
        let step = earlier.transition(self);
        // Precision-weighted mean of what x0 says of x_s and what x_t says of x_s.
        let from_x = step.x * (earlier.noise / self.noise).powi(2);
        let from_clean = (step.noise / self.noise).powi(2);
        Posterior {
            x: from_x,
            data: from_clean * earlier.clean,
            y: from_clean * earlier.condition - from_x * step.y,
            variance: from_clean * earlier.noise.powi(2),
        }
    }

    /// Diffuses in place: `signal` holds x0 on entry and x_t on return.
    ///
    /// `condition` and `noise` may be empty when their coefficient is zero.
    pub fn apply<T: Real>(&self, signal: &mut [T], condition: &[T], noise: &[T]) {
        update(self.clean, self.condition, self.noise).apply(
            signal,
            &Terms {
                y: condition,
                noise,
                ..Terms::default()
            },
        );
    }
}

impl Transition {
    /// One step of the Markov chain in place: x_s on entry, x_t on return. Slices as in [`Marginal::apply`].
    pub fn apply<T: Real>(&self, state: &mut [T], condition: &[T], noise: &[T]) {
        update(self.x, self.y, self.noise).apply(
            state,
            &Terms {
                y: condition,
                noise,
                ..Terms::default()
            },
        );
    }
}

fn update(x: f64, y: f64, noise: f64) -> Update {
    Update {
        x,
        y,
        noise,
        ..Update::default()
    }
}

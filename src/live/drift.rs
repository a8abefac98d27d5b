//! Two clocks that are almost equal: how fast to read so that the delay between them stays.
//!
//! A loop of second order with a natural frequency of 0.05 Hz and critical damping on the delay, which is low-passed
//! first: its single measurements jitter by as much as the callbacks do.

/// Natural frequency of the loop in rad/s.
const OMEGA: f64 = std::f64::consts::TAU * 0.05;

/// Time constant of the low-pass on the measured delay, in seconds.
const SMOOTH_SECONDS: f64 = 0.4;

/// The most that the speed may differ from 1: far beyond any clock, hardly heard.
pub const MOST: f64 = 0.005;

/// The controller.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// Low-passed error of the delay, in seconds.
    error: f64,
    /// What the loop has learnt about the clocks: relative speed.
    learnt: f64,
}

impl Drift {
    /// After a measurement: the delay was `error` seconds too long, the last one was `period` seconds ago. Returns the
    /// relative speed of reading, 1 for equal clocks.
    pub fn correct(&mut self, error: f64, period: f64) -> f64 {
        self.error += (error - self.error) * (period / SMOOTH_SECONDS).min(1.0);
        let learnt = self.learnt + OMEGA * OMEGA * self.error * period;
        self.learnt = learnt.clamp(-MOST, MOST);
        1.0 + (2.0 * OMEGA * self.error + self.learnt).clamp(-MOST, MOST)
    }

    /// By how much the writer's clock is faster than the reader's, in parts per million, as far as it is known.
    #[must_use]
    pub fn parts_per_million(&self) -> f64 {
        1e6 * self.learnt
    }

    /// Forgets the delay but not the clocks, after a jump.
    pub fn restart(&mut self) {
        self.error = 0.0;
    }
}

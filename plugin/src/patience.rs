//! How long a call may wait for the worker: not at all while it must keep time, as long as it takes while it need not.
//!
//! Many hosts bounce without saying so. Two signs give them away: the stream runs ahead of the wall clock, or the
//! audio comes on the thread that activated the plugin, which is never a real-time one.

use std::time::{Duration, Instant};

/// Longest wait for a hop.
pub const MOST: Duration = Duration::from_secs(5);

/// A stream that is this far ahead of the clock is not being listened to.
const CERTAIN_SECONDS: f64 = 0.5;

/// Share of the wall clock that is taken off: the slack that one late callback leaves behind is soon forgotten.
const LEAK: f64 = 0.05;

/// Compares the stream with the clock.
#[derive(Debug)]
pub struct Patience {
    rate: f64,
    offline: bool,
    /// The thread that activated the plugin.
    home: usize,
    last: Option<Instant>,
    /// Seconds that the stream is ahead of the clock.
    ahead: f64,
}

impl Patience {
    /// To be made on the thread that activates; `offline` when the host announced a bounce.
    pub fn new(rate: f32, offline: bool) -> Self {
        Self {
            rate: f64::from(rate),
            offline,
            home: this_thread(),
            last: None,
            ahead: 0.0,
        }
    }

    /// Another signal begins.
    pub fn reset(&mut self) {
        (self.last, self.ahead) = (None, 0.0);
    }

    /// Whether nobody listens: the network may take as long as it takes.
    pub fn unlimited(&self) -> bool {
        self.offline || self.ahead > CERTAIN_SECONDS || this_thread() == self.home
    }

    /// Called once for each block of `frames`, at its start; the longest that it may wait in all.
    pub fn block(&mut self, frames: usize) -> Duration {
        self.at(Instant::now(), frames)
    }

    fn at(&mut self, now: Instant, frames: usize) -> Duration {
        let length = frames as f64 / self.rate;
        if let Some(last) = self.last {
            let elapsed = now.saturating_duration_since(last).as_secs_f64();
            self.ahead = (self.ahead - (1.0 + LEAK) * elapsed).max(0.0);
        }
        self.last = Some(now);
        let patience = if self.unlimited() {
            MOST
        } else {
            Duration::from_secs_f64(self.ahead.max(0.5 * length))
        };
        self.ahead += length;
        patience
    }
}

/// A number that no other living thread has; without allocating, unlike `std::thread::current`.
fn this_thread() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `blocks` times with 480 frames at 48 kHz, `every` apart, from another thread than the home one.
    fn run(every: Duration, blocks: u32) -> (Duration, bool) {
        let mut patience = Patience::new(48_000.0, false);
        std::thread::spawn(move || {
            let start = Instant::now();
            let mut given = Duration::ZERO;
            for n in 0..blocks {
                given = patience.at(start + every * n, 480);
            }
            (given, patience.unlimited())
        })
        .join()
        .unwrap_or_default()
    }

    #[test]
    fn in_real_time_half_a_block_at_most() {
        for blocks in [1, 2, 10, 1000] {
            let (given, unlimited) = run(Duration::from_millis(10), blocks);
            assert!(
                given <= Duration::from_millis(10) && !unlimited,
                "{given:?}"
            );
        }
    }

    #[test]
    fn a_bounce_that_is_not_announced_is_noticed() {
        let (given, unlimited) = run(Duration::from_millis(1), 100);
        assert_eq!((given, unlimited), (MOST, true));
        let (given, _) = run(Duration::from_millis(1), 10);
        assert!(
            given > Duration::from_millis(70),
            "as far as it is ahead: {given:?}"
        );
    }

    #[test]
    fn one_late_callback_is_forgotten() {
        let mut patience = Patience::new(48_000.0, false);
        let late = std::thread::spawn(move || {
            let start = Instant::now();
            // One callback is 60 ms late, the ones behind it catch up.
            for n in 0..100u32 {
                let lateness = if (50..56).contains(&n) {
                    10 * (56 - n)
                } else {
                    0
                };
                patience.at(
                    start + Duration::from_millis((10 * n + lateness).into()),
                    480,
                );
            }
            (100..400u32)
                .map(|n| patience.at(start + Duration::from_millis((10 * n).into()), 480))
                .next_back()
        });
        let given = late.join().unwrap_or_default().unwrap_or(MOST);
        assert!(given <= Duration::from_millis(20), "{given:?}");
    }

    #[test]
    fn the_thread_that_activates_is_never_a_real_time_one() {
        let mut patience = Patience::new(48_000.0, false);
        assert_eq!(patience.block(64), MOST);
    }
}

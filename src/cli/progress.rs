//! The progress bar: audio done, speed in multiples of real time, time left. On a terminal only; silent in a pipe.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// With the length known beforehand.
const BAR: &str = "{bar:32} {done} of {all}  {speed}  {left} left  {msg}";
/// Without (standard input).
const SPINNER: &str = "{spinner} {done}  {speed}  {msg}";

/// One bar over all the audio of a run; its unit is the millisecond of audio.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Microseconds of audio, so that small chunks are not lost to rounding.
    done: AtomicU64,
}

impl Progress {
    /// A bar for `seconds` of audio, None where that is not known.
    pub fn new(seconds: Option<f64>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self {
                bar: ProgressBar::hidden(),
                done: AtomicU64::new(0),
            };
        }
        let bar = match seconds {
            Some(seconds) => ProgressBar::new((seconds * 1e3) as u64),
            None => ProgressBar::no_length(),
        };
        bar.set_style(style(if seconds.is_some() { BAR } else { SPINNER }));
        Self {
            bar,
            done: AtomicU64::new(0),
        }
    }

    /// The file that is being worked on.
    pub fn name(&self, name: impl Into<String>) {
        self.bar.set_message(name.into());
    }

    /// So much more audio is done.
    pub fn advance(&self, seconds: f64) {
        let more = (seconds * 1e6) as u64;
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.bar.set_position(done / 1000);
    }

    /// So much audio has to be done again.
    pub fn retreat(&self, seconds: f64) {
        let less = (seconds * 1e6) as u64;
        let done = self.done.fetch_sub(
            less.min(self.done.load(Ordering::Relaxed)),
            Ordering::Relaxed,
        );
        self.bar.set_position(done.saturating_sub(less) / 1000);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key(
            "done",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = out.write_str(&clock(Duration::from_millis(state.pos())));
            },
        )
        .with_key(
            "all",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = out.write_str(&clock(Duration::from_millis(state.len().unwrap_or(0))));
            },
        )
        .with_key(
            "left",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = out.write_str(&clock(state.eta()));
            },
        )
        .with_key(
            "speed",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let seconds = state.elapsed().as_secs_f64().max(1e-3);
                let _ = write!(out, "{:.1}× real time", state.pos() as f64 / 1e3 / seconds);
            },
        )
}

/// `3:07`, `1:02:03`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A stopwatch for the report.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_hours_only_when_there_are_some() {
        assert_eq!(clock(Duration::from_secs(187)), "3:07");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}

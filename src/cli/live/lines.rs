//! Plain lines, where there is no terminal.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::cli::cancel;
use crate::live::run::Summary;
use crate::live::status::{Event, Route, Screen, Status, Wish};

/// A meter line so often.
const EVERY: Duration = Duration::from_secs(5);

/// Writes events and a meter line now and then; asks for nothing.
#[derive(Debug, Default)]
pub struct Lines {
    last: Option<Instant>,
    /// Whoever read our lines has had enough.
    closed: bool,
}

impl Lines {
    fn print(&mut self, line: &str) {
        let mut out = std::io::stdout().lock();
        let written = writeln!(out, "{line}").and_then(|()| out.flush());
        self.closed |= written.is_err();
    }
}

impl Screen for Lines {
    fn event(&mut self, event: &Event) {
        self.print(&text(event));
    }

    fn show(&mut self, status: &Status) {
        let due = self.last.is_none_or(|last| last.elapsed() >= EVERY);
        // The first look comes before anything was heard.
        if due && status.seconds > 0.5 {
            self.last = Some(Instant::now());
            self.print(&meters(status));
        }
    }

    fn wishes(&mut self) -> Vec<Wish> {
        Vec::new()
    }

    fn is_cancelled(&self) -> bool {
        cancel::requested() || self.closed
    }
}

/// An event in words.
pub fn text(event: &Event) -> String {
    match event {
        Event::Started(route) => started(route),
        Event::Note(note) => format!("note: {note}"),
        Event::Rescued(why, engine) => {
            format!("device lost: {why}; now {} runs", engine.engine)
        }
        Event::Lost(why) => format!("lost: {why}; trying again every second"),
        Event::Recorded(path, frames, 0) => {
            format!("recorded {} ({frames} frames)", path.display())
        }
        Event::Recorded(path, frames, lost) => format!(
            "recorded {} ({frames} frames; the disk was too slow for {lost})",
            path.display()
        ),
    }
}

fn started(route: &Route) -> String {
    let output = route.output.as_deref().unwrap_or("(not played)");
    let engine = &route.engine;
    format!(
        "{} → {output}\n{}, {} Hz, {} channel{}, blocks of {}; {}, {} × {}, {}",
        route.input,
        route.host,
        route.rate,
        route.channels,
        if route.channels == 1 { "" } else { "s" },
        route.block,
        engine.model,
        engine.steps,
        engine.sampler,
        engine.engine
    )
}

/// The meters in one line.
pub fn meters(status: &Status) -> String {
    let worker = &status.worker;
    format!(
        "{:7.1} s  in {:6.1} dB  out {:6.1} dB  latency {:.1} ms (engine {:.1})  load {:.0} %  steps {}/{}  late {}  underruns {}  drift {:+.0} ppm",
        status.seconds,
        decibels(status.levels.input_rms),
        decibels(status.levels.output_rms),
        status.latency.total(),
        status.latency.engine,
        100.0 * worker.load,
        worker.stages,
        worker.stages_full,
        worker.late_events,
        status.underruns,
        status.drift,
    )
}

/// A level in dB of full scale, never below −120.
pub fn decibels(level: f32) -> f32 {
    (20.0 * level.log10()).max(-120.0)
}

/// The end in words.
pub fn summary(summary: &Summary) -> String {
    format!(
        "{:.1} s; late {} times ({} frames uncleaned), {} underruns, {} reconnections",
        summary.seconds,
        summary.late_events,
        summary.late_frames,
        summary.underruns,
        summary.reconnections
    )
}

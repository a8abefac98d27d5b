//! One JSON object a line, for other programs.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::lines::decibels;
use crate::cli::cancel;
use crate::live::run::Summary;
use crate::live::status::{Event, Screen, Status, Wish};

/// Meters come so often.
const EVERY: Duration = Duration::from_secs(1);

/// Writes objects with a field `event`.
#[derive(Debug)]
pub struct Json {
    last: Instant,
    closed: bool,
}

impl Json {
    pub fn new() -> Self {
        Self {
            last: Instant::now(),
            closed: false,
        }
    }
}

impl Screen for Json {
    fn event(&mut self, event: &Event) {
        let value = match event {
            Event::Started(route) => json!({
                "event": "started", "host": route.host, "input": route.input, "output": route.output,
                "rate": route.rate, "channels": route.channels, "block": route.block,
                "model": route.engine.model, "engine": route.engine.engine, "steps": route.engine.steps,
                "sampler": route.engine.sampler,
            }),
            Event::Note(text) => json!({"event": "note", "text": text}),
            Event::Rescued(text, engine) => json!({
                "event": "device_lost", "text": text, "engine": engine.engine, "steps": engine.steps,
                "sampler": engine.sampler,
            }),
            Event::Lost(text) => json!({"event": "lost", "text": text}),
            Event::Recorded(path, frames, lost) => json!({
                "event": "recorded", "path": path.to_string_lossy(), "frames": frames, "lost_frames": lost,
            }),
        };
        self.closed |= !print(&value);
    }

    fn show(&mut self, status: &Status) {
        if self.last.elapsed() < EVERY {
            return;
        }
        self.last = Instant::now();
        let (worker, latency, levels) = (&status.worker, &status.latency, &status.levels);
        let value = json!({
            "event": "status", "seconds": status.seconds,
            "input_peak_db": decibels(levels.input_peak), "input_rms_db": decibels(levels.input_rms),
            "output_peak_db": decibels(levels.output_peak), "output_rms_db": decibels(levels.output_rms),
            "reduction_db": levels.reduction().0,
            "latency_ms": latency.total(), "latency_engine_ms": latency.engine, "latency_bridge_ms": latency.bridge,
            "latency_input_ms": latency.input, "latency_output_ms": latency.output,
            "load": worker.load, "worst_hop_ms": worker.worst_milliseconds, "realtime": worker.realtime,
            "hops": worker.hops, "late_events": worker.late_events, "late_frames": worker.late_frames,
            "restarts": worker.restarts, "steps": worker.stages, "steps_wanted": worker.stages_full,
            "underruns": status.underruns, "dropped_frames": status.dropped, "xruns": status.xruns,
            "drift_ppm": status.drift, "failure": worker.failure, "device_lost": worker.device_lost,
        });
        self.closed |= !print(&value);
    }

    fn wishes(&mut self) -> Vec<Wish> {
        Vec::new()
    }

    fn is_cancelled(&self) -> bool {
        // Whoever read our lines has had enough.
        cancel::requested() || self.closed
    }
}

/// The last line.
pub fn summary(summary: &Summary) {
    print(&json!({
        "event": "ended", "seconds": summary.seconds, "late_events": summary.late_events,
        "late_frames": summary.late_frames, "underruns": summary.underruns, "reconnections": summary.reconnections,
    }));
}

/// False when nobody reads any more.
fn print(value: &Value) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}").and_then(|()| out.flush()).is_ok()
}

//! A worker that is late: delayed dry, no click, counted; afterwards the latency is the reported one again.

use std::time::Duration;

use crate::gate::{Gate, Gated, PATIENCE, largest_step, process, sine, spawn};

const BLOCK: usize = 256;

/// Cleaned is a quarter of the input: what plays can be told from its level.
const GAIN: f32 = 0.5;

#[test]
fn a_stall_plays_dry_and_then_returns_to_the_latency() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(Gated::boxed(GAIN, &gate), 48_000, 1, BLOCK);
    let latency = audio.latency().0 as usize;
    let input = sine(48_000 * 3);
    let (a, b) = (BLOCK * 100, BLOCK * 300);
    let mut out = process(&mut audio, &input[..a], BLOCK, PATIENCE);
    assert_eq!(worker.report().late_frames, 0);
    gate.shut(true);
    // A stall of more than a second of audio; the audio thread neither waits nor allocates.
    out.extend(process(&mut audio, &input[a..b], BLOCK, Duration::ZERO));
    let report = worker.report();
    assert_eq!(report.late_events, 1);
    assert!(
        report.late_frames as usize > b - a - 2 * latency,
        "{report:?}"
    );
    gate.shut(false);
    out.extend(process(&mut audio, &input[b..], BLOCK, PATIENCE));

    let at = |n: usize| (out[n], input[n - latency]);
    for n in (a + 4 * latency..b - BLOCK).step_by(7) {
        let (y, x) = at(n);
        assert!(
            (y - x).abs() < 1e-5,
            "frame {n}: the delayed dry signal plays, {y} {x}"
        );
    }
    for n in (b + 4_000..out.len()).step_by(7) {
        let (y, x) = at(n);
        assert!(
            (y - 0.25 * x).abs() < 1e-5,
            "frame {n}: cleaned again, in place, {y} {x}"
        );
    }
    // The signal's own largest step is 0.0065; the fade adds at most its amplitude over 8 ms.
    let own = largest_step(&input);
    let steps = largest_step(&out);
    assert!(
        steps < own + 0.5 * 2.0 / 384.0,
        "a click of {steps} over {own}"
    );
    assert_eq!(worker.report().restarts, 0, "the rings held it");
}

#[test]
fn a_stall_beyond_the_rings_begins_anew_at_the_same_latency() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(Gated::boxed(GAIN, &gate), 48_000, 1, BLOCK);
    let latency = audio.latency().0 as usize;
    let input = sine(48_000 * 10);
    let (a, b) = (BLOCK * 50, BLOCK * 1000);
    let mut out = process(&mut audio, &input[..a], BLOCK, PATIENCE);
    gate.shut(true);
    out.extend(process(&mut audio, &input[a..b], BLOCK, Duration::ZERO));
    gate.shut(false);
    out.extend(process(&mut audio, &input[b..], BLOCK, PATIENCE));
    assert_eq!(worker.report().restarts, 1);
    for n in (a + 4 * latency..b).step_by(11) {
        assert!(
            (out[n] - input[n - latency]).abs() < 1e-5,
            "frame {n} is dry"
        );
    }
    for n in (b + 3 * latency..out.len()).step_by(11) {
        assert!(
            (out[n] - 0.25 * input[n - latency]).abs() < 1e-5,
            "frame {n} is cleaned"
        );
    }
    assert!(largest_step(&out) < largest_step(&input) + 0.5 * 2.0 / 384.0);
}

#[test]
fn a_network_that_fails_leaves_the_dry_signal_and_says_why() {
    let network = diffwav::model::fake::Fake::identity(480).failing_at(20);
    let (worker, mut audio) = spawn(Box::new(network), 48_000, 1, BLOCK);
    let latency = audio.latency().0 as usize;
    let input = sine(48_000);
    let out = process(&mut audio, &input, BLOCK, PATIENCE);
    for n in latency..out.len() {
        assert!((out[n] - input[n - latency]).abs() < 1e-5, "frame {n}");
    }
    assert!(worker.report().failure.is_some());
}

#[test]
fn the_thread_ends_with_the_worker_even_while_audio_goes_on() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(Gated::boxed(GAIN, &gate), 48_000, 1, BLOCK);
    process(&mut audio, &sine(9_600), BLOCK, PATIENCE);
    drop(worker);
    let input = sine(48_000 * 6);
    let out = process(&mut audio, &input, BLOCK, Duration::ZERO);
    assert!(out.iter().all(|v| v.is_finite()));
}

/// A network with a bug.
struct Panicking(Box<dyn diffwav::model::Network>);

impl diffwav::model::Network for Panicking {
    fn card(&self) -> &diffwav::model::card::Card {
        self.0.card()
    }
    fn engine(&self) -> &str {
        "panicking"
    }
    fn frames_max(&self) -> usize {
        self.0.frames_max()
    }
    fn caches(&self, batch: usize) -> diffwav::model::Caches {
        self.0.caches(batch)
    }
    fn run(&mut self, _: diffwav::model::Call<'_>) -> diffwav::Result<()> {
        panic!("a fault in the network");
    }
}

#[test]
fn a_worker_that_panics_leaves_the_dry_signal_and_nobody_waits() {
    let network = Panicking(Box::new(diffwav::model::fake::Fake::identity(480)));
    let (worker, mut audio) = spawn(Box::new(network), 48_000, 1, BLOCK);
    let latency = audio.latency().0 as usize;
    let input = sine(24_000);
    let began = std::time::Instant::now();
    let out = process(&mut audio, &input, BLOCK, PATIENCE);
    assert!(began.elapsed() < PATIENCE, "it waited for a dead worker");
    for n in latency..out.len() {
        assert!((out[n] - input[n - latency]).abs() < 1e-5, "frame {n}");
    }
    assert!(worker.report().failure.is_some());
}

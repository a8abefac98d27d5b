//! A device that is lost while audio runs: dry for a moment, then another stream, at the same latency.

use std::time::{Duration, Instant};

use diffwav::model::fake::Fake;

use crate::gate::{Gate, Gated, PATIENCE, largest_step, process, sine, spawn, stream};

const BLOCK: usize = 256;

/// Calls until the device is lost.
const CALLS: u64 = 60;

fn leaving() -> Box<Fake> {
    Box::new(Fake::identity(480).on("webgpu").failing_at(CALLS))
}

/// Waits for what another thread does.
fn until(done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "nothing happened");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn dry_plays_for_a_moment_and_then_the_other_stream_at_the_same_latency() {
    for rate in [48_000, 44_100] {
        let gate = Gate::default();
        let (worker, mut audio) = spawn(leaving(), rate, 1, BLOCK);
        let latency = audio.latency().0 as usize;
        let input = sine(4 * rate as usize);
        let (a, b) = (BLOCK * 200, BLOCK * 350);
        let mut out = process(&mut audio, &input[..a], BLOCK, PATIENCE);
        let report = worker.report();
        assert!(report.device_lost, "{report:?}");
        assert!(report.failure.unwrap().contains("fake on webgpu"));
        // The audio thread neither waits nor allocates, before and after the other stream is there.
        out.extend(process(&mut audio, &input[a..b], BLOCK, Duration::ZERO));
        worker
            .swap(stream(Gated::boxed(0.5, &gate), rate, 1))
            .unwrap();
        until(|| worker.report().renewals == 1);
        let report = worker.report();
        assert!(
            report.failure.is_none() && !report.device_lost,
            "{report:?}"
        );
        out.extend(process(
            &mut audio,
            &input[b..b + BLOCK],
            BLOCK,
            Duration::ZERO,
        ));
        out.extend(process(&mut audio, &input[b + BLOCK..], BLOCK, PATIENCE));
        assert_eq!(audio.latency().0 as usize, latency);
        for n in (a..b).step_by(7) {
            let (y, x) = (out[n], input[n - latency]);
            assert!((y - x).abs() < 1e-4, "{rate}: frame {n} is dry: {y} {x}");
        }
        let again = b + 3 * latency + 2_000;
        for n in (again..out.len()).step_by(7) {
            let (y, x) = (out[n], 0.25 * input[n - latency]);
            assert!(
                (y - x).abs() < 1e-4,
                "{rate}: frame {n} is cleaned: {y} {x}"
            );
        }
        assert!(
            largest_step(&out) < largest_step(&input) + 0.5 * 2.0 / 352.0,
            "{rate}: a click"
        );
    }
}

#[test]
fn who_may_wait_waits_for_the_other_stream_and_misses_little() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(leaving(), 48_000, 1, BLOCK);
    worker.set_rescued(true);
    let latency = audio.latency().0 as usize;
    let input = sine(96_000);
    let out = std::thread::scope(|scope| {
        let bounce = scope.spawn(|| process(&mut audio, &input, BLOCK, PATIENCE));
        until(|| worker.report().device_lost);
        worker
            .swap(stream(Gated::boxed(0.5, &gate), 48_000, 1))
            .unwrap();
        bounce.join().unwrap()
    });
    let lost = CALLS as usize * 480;
    let again = lost + 4 * latency;
    let missed = (again..out.len())
        .filter(|n| (out[*n] - 0.25 * input[*n - latency]).abs() > 1e-4)
        .count();
    assert_eq!(missed, 0, "of {} frames", out.len() - again);
    assert_eq!(worker.report().renewals, 1);
}

#[test]
fn nobody_waits_for_a_stream_that_was_given_up() {
    let (worker, mut audio) = spawn(leaving(), 48_000, 1, BLOCK);
    worker.set_rescued(true);
    let input = sine(96_000);
    std::thread::scope(|scope| {
        let bounce = scope.spawn(|| process(&mut audio, &input, BLOCK, 10 * PATIENCE));
        until(|| worker.report().device_lost);
        let began = Instant::now();
        worker.give_up();
        bounce.join().unwrap();
        assert!(began.elapsed() < 10 * PATIENCE, "it waited");
    });
    assert!(worker.report().failure.is_some());
}

#[test]
fn what_is_no_device_is_not_lost_and_still_makes_way_for_another() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(
        Box::new(Fake::identity(480).failing_at(CALLS)),
        48_000,
        1,
        BLOCK,
    );
    worker.set_rescued(true);
    let latency = audio.latency().0 as usize;
    let input = sine(144_000);
    let mut out = process(&mut audio, &input[..48_128], BLOCK, PATIENCE);
    let report = worker.report();
    assert!(
        report.failure.is_some() && !report.device_lost,
        "{report:?}"
    );
    worker
        .swap(stream(Gated::boxed(0.5, &gate), 48_000, 1))
        .unwrap();
    until(|| worker.report().renewals == 1);
    out.extend(process(&mut audio, &input[48_128..], BLOCK, PATIENCE));
    let again = 48_128 + 3 * latency;
    assert!((again..out.len()).all(|n| (out[n] - 0.25 * input[n - latency]).abs() < 1e-4));
}

#[test]
fn a_stream_that_was_about_to_take_over_does_so_at_once() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(leaving(), 48_000, 1, BLOCK);
    let latency = audio.latency().0 as usize;
    let input = sine(144_000);
    // The device is lost while the other stream still warms up beside it.
    let a = BLOCK * 100;
    let mut out = process(&mut audio, &input[..a], BLOCK, PATIENCE);
    worker
        .swap(stream(Gated::boxed(0.5, &gate), 48_000, 1))
        .unwrap();
    out.extend(process(&mut audio, &input[a..], BLOCK, PATIENCE));
    let report = worker.report();
    assert_eq!((report.renewals, report.swaps), (1, 1), "{report:?}");
    let lost = CALLS as usize * 480;
    for n in (latency..lost - 480).step_by(7) {
        assert!(
            (out[n] - input[n - latency]).abs() < 1e-4,
            "frame {n} is of the first"
        );
    }
    for n in (lost + 4 * latency..out.len()).step_by(7) {
        let (y, x) = (out[n], 0.25 * input[n - latency]);
        assert!((y - x).abs() < 1e-4, "frame {n} is of the second: {y} {x}");
    }
}

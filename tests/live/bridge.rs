//! Two clocks that differ, for an hour, on a clock of the test's own.

use std::time::{Duration, Instant};

use diffwav::live::bridge::{Shape, bridge};
use diffwav::live::drift::Drift;

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use crate::server::TURN;

/// Slow, so that an hour is little work; the loop knows only seconds.
const RATE: u32 = 8_000;
const BLOCK: usize = 64;

/// What an hour, or less, came to.
struct Outcome {
    underruns: u64,
    dropped: u64,
    /// Parts per million that the bridge found.
    drift: f64,
    /// Least and greatest delay in milliseconds after the first minute.
    delays: (f64, f64),
    /// Largest step of the output after the first second, and that of the tone.
    steps: (f32, f32),
}

/// A writer whose clock is `ppm` faster than the reader's; callbacks come up to a millisecond late.
fn run(ppm: f64, seconds: f64) -> Outcome {
    let (mut feeder, mut drain, counts) = bridge(Shape {
        rate: RATE,
        channels: 1,
        block: BLOCK,
        one_clock: false,
    })
    .unwrap();
    let start = Instant::now();
    let mut state = 7u64;
    let mut jitter = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        1e-3 * (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let period = BLOCK as f64 / f64::from(RATE);
    let turn = std::f64::consts::TAU * 40.0 / f64::from(RATE);
    let (mut wrote, mut read) = (0u64, 0u64);
    let (mut next_write, mut next_read) = (0.0, 0.0007);
    let mut delays = (f64::MAX, f64::MIN);
    let (mut before, mut largest) = (0.0f32, 0.0f32);
    let (mut input, mut output) = ([0.0f32; BLOCK], [0.0f32; BLOCK]);
    while next_read < seconds {
        if next_write <= next_read {
            for (n, sample) in input.iter_mut().enumerate() {
                *sample = (turn * (wrote + n as u64) as f64).sin() as f32;
            }
            let now = start + Duration::from_secs_f64(next_write);
            nice_assert_no_alloc::assert_no_alloc(|| feeder.push(&input, now));
            wrote += BLOCK as u64;
            let due = (wrote / BLOCK as u64) as f64 * period / (1.0 + 1e-6 * ppm);
            next_write = due + jitter();
        } else {
            let now = start + Duration::from_secs_f64(next_read);
            nice_assert_no_alloc::assert_no_alloc(|| drain.pull(&mut output, now));
            read += BLOCK as u64;
            if next_read > 1.0 {
                for sample in output {
                    largest = largest.max((sample - before).abs());
                    before = sample;
                }
            } else {
                before = output[BLOCK - 1];
            }
            if next_read > 60.0 {
                // The phase of the tone tells which sample of the input is heard; the delay follows from the time.
                let heard = counts.delay.load(Relaxed) as f64;
                delays = (delays.0.min(heard), delays.1.max(heard));
            }
            next_read = 0.0007 + (read / BLOCK as u64) as f64 * period + jitter();
        }
    }
    let ms = |frames: f64| 1e3 * frames / f64::from(RATE);
    Outcome {
        underruns: counts.underruns.load(Relaxed),
        dropped: counts.dropped.load(Relaxed),
        drift: 1e-3 * counts.drift.load(Relaxed) as f64,
        delays: (ms(delays.0), ms(delays.1)),
        steps: (largest, 2.0 * (turn / 2.0).sin() as f32),
    }
}

#[test]
fn clocks_that_differ_neither_starve_nor_flood_for_an_hour() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for ppm in [-500.0, 500.0] {
        let outcome = run(ppm, 3_600.0);
        assert_eq!((outcome.underruns, outcome.dropped), (0, 0), "{ppm} ppm");
        assert!(
            (outcome.drift - ppm).abs() < 60.0,
            "{ppm} ppm: {}",
            outcome.drift
        );
        assert_eq!(
            outcome.delays.0, outcome.delays.1,
            "{ppm} ppm: the delay is a constant"
        );
        let (step, own) = outcome.steps;
        assert!(step < 1.02 * own, "{ppm} ppm: a click of {step} over {own}");
    }
}

#[test]
fn equal_clocks_are_left_alone() {
    let outcome = run(0.0, 600.0);
    assert_eq!((outcome.underruns, outcome.dropped), (0, 0));
    assert!(outcome.drift.abs() < 60.0, "{}", outcome.drift);
}

#[test]
fn on_one_clock_frames_are_handed_on_as_they_are() {
    let (mut feeder, mut drain, counts) = bridge(Shape {
        rate: 48_000,
        channels: 2,
        block: BLOCK,
        one_clock: true,
    })
    .unwrap();
    let now = Instant::now();
    let (mut wrote, mut heard) = (0, Vec::new());
    for _ in 0..100 {
        let block: Vec<f32> = (0..2 * BLOCK).map(|n| 1.0 + (wrote + n) as f32).collect();
        wrote += block.len();
        feeder.push(&block, now);
        let mut out = [0.0; 2 * BLOCK];
        drain.pull(&mut out, now);
        heard.extend(out);
    }
    let delay = 2 * counts.delay.load(Relaxed) as usize;
    // After the fade-in of 5 ms: 240 frames.
    for (n, sample) in heard.iter().enumerate().skip(delay + 2 * 240) {
        assert_eq!(*sample, 1.0 + (n - delay) as f32, "sample {n}");
    }
}

#[test]
fn a_writer_that_stops_fades_out_and_comes_back() {
    let (mut feeder, mut drain, counts) = bridge(Shape {
        rate: 48_000,
        channels: 1,
        block: 480,
        one_clock: false,
    })
    .unwrap();
    let start = Instant::now();
    let mut heard = Vec::new();
    for block in 0..400u64 {
        let now = start + Duration::from_millis(10 * block);
        if !(100..200).contains(&block) {
            feeder.push(&[0.5; 480], now);
        }
        let mut out = [0.0; 480];
        drain.pull(&mut out, now + Duration::from_millis(3));
        heard.extend(out);
    }
    assert_eq!(counts.underruns.load(Relaxed), 1);
    assert!(heard[150 * 480..200 * 480].iter().all(|v| *v == 0.0));
    assert!(heard[300 * 480..].iter().all(|v| (v - 0.5).abs() < 1e-3));
    // After the resampler's own beginning.
    let click = heard[50 * 480..].windows(2).map(|w| (w[1] - w[0]).abs());
    assert!(click.fold(0.0, f32::max) < 0.02, "fades, no clicks");
}

#[test]
fn a_block_that_the_ring_cannot_hold_is_refused() {
    let shape = Shape {
        rate: 8_000,
        channels: 1,
        block: 4_096,
        one_clock: false,
    };
    let error = bridge(shape).unwrap_err().to_string();
    assert!(
        error.contains("block is 4096") && error.contains("2000"),
        "{error}"
    );
}

#[test]
fn the_loop_settles_without_ringing() {
    // The delay is 10 ms too long at first; reading faster shortens it.
    let (mut drift, mut error, mut least) = (Drift::default(), 0.010, f64::MAX);
    for _ in 0..24_000 {
        let speed = drift.correct(error, 0.005);
        error -= (speed - 1.0) * 0.005;
        least = least.min(error);
    }
    assert!(error.abs() < 1e-5, "{error}");
    assert!(least > -0.002, "overshoots to {least}");
}

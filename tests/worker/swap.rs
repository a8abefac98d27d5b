//! Another stream (steps, model, device) takes over while audio runs: no click, no late frame, the same latency.

use std::time::{Duration, Instant};

use diffwav::engine::Settings;
use diffwav::model::fake::Fake;
use diffwav::units::Db;

use crate::gate::{Gate, Gated, PATIENCE, largest_step, process, sine, spawn, stream};

#[test]
fn the_new_stream_fades_in_at_the_same_latency() {
    for rate in [48_000, 44_100] {
        let gate = Gate::default();
        let (worker, mut audio) = spawn(Gated::boxed(1.0, &gate), rate, 1, 333);
        let latency = audio.latency().0 as usize;
        let input = sine(rate as usize * 3);
        let mut out = process(&mut audio, &input[..333 * 50], 333, PATIENCE);
        worker
            .swap(stream(Gated::boxed(0.5, &gate), rate, 1))
            .unwrap();
        out.extend(process(&mut audio, &input[333 * 50..], 333, PATIENCE));
        let waited = Instant::now();
        while worker.report().swaps == 0 && waited.elapsed() < Duration::from_secs(5) {
            std::thread::yield_now();
        }
        assert_eq!(worker.report().swaps, 1);
        assert_eq!(worker.report().late_frames, 0);
        for n in (latency + 2_000..333 * 50).step_by(7) {
            assert!(
                (out[n] - input[n - latency]).abs() < 1e-4,
                "{rate}: frame {n} is of the first"
            );
        }
        let last = out.len() - rate as usize;
        for n in (last..out.len()).step_by(7) {
            let expected = 0.25 * input[n - latency];
            assert!(
                (out[n] - expected).abs() < 1e-4,
                "{rate}: frame {n} is of the second: {} {expected} {}",
                out[n],
                input[n - latency - 1] * 0.25
            );
        }
        assert!(
            largest_step(&out[3_000..]) < largest_step(&input) + 0.5 / 1_000.0,
            "{rate}: a click"
        );
    }
}

#[test]
fn a_stream_of_another_delay_is_refused() {
    let (worker, _audio) = spawn(Box::new(Fake::identity(480)), 48_000, 1, 256);
    let error = worker
        .swap(stream(Box::new(Fake::identity(240)), 48_000, 1))
        .unwrap_err();
    assert!(error.to_string().contains("480 frames"), "{error}");
}

#[test]
fn the_amount_glides() {
    let gate = Gate::default();
    let (_worker, mut audio) = spawn(Gated::boxed(0.0, &gate), 48_000, 1, 128);
    let latency = audio.latency().0 as usize;
    let input = sine(48_000);
    let mut out = process(&mut audio, &input[..12_800], 128, PATIENCE);
    let limit = Settings {
        attenuation_limit: Some(Db(6.0)),
        ..Settings::default()
    };
    nice_assert_no_alloc::assert_no_alloc(|| audio.set_amount(&limit));
    out.extend(process(&mut audio, &input[12_800..], 128, PATIENCE));
    let share = 10f32.powf(-6.0 / 20.0);
    for n in 14_400..out.len() {
        assert!(
            (out[n] - share * input[n - latency]).abs() < 1e-5,
            "frame {n}"
        );
    }
    assert!(largest_step(&out) < largest_step(&input) + 0.5 / 900.0);
}

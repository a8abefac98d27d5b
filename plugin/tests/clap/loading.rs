//! Before the engine is there: the delayed input plays, and only those wait who need not keep time.

use std::time::Duration;

use crate::host::{Plugin, blocks, on_audio_thread, paced, run};
use crate::signal::{compensated, difference, file_mode, noisy, settings};
use crate::world;

/// Longer than activation waits.
const LOADING: Duration = Duration::from_millis(500);

fn slow_to_load() -> world::World {
    world::with(|| {
        std::thread::sleep(LOADING);
        world::memory()
    })
}

#[test]
fn a_bounce_waits_for_the_engine_and_loses_nothing() {
    let _world = slow_to_load();
    let input = noisy(2, 20_000, 48_000.0);
    let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    let mut plugin = Plugin::new();
    plugin.offline(true);
    let stopped = plugin.activate(48_000.0, 512);
    let latency = plugin.latency();
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, blocks(512), &[]);
        (started.stop_processing(), out)
    });
    assert_eq!(difference(&compensated(&out, latency), &expected), None);
    plugin.deactivate(stopped);
}

#[test]
fn real_time_plays_the_delayed_input_and_fades_the_engine_in() {
    let _world = slow_to_load();
    let input: Vec<f32> = (0..144_000)
        .map(|n| 0.5 * (std::f32::consts::TAU * 60.0 * n as f32 / 48_000.0).sin())
        .collect();
    let input = vec![input.clone(), input];
    let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(48_000.0, 480);
    let latency = plugin.latency();
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, paced(), &[]);
        (started.stop_processing(), out)
    });
    plugin.deactivate(stopped);
    let out = compensated(&out, latency);
    // At first the input, at last the cleaned signal (whose memory began later), and no step between.
    assert_eq!(out[0][..4_000], input[0][..4_000]);
    let end = out[0].len();
    let near = |n: usize| (out[0][n] - expected[0][n]).abs() < 1e-3;
    let close = (end - 20_000..end).filter(|n| near(*n)).count();
    assert!(
        close > 15_000,
        "the engine plays at the end: {close} of 20000 frames"
    );
    let own = 0.5 * std::f32::consts::TAU * 60.0 / 48_000.0;
    let largest = out[0]
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(largest < own + 0.5 * 2.2 / 384.0, "a step of {largest}");
}

#[test]
fn steps_change_while_it_plays_without_a_step_in_the_signal() {
    let _world = world::with(world::memory);
    let input: Vec<f32> = (0..240_000)
        .map(|n| 0.5 * (std::f32::consts::TAU * 60.0 * n as f32 / 48_000.0).sin())
        .collect();
    let mut plugin = Plugin::new();
    let steps = plugin.parameter("Steps").id;
    let input = vec![input.clone(), input];
    let stopped = plugin.activate(48_000.0, 480);
    let latency = plugin.latency();
    let mut started = stopped.start_processing().unwrap();
    let change = crate::host::Change {
        frame: 48_000,
        id: steps,
        value: 2.0,
    };
    let out = run(&mut started, &input, blocks(480), &[change]);
    plugin.deactivate(started.stop_processing());
    assert_eq!(plugin.latency(), latency);
    let own = 0.5 * std::f32::consts::TAU * 60.0 / 48_000.0;
    let largest = out[0][latency..]
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(largest < own + 0.5 / 384.0, "a step of {largest}");
}

//! Activating, resetting, many instances, many threads: as hosts do, and as impatient ones do.

use std::time::{Duration, Instant};

use crate::host::{Plugin, blocks, on_audio_thread, run};
use crate::signal::{difference, noisy};
use crate::world;

#[test]
fn activation_does_not_wait_for_a_slow_engine() {
    let _world = world::with(|| {
        std::thread::sleep(Duration::from_millis(1500));
        world::memory()
    });
    let mut plugin = Plugin::new();
    let began = Instant::now();
    let stopped = plugin.activate(48_000.0, 512);
    // It waits for 60 ms; the rest is for a machine that has other things to do.
    assert!(
        began.elapsed() < Duration::from_millis(1000),
        "{:?}",
        began.elapsed()
    );
    assert!(
        plugin.latency() > 0,
        "the latency is known before the engine is there"
    );
    plugin.deactivate(stopped);
}

#[test]
fn latency_depends_on_rate_and_block_alone() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let mut latencies = Vec::new();
    for steps in 0..4 {
        plugin.set("Steps", f64::from(steps));
        let stopped = plugin.activate(48_000.0, 512);
        latencies.push(plugin.latency());
        plugin.deactivate(stopped);
    }
    assert!(
        latencies.iter().all(|latency| *latency == latencies[0]),
        "{latencies:?}"
    );
    // Window − hop, and H + B − 2 + T for blocks that may shrink, with T = H.
    assert_eq!(latencies[0], 480 + 480 + 512 - 2 + 480);
    let stopped = plugin.activate(48_000.0, 64);
    assert_eq!(plugin.latency(), 480 + 480 + 64 - 2 + 480);
    plugin.deactivate(stopped);
}

#[test]
fn a_reset_forgets_the_signal() {
    let _world = world::with(world::memory);
    let (first, second) = (noisy(2, 20_000, 44_100.0), noisy(2, 24_000, 48_000.0));
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(48_000.0, 256);
    let mut started = stopped.start_processing().unwrap();
    let fresh = run(&mut started, &second, blocks(256), &[]);
    for frames in [1, 100, 5_000, 20_000] {
        let part: Vec<Vec<f32>> = first.iter().map(|plane| plane[..frames].to_vec()).collect();
        run(&mut started, &part, blocks(256), &[]);
        started.reset();
        let out = run(&mut started, &second, blocks(256), &[]);
        started.reset();
        assert_eq!(
            difference(&fresh, &out),
            None,
            "after {frames} frames of another signal"
        );
    }
    plugin.deactivate(started.stop_processing());
}

#[test]
fn activation_storms_leave_a_working_plugin() {
    let _world = world::with(world::memory);
    let input = noisy(2, 12_000, 48_000.0);
    let mut plugin = Plugin::new();
    for round in 0..60u32 {
        let rate = [44_100.0, 48_000.0, 96_000.0][round as usize % 3];
        let most = 1 << (round % 11);
        let stopped = plugin.activate(rate, most);
        if round % 4 == 0 {
            plugin.deactivate(stopped);
            continue;
        }
        let mut started = stopped.start_processing().unwrap();
        if round % 2 == 0 {
            let part: Vec<Vec<f32>> = input.iter().map(|plane| plane[..1_000].to_vec()).collect();
            run(&mut started, &part, blocks(most as usize), &[]);
        }
        started.reset();
        plugin.deactivate(started.stop_processing());
    }
    let stopped = plugin.activate(48_000.0, 512);
    let mut started = stopped.start_processing().unwrap();
    let after = run(&mut started, &input, blocks(512), &[]);
    plugin.deactivate(started.stop_processing());
    let mut other = Plugin::new();
    let stopped = other.activate(48_000.0, 512);
    let mut started = stopped.start_processing().unwrap();
    let fresh = run(&mut started, &input, blocks(512), &[]);
    other.deactivate(started.stop_processing());
    assert_eq!(difference(&after, &fresh), None);
}

#[test]
fn instances_do_not_hear_each_other() {
    let _world = world::with(world::memory);
    let inputs: Vec<Vec<Vec<f32>>> = (0..4)
        .map(|n| noisy(2, 20_000, 30_000.0 + 5_000.0 * f64::from(n)))
        .collect();
    let alone: Vec<_> = inputs.iter().map(|input| bounce(input)).collect();
    let together = std::thread::scope(|scope| {
        let threads: Vec<_> = inputs
            .iter()
            .map(|input| scope.spawn(|| bounce(input)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    for (alone, together) in alone.iter().zip(&together) {
        assert_eq!(difference(alone, together), None);
    }
}

fn bounce(input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut plugin = Plugin::new();
    plugin.offline(true);
    let stopped = plugin.activate(48_000.0, 128);
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, input, blocks(128), &[]);
        (started.stop_processing(), out)
    });
    plugin.deactivate(stopped);
    out
}

#[test]
fn twenty_instances_of_the_real_network_load_and_leave() {
    let _world = world::real();
    let input = noisy(2, 4_800, 48_000.0);
    let mut plugins: Vec<Plugin> = (0..20).map(|_| Plugin::new()).collect();
    let stopped: Vec<_> = plugins
        .iter_mut()
        .map(|plugin| plugin.activate(48_000.0, 512))
        .collect();
    let mut outputs = Vec::new();
    for (plugin, stopped) in plugins.iter_mut().zip(stopped) {
        let mut started = stopped.start_processing().unwrap();
        outputs.push(run(&mut started, &input, blocks(512), &[]));
        plugin.deactivate(started.stop_processing());
    }
    for out in &outputs[1..] {
        assert_eq!(difference(&outputs[0], out), None);
    }
}

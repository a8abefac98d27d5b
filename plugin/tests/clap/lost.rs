//! A device that is lost while audio runs: the input plays for a moment, then the engine on the CPU, in its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use diffwav::engine::Format;
use diffwav::engine::latency::Budget;
use diffwav::engine::worker::Blocks;
use diffwav::model::fake::Fake;
use diffwav::units::Hz;
use diffwav_plugin::instance::Instance;
use diffwav_plugin::keeper;
use diffwav_plugin::params::DenoiseParams;

use crate::host::{Plugin, blocks, on_audio_thread, paced, run};
use crate::signal::{compensated, file_mode, noisy, settings};
use crate::world;

/// Hops until the device is lost; three more run before the engine is used.
const HOPS: usize = 60;

/// A device that is lost, and then a CPU.
fn lost() -> world::World {
    let made = AtomicUsize::new(0);
    world::with(move || match made.fetch_add(1, Relaxed) {
        0 => Fake::identity(480).on("webgpu").failing_at(3 + HOPS as u64),
        _ => world::memory().on("cpu"),
    })
}

/// Frames from `from` on in which the two are not the same.
fn apart(a: &[f32], b: &[f32], from: usize) -> usize {
    let both = a.iter().zip(b).skip(from);
    both.filter(|(a, b)| (*a - *b).abs() > 1e-4).count()
}

#[test]
fn a_bounce_goes_on_with_the_cpu_at_the_same_latency() {
    let _world = lost();
    let input = noisy(2, 96_000, 48_000.0);
    let cpu = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    let mut plugin = Plugin::new();
    plugin.offline(true);
    // Blocks of a hop: the new engine then begins at a hop of the file's, and its frames are the same.
    let stopped = plugin.activate(48_000.0, 480);
    let latency = plugin.latency();
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, blocks(480), &[]);
        (started.stop_processing(), out)
    });
    assert_eq!(plugin.latency(), latency);
    plugin.deactivate(stopped);
    let out = compensated(&out, latency);
    let lost = 480 * HOPS;
    assert_eq!(
        apart(&out[0][..lost - 2_000], &input[0][..lost - 2_000], 480),
        0,
        "the device ran first"
    );
    // What was on its way when the device was lost, what the new engine hears first, and its memory filling.
    assert_eq!(apart(&out[0], &cpu[0], lost + 12_000), 0, "the CPU goes on");
    assert!(apart(&out[0], &input[0], lost + 12_000) > 40_000);
}

#[test]
fn real_time_hears_the_input_for_a_moment_and_no_step() {
    let _world = lost();
    let sine: Vec<f32> = (0..144_000)
        .map(|n| 0.5 * (std::f32::consts::TAU * 60.0 * n as f32 / 48_000.0).sin())
        .collect();
    let input = vec![sine.clone(), sine];
    let cpu = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
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
    let end = out[0].len();
    let missed = apart(&out[0], &cpu[0][..end], end - 20_000);
    assert!(missed < 5_000, "the CPU plays at the end: {missed} missed");
    let own = 0.5 * std::f32::consts::TAU * 60.0 / 48_000.0;
    let steps = out[0].windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let largest = steps.fold(0.0, f32::max);
    assert!(largest < own + 0.5 * 2.2 / 384.0, "a step of {largest}");
}

#[test]
fn the_window_says_why_and_what_runs_instead() {
    let _world = lost();
    let instance = Instance::new(Arc::<DenoiseParams>::default());
    keeper::keep(&instance);
    let format = Format {
        rate: Hz(48_000),
        channels: 1,
        frames_per_call: 1,
    };
    let place = Blocks {
        most: 480,
        fixed: false,
        budget: Budget::FULL,
    };
    let patience = Duration::from_secs(60);
    instance.activate(format, place, patience).unwrap();
    let mut engine = instance.take_engine().unwrap();
    instance.set_begun(true);
    let about = |instance: &Instance| instance.status().about.unwrap().engine;
    assert_eq!(about(&instance), "fake on webgpu");
    let began = Instant::now();
    while instance.report().is_none_or(|report| report.renewals == 0) {
        assert!(began.elapsed() < patience, "{:?}", instance.status());
        engine.process_patiently(&mut [&mut [0.1; 480]], patience);
    }
    let status = instance.status();
    assert_eq!(about(&instance), "fake on cpu");
    assert!(!status.failed && instance.is_current());
    let said = status.messages.join(" ");
    assert!(
        said.starts_with(
            "the device was lost, the CPU runs instead: the network failed on fake on webgpu"
        ),
        "{said}"
    );
    instance.close();
}

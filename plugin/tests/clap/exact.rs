//! What comes out is what file mode makes, to the bit, whatever the blocks are; and the latency is the reported one.

use diffwav::engine::Settings;
use diffwav::model::{Options, load, registry};

use crate::host::{Plugin, blocks, on_audio_thread, run};
use crate::signal::{compensated, difference, file_mode, noisy, settings};
use crate::world;

/// Runs with the network of the world and compares with `expected`, which is aligned.
fn compare(
    rate: u32,
    most: u32,
    mut next: impl FnMut() -> usize,
    input: &[Vec<f32>],
    expected: &[Vec<f32>],
) {
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(f64::from(rate), most);
    let latency = plugin.latency();
    let mut started = stopped.start_processing().unwrap();
    let out = run(&mut started, input, &mut next, &[]);
    // A frame of the spectrum may ring a window early, as in a file whose start is cut off.
    assert!(
        out.iter().all(|plane| plane[..latency - rate as usize / 50]
            .iter()
            .all(|v| *v == 0.0)),
        "silence before the latency"
    );
    let out = compensated(&out, latency);
    assert_eq!(
        difference(&out, expected),
        None,
        "{rate} Hz, blocks up to {most}"
    );
    plugin.deactivate(started.stop_processing());
}

#[test]
fn every_block_size_gives_the_file() {
    let _world = world::with(world::memory);
    let input = noisy(2, 40_000, 48_000.0);
    let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    for size in [1, 2, 17, 64, 479, 480, 481, 512, 1021, 4096, 8192] {
        compare(48_000, size as u32, blocks(size), &input, &expected);
    }
}

#[test]
fn blocks_that_change_from_call_to_call_give_the_file() {
    let _world = world::with(world::memory);
    let input = noisy(2, 60_000, 48_000.0);
    let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    let mut state = 1u32;
    let random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % 1024 + 1
    };
    compare(48_000, 1024, random, &input, &expected);
    let mut turn = 0;
    let odd = move || {
        turn += 1;
        [1, 1024, 3, 480, 1, 1, 700][turn % 7]
    };
    compare(48_000, 1024, odd, &input, &expected);
}

#[test]
fn every_rate_gives_the_file() {
    let _world = world::with(world::memory);
    for rate in [44_100, 88_200, 96_000, 176_400, 192_000] {
        let input = noisy(2, rate as usize / 2, f64::from(rate));
        let expected = file_mode(Box::new(world::memory()), &input, rate, &settings());
        for size in [64, 512] {
            compare(rate, 512, blocks(size), &input, &expected);
        }
    }
}

#[test]
fn the_real_network_gives_the_file() {
    let _world = world::real();
    let input = noisy(2, 30_000, 48_000.0);
    // Window − hop, and H + B − 2 + T for blocks that may shrink, with T = H.
    for (choice, name, steps, delay) in [
        (0.0, registry::DEFAULT, 1, 960 + 480 + 512 - 2 + 480),
        (0.0, registry::DEFAULT, 2, 960 + 480 + 512 - 2 + 480),
        (1.0, registry::LITE_DENOISER, 1, 720 + 720 + 512 - 2 + 720),
    ] {
        let model = registry::open(name).unwrap();
        let wanted = Settings {
            steps: Some(steps),
            ..settings()
        };
        let network = load(&model, &Options::default()).unwrap().network;
        let expected = file_mode(network, &input, 48_000, &wanted);
        let mut plugin = Plugin::new();
        plugin.set("Model", choice);
        plugin.set("Steps", steps as f64 - 1.0);
        let stopped = plugin.activate(48_000.0, 512);
        let latency = plugin.latency();
        assert_eq!(latency, delay, "{name}");
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, blocks(512), &[]);
        let worst = compensated(&out, latency)
            .iter()
            .flatten()
            .zip(
                expected
                    .iter()
                    .flat_map(|plane| &plane[..input[0].len() - latency]),
            )
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        // One frame a call against many: the engine may sum in another order.
        assert!(worst < 2e-5, "{name}: {steps} steps differ by {worst}");
        plugin.deactivate(started.stop_processing());
    }
}

#[test]
fn a_bounce_on_another_thread_is_exact_whether_announced_or_not() {
    let _world = world::with(|| world::memory().sleeping(std::time::Duration::from_millis(2)));
    let input = noisy(2, 96_000, 48_000.0);
    let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
    for announced in [true, false] {
        let mut plugin = Plugin::new();
        plugin.offline(announced);
        let stopped = plugin.activate(48_000.0, 512);
        let latency = plugin.latency();
        let (started, out) = on_audio_thread(|| {
            let mut started = stopped.start_processing().unwrap();
            let out = run(&mut started, &input, blocks(512), &[]);
            (started.stop_processing(), out)
        });
        let out = compensated(&out, latency);
        assert_eq!(difference(&out, &expected), None, "announced: {announced}");
        plugin.deactivate(started);
    }
}

#[test]
fn two_bounces_null() {
    let _world = world::with(world::memory);
    let input = noisy(2, 30_000, 48_000.0);
    let mut plugin = Plugin::new();
    let mut stopped = plugin.activate(48_000.0, 256);
    let mut bounces = Vec::new();
    for restart in [false, true, false, true] {
        if restart {
            plugin.deactivate(stopped);
            stopped = plugin.activate(48_000.0, 256);
        }
        let mut started = stopped.start_processing().unwrap();
        started.reset();
        bounces.push(run(&mut started, &input, blocks(256), &[]));
        stopped = started.stop_processing();
    }
    for bounce in &bounces[1..] {
        assert_eq!(difference(&bounces[0], bounce), None);
    }
    plugin.deactivate(stopped);
}

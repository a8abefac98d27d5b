//! Everything that no sane host does, and some do: no crash, no hang, nothing that is not a number.

use std::time::{Duration, Instant};

use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;
use diffwav::model::fake::Fake;

use crate::host::{Parameter, Plugin, Started, call, on_audio_thread};
use crate::world;

/// The framework as published does not bear events out of order or behind the block's end; with plugin/patches, as
/// `cargo xtask test` builds it, it does.
fn mended() -> bool {
    std::env::var_os("DIFFWAV_MENDED").is_some()
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, most: usize) -> usize {
        self.next() as usize % most
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A value that may be in an input, with all that should not be.
fn sample(random: &mut Random) -> f32 {
    match random.below(40) {
        0 => f32::NAN,
        1 => f32::INFINITY,
        2 => f32::NEG_INFINITY,
        3 => f32::MAX,
        4 => -3e37,
        5 => f32::from_bits(random.below(0x80_0000) as u32),
        6 => 1e6,
        _ => random.unit() as f32 - 0.5,
    }
}

fn storm(
    started: &mut Started,
    parameters: &[Parameter],
    random: &mut Random,
    most: usize,
    calls: usize,
) {
    for _ in 0..calls {
        let frames = match random.below(8) {
            0 => 0,
            1 => 1,
            2 => most,
            _ => random.below(most) + 1,
        };
        let input: Vec<Vec<f32>> = (0..2)
            .map(|_| (0..frames).map(|_| sample(random)).collect())
            .collect();
        let mut events: Vec<(u32, ParamValueEvent)> = (0..random.below(12))
            .map(|_| {
                let parameter = &parameters[random.below(parameters.len())];
                let value = parameter.least + (parameter.most - parameter.least) * random.unit();
                let time = random.below(if mended() { frames + 2 } else { frames.max(1) }) as u32;
                (
                    time,
                    ParamValueEvent::new(time, parameter.id, Pckn::match_all(), value),
                )
            })
            .collect();
        if !mended() {
            events.sort_by_key(|(time, _)| *time);
        }
        let events: Vec<ParamValueEvent> = events.into_iter().map(|(_, event)| event).collect();
        let planes: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
        let out = call(started, &planes, &events);
        for value in out.iter().flatten() {
            assert!(value.is_finite() && value.abs() <= 2e7, "{value}");
        }
        if random.below(60) == 0 {
            started.reset();
        }
    }
}

#[test]
fn random_parameters_and_inputs_on_the_audio_thread() {
    let _world = world::with(world::memory);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (rate, most) in [
        (48_000.0, 512),
        (44_100.0, 1),
        (192_000.0, 4096),
        (96_000.0, 33),
    ] {
        let mut plugin = Plugin::new();
        let parameters = plugin.parameters();
        let stopped = plugin.activate(rate, most);
        let stopped = on_audio_thread(|| {
            let mut started = stopped.start_processing().unwrap();
            storm(&mut started, &parameters, &mut random, most as usize, 400);
            started.stop_processing()
        });
        plugin.deactivate(stopped);
    }
}

#[test]
fn the_real_network_in_a_storm() {
    let _world = world::real();
    let mut random = Random(77);
    let mut plugin = Plugin::new();
    let parameters = plugin.parameters();
    let stopped = plugin.activate(48_000.0, 256);
    let mut started = stopped.start_processing().unwrap();
    storm(&mut started, &parameters, &mut random, 256, 300);
    plugin.deactivate(started.stop_processing());
}

#[test]
fn states_are_loaded_while_audio_runs_on_another_thread() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let parameters = plugin.parameters();
    let good = plugin.save();
    let stopped = plugin.activate(48_000.0, 256);
    std::thread::scope(|scope| {
        let parameters = &parameters;
        let audio = scope.spawn(move || {
            let mut started = stopped.start_processing().unwrap();
            let mut random = Random(5);
            storm(&mut started, parameters, &mut random, 256, 500);
            started.stop_processing()
        });
        let mut random = Random(6);
        while !audio.is_finished() {
            let mut bytes = good.clone();
            if random.below(2) == 0 {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
            plugin.load(&bytes);
            plugin.save();
            for parameter in &plugin.parameters() {
                let text = plugin.text(parameter.id, parameter.default);
                plugin.parse(parameter.id, &text);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let stopped = audio.join().unwrap();
        plugin.deactivate(stopped);
    });
}

#[test]
fn a_network_slower_than_real_time_leaves_the_input_playing() {
    // A hop is 10 ms.
    let _world = world::with(|| Fake::identity(480).sleeping(Duration::from_millis(30)));
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(48_000.0, 480);
    let latency = plugin.latency();
    let input: Vec<f32> = (0..96_000).map(|n| 0.4 * (0.01 * n as f32).sin()).collect();
    let began = Instant::now();
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let mut out = Vec::new();
        for block in input.chunks(480) {
            out.extend(call(&mut started, &[block, block], &[]).remove(0));
            std::thread::sleep(Duration::from_millis(10));
        }
        (started.stop_processing(), out)
    });
    plugin.deactivate(stopped);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it hung: {:?}",
        began.elapsed()
    );
    // The identity and the input are one signal, so whatever stands in, it is the delayed input.
    for n in latency..out.len() {
        assert!(
            (out[n] - input[n - latency]).abs() < 2e-3,
            "frame {n}: {} {}",
            out[n],
            input[n - latency]
        );
    }
}

#[test]
fn a_network_that_fails_leaves_the_input_playing_and_a_bounce_does_not_wait() {
    let _world = world::with(|| Fake::identity(480).failing_at(40));
    let mut plugin = Plugin::new();
    plugin.offline(true);
    let stopped = plugin.activate(48_000.0, 512);
    let latency = plugin.latency();
    let input: Vec<f32> = (0..96_000).map(|n| 0.4 * (0.01 * n as f32).sin()).collect();
    let began = Instant::now();
    let mut started = stopped.start_processing().unwrap();
    let mut out = Vec::new();
    for block in input.chunks(512) {
        out.extend(call(&mut started, &[block, block], &[]).remove(0));
    }
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "it waited for what will not come"
    );
    for n in latency..out.len() {
        assert!((out[n] - input[n - latency]).abs() < 2e-3, "frame {n}");
    }
    plugin.deactivate(started.stop_processing());
}

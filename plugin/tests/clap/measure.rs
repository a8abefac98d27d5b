//! What an instance costs. Not a test: `cargo test -p diffwav-plugin --test clap measure -- --ignored --nocapture`,
//! for one core behind `taskset -c 0`.

use std::time::{Duration, Instant};

use crate::host::{Plugin, Started, call};
use crate::signal::{compensated, file_mode, noisy, settings};
use crate::world;

const RATE: f64 = 48_000.0;

/// CPU seconds of this process, all threads.
pub fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    // utime and stime, in ticks of 10 ms.
    fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// Resident memory in MB.
pub fn memory() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<f64>()
        .unwrap()
        * 4096.0
        / 1e6
}

/// Plays `input` through all, in real time; returns the outputs.
fn play(processors: &mut [Started], input: &[Vec<f32>], block: usize) -> Vec<Vec<Vec<f32>>> {
    let mut outputs = vec![vec![Vec::new(); input.len()]; processors.len()];
    let began = Instant::now();
    for start in (0..input[0].len() - block).step_by(block) {
        let planes: Vec<&[f32]> = input
            .iter()
            .map(|plane| &plane[start..start + block])
            .collect();
        for (processor, output) in processors.iter_mut().zip(&mut outputs) {
            for (to, from) in output.iter_mut().zip(call(processor, &planes, &[])) {
                to.extend(from);
            }
        }
        let due = Duration::from_secs_f64((start + block) as f64 / RATE);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
    outputs
}

fn with(
    instances: usize,
    steps: usize,
    block: usize,
    work: impl FnOnce(&mut [Started], usize) + Send,
) {
    let mut plugins: Vec<Plugin> = (0..instances).map(|_| Plugin::new()).collect();
    let mut stopped = Vec::new();
    for plugin in &mut plugins {
        plugin.set("Steps", steps as f64 - 1.0);
        plugin.set("Adaptive quality", 0.0);
        stopped.push(plugin.activate(RATE, block as u32));
    }
    std::thread::sleep(Duration::from_millis(300 + 200 * instances as u64));
    let latency = plugins[0].latency();
    let back = crate::host::on_audio_thread(|| {
        let mut started: Vec<Started> = stopped
            .into_iter()
            .map(|s| s.start_processing().unwrap())
            .collect();
        work(&mut started, latency);
        started
            .into_iter()
            .map(Started::stop_processing)
            .collect::<Vec<_>>()
    });
    for (plugin, stopped) in plugins.iter_mut().zip(back) {
        plugin.deactivate(stopped);
    }
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn processor_time_of_an_instance() {
    let _world = world::real();
    let input = noisy(2, 5 * 48_000, RATE);
    println!("stereo, 48 kHz, % of a core in real time");
    for steps in 1..=4 {
        for block in [64, 256, 1024] {
            with(1, steps, block, |started, _| {
                let before = cpu();
                play(started, &input, block);
                println!(
                    "{steps} steps, blocks of {block}: {:.1} %",
                    100.0 * (cpu() - before) / 5.0
                );
            });
        }
    }
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn memory_of_instances() {
    let _world = world::real();
    let input = noisy(2, 24_000, RATE);
    println!("nothing loaded: {:.0} MB", memory());
    for instances in [1, 20] {
        with(instances, 1, 512, |started, _| {
            play(started, &input, 512);
            println!("{instances} instances: {:.0} MB", memory());
        });
    }
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn instances_before_something_is_late() {
    let _world = world::real();
    let input = noisy(2, 4 * 48_000, RATE);
    let model = diffwav::model::registry::open(diffwav::model::registry::DEFAULT).unwrap();
    let network = diffwav::model::load(&model, &diffwav::model::Options::default())
        .unwrap()
        .network;
    let expected = file_mode(network, &input, 48_000, &settings());
    for instances in [1, 2, 4, 6, 8, 10, 12, 16, 20] {
        let mut late = 0;
        with(instances, 1, 512, |started, latency| {
            for output in play(started, &input, 512) {
                let output = compensated(&output, latency);
                late += output[0]
                    .iter()
                    .zip(&expected[0])
                    .filter(|(a, b)| (**a - **b).abs() > 1e-3)
                    .count();
            }
        });
        println!(
            "{instances} instances: {late} late frames of {}",
            instances * input[0].len()
        );
    }
}

#[test]
#[ignore = "prints a table"]
fn latency_table() {
    let _world = world::real();
    for rate in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
        let latencies = [64, 128, 256, 512, 1024, 2048].map(|block| {
            let mut plugin = Plugin::new();
            let stopped = plugin.activate(rate, block);
            let latency = plugin.latency();
            plugin.deactivate(stopped);
            format!("{latency} ({:.0} ms)", 1e3 * latency as f64 / rate)
        });
        println!("| {} kHz | {} |", rate / 1e3, latencies.join(" | "));
    }
}

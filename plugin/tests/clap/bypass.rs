//! Bypass, mix, gains and the removed part: exact where they stand still, without a step where they move.

use crate::host::{Change, Plugin, blocks, run};
use crate::signal::noisy;
use crate::world;

fn bounce(settings: &[(&str, f64)], input: &[Vec<f32>]) -> (Vec<Vec<f32>>, usize) {
    let mut plugin = Plugin::new();
    for (name, value) in settings {
        plugin.set(name, *value);
    }
    let stopped = plugin.activate(48_000.0, 512);
    let latency = plugin.latency();
    let mut started = stopped.start_processing().unwrap();
    let out = run(&mut started, input, blocks(512), &[]);
    plugin.deactivate(started.stop_processing());
    (out, latency)
}

#[test]
fn bypass_is_the_input_to_the_bit_at_the_reported_latency() {
    let _world = world::with(world::memory);
    let input = noisy(2, 20_000, 48_000.0);
    // Gains act on the cleaned signal only.
    let (out, latency) = bounce(&[("Bypass", 1.0), ("Output gain", 1.0)], &input);
    for (out, input) in out.iter().zip(&input) {
        assert_eq!(out[latency..], input[..input.len() - latency]);
    }
}

#[test]
fn mix_at_zero_is_the_input_to_the_bit() {
    let _world = world::with(world::memory);
    let input = noisy(2, 20_000, 48_000.0);
    let (out, latency) = bounce(&[("Mix", 0.0)], &input);
    for (out, input) in out.iter().zip(&input) {
        assert_eq!(out[latency..], input[..input.len() - latency]);
    }
}

#[test]
fn cleaned_and_removed_are_the_input() {
    let _world = world::with(world::memory);
    let input = noisy(2, 20_000, 48_000.0);
    // The amount's range is normalised: 12 of 60 dB.
    let (cleaned, latency) = bounce(&[("Amount", 0.2)], &input);
    let (removed, _) = bounce(&[("Amount", 0.2), ("Listen", 1.0)], &input);
    for ((cleaned, removed), input) in cleaned.iter().zip(&removed).zip(&input) {
        for n in latency..input.len() {
            let sum = cleaned[n] + removed[n];
            assert!((sum - input[n - latency]).abs() < 2e-6, "frame {n}: {sum}");
        }
    }
}

#[test]
fn gains_are_what_they_say() {
    let _world = world::with(world::memory);
    let input = noisy(2, 20_000, 48_000.0);
    let (plain, latency) = bounce(&[], &input);
    // +12 dB before and −12 dB behind; the network here is linear.
    let (same, _) = bounce(&[("Input gain", 0.75), ("Output gain", 0.25)], &input);
    let (loud, _) = bounce(&[("Output gain", 0.75)], &input);
    let twelve = 10f32.powf(12.0 / 20.0);
    for n in latency..plain[0].len() {
        assert!((plain[0][n] - same[0][n]).abs() < 1e-5);
        assert!((twelve * plain[0][n] - loud[0][n]).abs() < 1e-5);
    }
}

#[test]
fn nothing_that_is_switched_clicks() {
    let _world = world::with(world::memory);
    // A slow sine: its own steps are small.
    let input: Vec<f32> = (0..96_000)
        .map(|n| 0.5 * (std::f32::consts::TAU * 60.0 * n as f32 / 48_000.0).sin())
        .collect();
    let input = vec![input.clone(), input];
    let own = 0.5 * std::f32::consts::TAU * 60.0 / 48_000.0;
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(48_000.0, 512);
    let latency = plugin.latency();
    let mut changes = Vec::new();
    for (index, name) in ["Bypass", "Listen", "Mix", "Amount", "Bypass", "Listen"]
        .iter()
        .enumerate()
    {
        let parameter = plugin.parameter(name);
        let value = if index < 2 { 1.0 } else { 0.0 };
        changes.push(Change {
            frame: 20_000 + 10_000 * index + 77,
            id: parameter.id,
            value,
        });
    }
    let mut started = stopped.start_processing().unwrap();
    let out = run(&mut started, &input, blocks(512), &changes);
    plugin.deactivate(started.stop_processing());
    for plane in &out {
        for n in latency + 1..plane.len() {
            let step = (plane[n] - plane[n - 1]).abs();
            // A glide of 20 ms over at most twice the amplitude adds 2·0.5/960 a sample.
            assert!(
                step < own + 2.2 * 0.5 / 960.0 + 1e-4,
                "frame {n}: a step of {step}"
            );
        }
    }
}

//! The built-in network in the engine: streaming is exact, levels are kept.

use diffwav::engine::Settings;
use diffwav::model::{self, EngineChoice, Network, Options, registry};

use crate::support::{format, noise, run};

fn network() -> Box<dyn Network> {
    let options = Options {
        engine: EngineChoice::Tract,
        ..Options::default()
    };
    let model = registry::open(registry::BUILT_IN[0].name).unwrap();
    model::load(&model, &options).unwrap().network
}

/// Something like a voice: a gliding harmonic tone with syllables and pauses, in faint noise.
fn voice(level: f32, frames: usize) -> Vec<f32> {
    let hiss = noise(21, 1, frames).remove(0);
    let mut phase = 0.0f64;
    (0..frames)
        .map(|n| {
            let time = n as f64 / 48_000.0;
            phase += (120.0 + 30.0 * (time * 5.0).sin()) / 48_000.0;
            let syllable = (time * 4.0 * std::f64::consts::PI).sin().max(0.0);
            let tone: f64 = (1..20)
                .map(|k| (std::f64::consts::TAU * phase * f64::from(k)).sin() / f64::from(k))
                .sum();
            level * (0.3 * (syllable * tone) as f32 + 0.003 * hiss[n])
        })
        .collect()
}

fn stream(frames_per_call: usize, steps: usize) -> diffwav::engine::Stream {
    let settings = Settings {
        steps: Some(steps),
        ..Settings::default()
    };
    diffwav::engine::Stream::new(network(), format(48_000, 1, frames_per_call), &settings).unwrap()
}

#[test]
fn any_partition_gives_the_same_bits_and_frame_counts_only_round() {
    let input = [voice(1.0, 48_000)];
    for steps in [1, 2] {
        let hop_by_hop = run(&mut stream(1, steps), &input, &mut || 480);
        for block in [64, 441, 4096] {
            let cut = run(&mut stream(1, steps), &input, &mut || block);
            let n = cut[0].len().min(hop_by_hop[0].len());
            assert_eq!(cut[0][..n], hop_by_hop[0][..n], "blocks of {block}");
        }
        let offline = run(&mut stream(16, steps), &input, &mut || 48_000);
        let (mut error, mut energy) = (0.0f64, 0.0f64);
        for (a, b) in offline[0].iter().zip(&hop_by_hop[0]) {
            error += f64::from(a - b).powi(2);
            energy += f64::from(*b).powi(2);
        }
        assert!(energy > 1.0, "the voice is there: {energy}");
        assert!(
            (error / energy).sqrt() < 1e-5,
            "{steps} steps: {}",
            (error / energy).sqrt()
        );
    }
}

#[test]
fn the_level_of_the_recording_does_not_matter() {
    let gain = |scale: f32| {
        let out = run(&mut stream(16, 1), &[voice(scale, 96_000)], &mut || 4096);
        level(&out[0]) - 20.0 * f64::from(scale).log10()
    };
    let loud = gain(1.0);
    // −15 dBFS as it stands; then about −50 and −60 dBFS: the peers' cliff.
    for scale in [0.018, 0.0056] {
        let change = gain(scale) - loud;
        assert!(
            change.abs() < 1.0,
            "at {scale} the voice changes by {change} dB"
        );
    }
}

#[test]
fn digital_silence_stays() {
    let out = run(&mut stream(4, 1), &[vec![0.0; 48_000]], &mut || 999);
    assert!(out[0].iter().all(|v| *v == 0.0));
}

/// One channel of white noise, `scale` times as loud as [`noise`].
fn hiss(seed: u64, scale: f32, frames: usize) -> Vec<f32> {
    let noise = noise(seed, 1, frames).remove(0);
    noise.iter().map(|v| scale * v).collect()
}

/// Something like a keyboard: short bursts of noise at uneven times.
fn clicks(frames: usize) -> Vec<f32> {
    let hiss = hiss(8, 0.2, frames);
    (0..frames)
        .map(|n| {
            let every = 7_000 + 1_500 * ((n / 20_000) % 3);
            hiss[n] * (-((n % every) as f32) / 300.0).exp()
        })
        .collect()
}

#[test]
fn noise_alone_falls() {
    for (name, noise, wanted) in [
        ("hiss", hiss(7, 0.03, 6 * 48_000), -40.0),
        ("a keyboard", clicks(6 * 48_000), -30.0),
    ] {
        let out = run(
            &mut stream(16, 1),
            std::slice::from_ref(&noise),
            &mut || 4800,
        );
        let second = 48_000;
        let change = level(&out[0][second..]) - level(&noise[second..]);
        assert!(change < wanted, "{name}: {change} dB");
    }
}

/// Mean power in dB.
fn level(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|v| f64::from(*v).powi(2)).sum();
    10.0 * (sum / samples.len() as f64).log10()
}

/// What comes out of `tail` behind `before`, without what belongs to `before`.
fn behind(before: &[f32], tail: &[f32]) -> Vec<f32> {
    let mut stream = stream(16, 1);
    let input = [[before, tail].concat()];
    let out = run(&mut stream, &input, &mut || 4800).remove(0);
    out[before.len()..].to_vec()
}

#[test]
fn after_minutes_of_noise_or_silence_the_network_is_as_at_the_start() {
    let tail = voice(1.0, 4 * 48_000);
    let hiss = hiss(5, 0.01, 150 * 48_000);
    let silence = vec![0.0; hiss.len()];
    let start = 5 * 48_000;
    for (name, past) in [("noise", &hiss), ("silence", &silence)] {
        let (soon, late) = (behind(&past[..start], &tail), behind(past, &tail));
        let second = 48_000;
        let change = level(&late[second..]) - level(&soon[second..]);
        assert!(
            change.abs() < 0.2,
            "{name}: the voice behind it by {change} dB"
        );
        let difference: Vec<f32> = late.iter().zip(&soon).map(|(a, b)| a - b).collect();
        let error = level(&difference[second..]) - level(&soon[second..]);
        assert!(error < -30.0, "{name}: it differs by {error} dB");
    }
}

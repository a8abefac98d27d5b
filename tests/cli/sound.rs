//! What the options do to the sound, to the sample.

use crate::world::{World, noisy, refuses, samples};

const FRAMES: usize = 24_000;

/// A float recording, so that nothing is rounded on the way.
fn world() -> (World, Vec<f32>) {
    let world = World::new();
    let input: Vec<f32> = (0..FRAMES).map(|n| 0.3 * noisy(n, 0, 44_100)).collect();
    world.float_recording("a.wav", 44_100, 1, input.iter().copied());
    (world, input)
}

fn run(world: &World, arguments: &[&str]) -> Vec<f32> {
    run_on("a.wav", world, arguments)
}

fn run_on(input: &str, world: &World, arguments: &[&str]) -> Vec<f32> {
    world
        .denoise(&[&[input, "-o", "b.wav", "--overwrite"], arguments].concat())
        .assert()
        .success();
    samples(&world.path("b.wav"))
}

fn energy(signal: &[f32]) -> f64 {
    signal.iter().map(|v| f64::from(*v).powi(2)).sum()
}

#[test]
fn cleaned_and_removed_add_up_to_the_input() {
    let (world, input) = world();
    let cleaned = run(&world, &[]);
    let removed = run(&world, &["--keep", "removed"]);
    assert_ne!(cleaned, input);
    for (n, sample) in input.iter().enumerate() {
        // Two roundings of values below one half.
        let difference = cleaned[n] + removed[n] - sample;
        assert!(difference.abs() <= 2.0 * f32::EPSILON, "{n}: {difference}");
    }
}

#[test]
fn nothing_of_the_cleaned_sound_is_the_input_to_the_bit() {
    let (world, input) = world();
    assert_eq!(run(&world, &["--mix", "0"]), input);
}

#[test]
fn no_attenuation_is_the_input_to_the_bit() {
    let (world, input) = world();
    assert_eq!(run(&world, &["--attenuation-limit", "0"]), input);
}

#[test]
fn the_beginning_is_heard_once_before_the_file_begins() {
    let (short, input) = world();
    let heard: Vec<f32> = input.iter().copied().cycle().take(44_100).collect();
    let long = World::new();
    long.float_recording("a.wav", 44_100, 1, [&heard[..], &input].concat());
    let cold = run(&long, &["--pre-roll", "0"]);
    let warm = run(&short, &["--pre-roll", "1"]);
    assert_eq!(warm, cold[heard.len()..]);
    assert_ne!(warm, cold[..input.len()]);
    assert_eq!(run(&short, &["--pre-roll", "0"]).len(), input.len());
    refuses(
        &short,
        &["a.wav", "--pre-roll", "61"],
        2,
        &["give seconds as a number from 0 to 60"],
    );
}

/// Power in dB of each 20 ms at 48 kHz.
fn levels(signal: &[f32]) -> Vec<f64> {
    let frames = signal.chunks_exact(960);
    frames
        .map(|frame| 10.0 * (energy(frame) / 960.0 + 1e-12).log10())
        .collect()
}

#[test]
fn a_clean_voice_passes() {
    let world = World::new();
    let asset =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets/clean-speech.flac");
    std::fs::copy(asset, world.path("a.flac")).unwrap();
    let through = |mix| run_on("a.flac", &world, &["--bit-depth", "32f", "--mix", mix]);
    let (input, output) = (through("0"), through("1"));
    let lost: Vec<f32> = input.iter().zip(&output).map(|(a, b)| a - b).collect();
    let snr = 10.0 * (energy(&input) / energy(&lost)).log10();
    assert!(snr > 28.0, "{snr} dB");
    // Nor is a sound of it cut, which is 12 dB: the "s" that it begins with, the plosive behind a pause.
    let (before, after) = (levels(&input), levels(&output));
    let loudest = before.iter().copied().fold(f64::MIN, f64::max);
    for (n, (before, after)) in before.iter().zip(&after).enumerate() {
        if *before > loudest - 25.0 {
            assert!(after - before > -12.0, "frame {n}: {} dB", after - before);
        }
    }
}

/// A chord of plucked strings every half second.
fn chord(n: usize) -> f32 {
    let time = n as f32 / 44_100.0;
    let since = time % 0.5;
    let tone = |hz: f32| (std::f32::consts::TAU * hz * time).sin() * (-3.0 * since).exp();
    0.1 * [220.0, 277.2, 329.6, 440.0, 659.3]
        .map(tone)
        .iter()
        .sum::<f32>()
}

#[test]
fn music_is_kept_when_it_is_asked_for() {
    let world = World::new();
    let input: Vec<f32> = (0..132_300).map(chord).collect();
    world.float_recording("a.wav", 44_100, 1, input.iter().copied());
    let change = |arguments: &[&str]| {
        let out = run(&world, arguments);
        10.0 * (energy(&out) / energy(&input)).log10()
    };
    let (free, kept) = (change(&[]), change(&["--preserve", "music"]));
    assert!(
        free < -3.0,
        "the network takes a chord for noise: {free} dB"
    );
    assert!(kept > -3.0 && kept < 0.1, "it falls by {kept} dB");
    assert_eq!(kept, change(&["--attenuation-limit", "2.5"]));
}

#[test]
fn music_and_a_limit_are_two_answers_to_one_question() {
    let (world, _) = world();
    let arguments = ["a.wav", "--preserve", "music", "--attenuation-limit", "6"];
    refuses(&world, &arguments, 2, &["--preserve"]);
}

#[test]
fn integers_that_nothing_was_done_to_are_not_dithered() {
    let world = World::new();
    let path = world.recording("a.wav", 44_100, 2, FRAMES);
    let input = samples(&path);
    assert_eq!(run(&world, &["--mix", "0"]), input);
    assert_ne!(run(&world, &["--mix", "0.5"]), input);
}

#[test]
fn digital_silence_stays_silence_in_integers_too() {
    let world = World::new();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(world.path("a.wav"), spec).unwrap();
    for _ in 0..FRAMES {
        writer.write_sample(0i16).unwrap();
    }
    writer.finalize().unwrap();
    assert_eq!(run(&world, &[]), vec![0.0; FRAMES]);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (world, _) = world();
    for seed in ["0", "7"] {
        let runs = ["b.wav", "c.wav"].map(|out| {
            world
                .denoise(&["a.wav", "-o", out, "--overwrite", "--seed", seed])
                .assert()
                .success();
            std::fs::read(world.path(out)).unwrap()
        });
        assert_eq!(runs[0], runs[1], "seed {seed}");
    }
}

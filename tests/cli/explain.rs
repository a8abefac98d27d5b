//! `diffwav explain`: pictures and sounds that show what really happens.

use std::collections::HashSet;

use crate::world::{World, samples, stderr, stdout};

const RATE: u32 = 48_000;
const FRAMES: usize = 30_000;

fn explained(world: &World) -> String {
    world.recording("a.wav", RATE, 1, FRAMES);
    let arguments = ["explain", "a.wav", "-o", "lesson", "--steps", "2"];
    stdout(&world.diffwav(&arguments).assert().success())
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum() };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn the_sounds_are_the_forward_process_and_the_reverse_process_of_the_denoiser() {
    let world = World::new();
    let said = explained(&world);
    for word in [
        "1-forward.png",
        "2-toy.png",
        "3-reverse.png",
        "noise predictor",
        "ddpm",
    ] {
        assert!(said.contains(word), "{said}");
    }
    let input = samples(&world.path("a.wav"));
    let state = |name: &str| samples(&world.path(&format!("lesson/{name}.wav")));
    // √ᾱ of DDPM's schedule is the correlation with the recording, for noise as strong as the recording.
    for (name, level) in [("0061", 0.979), ("0301", 0.629), ("1000", 0.006)] {
        let found = correlation(&state(&format!("1-forward-{name}")), &input);
        assert!(
            (found - level).abs() < 0.03,
            "{name}: {found}, expected {level}"
        );
    }
    // The last state is what `denoise` writes that heard nothing before: 24 bits with dither on one side, 16 on the other.
    world
        .diffwav(&[
            "denoise",
            "a.wav",
            "-o",
            "b.wav",
            "--steps",
            "2",
            "--bit-depth",
            "32f",
            "--pre-roll",
            "0",
        ])
        .assert()
        .success();
    let (last, cleaned) = (state("3-reverse-2"), samples(&world.path("b.wav")));
    assert_eq!(last.len(), FRAMES);
    for (n, (a, b)) in last.iter().zip(&cleaned).enumerate() {
        assert!((a - b).abs() < 1e-4, "sample {n}: {a}, denoise wrote {b}");
    }
    assert_ne!(state("3-reverse-1"), last);
    for (n, (a, b)) in state("3-reverse-0").iter().zip(&input).enumerate() {
        assert!(
            (a - b).abs() < 1e-4,
            "the start, sample {n}: {a}, the recording has {b}"
        );
    }
}

#[test]
fn the_same_seed_writes_the_same_files_and_another_one_others() {
    let world = World::new();
    explained(&world);
    let read = |folder: &str| -> Vec<Vec<u8>> {
        let names: HashSet<String> = world.names().into_iter().collect();
        let mut names: Vec<_> = names
            .iter()
            .filter(|name| name.starts_with(folder) && !name.contains("-0000"))
            .collect();
        names.sort();
        names
            .iter()
            .map(|name| std::fs::read(world.path(name)).unwrap())
            .collect()
    };
    for (folder, seed) in [("again", "0"), ("other", "7")] {
        let arguments = [
            "explain", "a.wav", "-o", folder, "--steps", "2", "--seed", seed,
        ];
        world.diffwav(&arguments).assert().success();
    }
    let first = read("lesson");
    assert!(first.len() >= 11);
    assert_eq!(first, read("again"));
    assert_ne!(first, read("other"));
}

#[test]
fn it_explains_with_a_recording_of_its_own_and_never_writes_over_anything() {
    let world = World::new();
    let arguments = ["explain", "-o", "lesson", "--steps", "1"];
    world.diffwav(&arguments).assert().success();
    let before = world.everything();
    let again = world.diffwav(&arguments).assert().code(1);
    assert!(stderr(&again).contains("exist"), "{}", stderr(&again));
    assert_eq!(world.everything(), before);
}

#[test]
fn what_it_cannot_use_it_refuses_with_the_way_out() {
    let world = World::new();
    world.float_recording("silence.wav", 8_000, 1, vec![0.0; 8_000]);
    world.recording("a.wav", 8_000, 1, 800);
    for (arguments, code, words) in [
        (
            vec!["silence.wav"],
            1,
            vec!["silence.wav", "digital silence"],
        ),
        (vec!["nothing.wav"], 1, vec!["nothing.wav"]),
        (
            vec!["a.wav", "--steps", "9"],
            2,
            vec!["--steps", "one of 1, 2, 3, 4"],
        ),
        (
            vec!["a.wav", "--model", "toy-noise"],
            1,
            vec!["toy-noise", "task", "denoise"],
        ),
    ] {
        let before = world.everything();
        let all = [&["explain"], arguments.as_slice()].concat();
        let said = stderr(&world.diffwav(&all).assert().code(code));
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?} should say {word:?}:\n{said}"
            );
        }
        assert_eq!(
            world.everything(),
            before,
            "{arguments:?} changed something"
        );
    }
}

#[test]
fn a_model_for_something_else_does_not_denoise() {
    let world = World::new();
    world.recording("a.wav", 8_000, 1, 800);
    crate::world::refuses(
        &world,
        &["a.wav", "--model", "toy-noise"],
        1,
        &["task", "synth"],
    );
}

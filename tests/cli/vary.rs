//! `diffwav vary`: variations of own sounds, and data sets that a manifest reproduces.

use std::fs;
use std::path::Path;

use crate::synth::TINY;
use crate::world::{World, samples, stderr, stdout};

fn vary(world: &World, arguments: &[&str]) -> assert_cmd::Command {
    let mut command = world.diffwav(&["vary", "--model", TINY, "--engine", "tract"]);
    command.args(arguments);
    command
}

/// A decaying tone that begins `lead` frames into the file.
fn hit(world: &World, name: &str, rate: u32, channels: u16, lead: usize, seconds: f32) {
    let frames = lead + (seconds * rate as f32) as usize;
    let sound = (0..frames).flat_map(|frame| {
        let time = (frame as f32 - lead as f32) / rate as f32;
        let value = match frame < lead {
            true => 0.0,
            false => 0.5 * (-20.0 * time).exp() * (2513.0 * time + 1.0).sin(),
        };
        (0..channels).map(move |channel| value / f32::from(channel + 1))
    });
    if let Some(folder) = world.path(name).parent() {
        fs::create_dir_all(folder).unwrap();
    }
    world.float_recording(name, rate, channels, sound.collect::<Vec<_>>());
}

#[test]
fn strength_0_is_the_source_sample_for_sample() {
    let world = World::new();
    hit(&world, "hit.wav", 44_100, 2, 500, 0.9);
    world.recording("int.wav", 48_000, 1, 30_000);
    vary(
        &world,
        &["hit.wav", "int.wav", "-n", "2", "--strength", "0"],
    )
    .assert()
    .success();
    for name in ["hit", "int"] {
        let wanted = samples(&world.path(&format!("{name}.wav")));
        for seed in 0..2 {
            let found = samples(&world.path(&format!("{name}.vary-{seed}.wav")));
            assert!(found == wanted, "{name} {seed}");
        }
    }
}

#[test]
fn a_variation_has_the_form_of_its_source_and_starts_at_the_transient() {
    let world = World::new();
    hit(&world, "hit.wav", 44_100, 2, 4410, 0.3);
    let said = stdout(&vary(&world, &["hit.wav", "-n", "2"]).assert().success());
    assert!(said.contains("hit.wav → hit.vary-0.wav"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    for seed in 0..2 {
        let path = world.path(&format!("hit.vary-{seed}.wav"));
        let spec = hound::WavReader::open(&path).unwrap().spec();
        assert_eq!(
            (spec.sample_rate, spec.channels, spec.bits_per_sample),
            (44_100, 2, 32)
        );
        let found = samples(&path);
        // From the transient on; what lies before it is cut off.
        assert!(found.len().abs_diff(2 * 13_230) <= 8, "{}", found.len());
        assert!(found.iter().all(|sample| sample.is_finite()));
        // The same noise at the level of each channel: the right one is half of the left.
        let (mut error, mut energy) = (0.0, 0.0);
        for frame in found.chunks(2) {
            error += (frame[1] - 0.5 * frame[0]).powi(2);
            energy += frame[0].powi(2);
        }
        assert!(energy > 0.0 && error < 1e-6 * energy, "{error} {energy}");
    }
    assert!(samples(&world.path("hit.vary-0.wav")) != samples(&world.path("hit.vary-1.wav")));
}

#[test]
fn a_long_source_is_cut_and_the_report_says_so() {
    let world = World::new();
    hit(&world, "long.wav", 16_000, 1, 0, 1.0);
    let said = stdout(&vary(&world, &["long.wav", "-n", "1"]).assert().success());
    assert!(
        said.contains("its last 0.5") && said.contains("longest sound is 0.495 s"),
        "{said}"
    );
    assert_eq!(samples(&world.path("long.vary-0.wav")).len(), 7920);
}

fn dataset(world: &World) {
    hit(world, "set/a.wav", 44_100, 1, 100, 0.2);
    hit(world, "set/deep, er/b.wav", 16_000, 2, 0, 0.3);
    world.file("set/notes.txt", b"no audio");
}

#[test]
fn a_manifest_reproduces_the_data_set_bit_for_bit() {
    for manifest in ["manifest.csv", "m.json"] {
        let world = World::new();
        dataset(&world);
        let make = [
            "--dataset",
            "set",
            "-o",
            "out",
            "-n",
            "2",
            "--seed",
            "7",
            "--strength",
            "0.3",
            "--class",
            "high",
            "--brightness",
            "-0.1",
            "--manifest",
        ];
        let path = format!("out/{manifest}");
        vary(&world, &[&make[..], &[path.as_str()]].concat())
            .assert()
            .success();
        let made = [
            "a.vary-7.wav",
            "a.vary-8.wav",
            "deep, er/b.vary-7.wav",
            "deep, er/b.vary-8.wav",
        ];
        let text = fs::read_to_string(world.path(&path)).unwrap();
        for word in made
            .iter()
            .chain(&["tiny-synth", "brightness=-0.1", "high", "0.3"])
        {
            assert!(text.contains(word), "{word} is missing:\n{text}");
        }
        let again = ["--dataset", "set", "-o", "again", "--from-manifest", &path];
        vary(&world, &again).assert().success();
        for name in made {
            let read = |folder: &str| fs::read(world.path(&format!("{folder}/{name}"))).unwrap();
            assert!(read("out") == read("again"), "{name}");
        }
        // Another source, another model: refused.
        hit(&world, "set/a.wav", 44_100, 1, 100, 0.21);
        let third = ["--dataset", "set", "-o", "third", "--from-manifest", &path];
        let said = stderr(&vary(&world, &third).assert().code(1));
        assert!(
            said.contains("not the file that the manifest was made from"),
            "{said}"
        );
        assert!(!world.path("third/a.vary-7.wav").exists());
        assert!(
            world.path("third/deep, er/b.vary-7.wav").exists(),
            "the others are made"
        );
        let other = text.replace("0.1.0", "0.2.0");
        world.file("other", other.as_bytes());
        let other = [
            "--dataset",
            "set",
            "-o",
            "fourth",
            "--from-manifest",
            "other",
        ];
        let said = stderr(&vary(&world, &other).assert().code(1));
        assert!(said.contains("expected tiny-synth 0.2.0"), "{said}");
        // A manifest cannot write outside of its folder.
        world.file(
            "evil",
            text.replace("a.vary-7.wav", "../evil.wav").as_bytes(),
        );
        let evil = ["--dataset", "set", "-o", "fifth", "--from-manifest", "evil"];
        let said = stderr(&vary(&world, &evil).assert().code(1));
        assert!(said.contains("file is \"../evil.wav\""), "{said}");
        assert!(!Path::new(&world.path("evil.wav")).exists() && !world.path("fifth").exists());
    }
}

#[test]
fn a_data_set_goes_on_behind_a_broken_file_and_is_not_its_own_source() {
    let world = World::new();
    dataset(&world);
    world.file("set/broken.wav", b"RIFF");
    world.recording("set/silent.wav", 16_000, 1, 0);
    let make = ["--dataset", "set", "-o", "set", "-n", "1"];
    let said = stderr(&vary(&world, &make).assert().code(1));
    assert!(said.contains("broken.wav"), "{said}");
    assert!(world.path("set/a.vary-0.wav").exists());
    let manifest = fs::read_to_string(world.path("set/manifest.csv")).unwrap();
    assert_eq!(manifest.lines().count(), 3, "{manifest}");
    // Results are no sources.
    let make = ["--dataset", "set", "-o", "more", "-n", "1"];
    vary(&world, &make).assert().code(1);
    assert!(
        !world
            .names()
            .iter()
            .any(|name| name.contains("vary-0.vary-0"))
    );
}

#[test]
fn what_cannot_be_varied_is_refused_and_nothing_is_changed() {
    let world = World::new();
    hit(&world, "hit.wav", 16_000, 1, 0, 0.2);
    world.file("hit.vary-1.wav", b"mine");
    world.float_recording("silence.wav", 16_000, 1, vec![0.0; 1000]);
    fs::create_dir_all(world.path("folder")).unwrap();
    let before = world.everything();
    for (arguments, code, words) in [
        (
            &["hit.wav", "--class", "trumpet"][..],
            2,
            "it must be one of low, high",
        ),
        (
            &["hit.wav", "--strength", "1.5"],
            2,
            "0 (the sound itself) to 1",
        ),
        (&["hit.wav"], 1, "hit.vary-1.wav exists already"),
        (&["nothing.wav"], 1, "nothing.wav"),
        (&["silence.wav"], 1, "digital silence"),
        (&["folder"], 2, "vary it with --dataset and -o"),
        (&["--dataset", "folder"], 2, "--output"),
        (
            &["--dataset", "folder", "-o", "x"],
            1,
            "no audio in this folder",
        ),
        (&["-"], 2, "standard input cannot be varied"),
        (&[], 2, "IN"),
        (
            &[
                "--dataset",
                "folder",
                "-o",
                "x",
                "--from-manifest",
                "hit.wav",
            ],
            1,
            "no manifest that can be used",
        ),
        (
            &[
                "--dataset",
                "folder",
                "-o",
                "x",
                "--from-manifest",
                "m",
                "--seed",
                "1",
            ],
            2,
            "cannot be used with",
        ),
    ] {
        let assert = vary(&world, arguments).assert().code(code);
        let said = stderr(&assert);
        assert!(
            said.contains(words),
            "{arguments:?} should say {words:?}:\n{said}"
        );
        assert_eq!(
            world.everything(),
            before,
            "{arguments:?} changed something"
        );
    }
}

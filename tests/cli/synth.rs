//! `diffwav synth`: sounds from noise, by class and seed.

use std::fs;

use crate::world::{World, samples, stderr, stdout};

/// A network that every engine runs in no time; the script beside it says what it computes.
pub const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets/tiny-synth.onnx");

fn synth(world: &World, arguments: &[&str]) -> assert_cmd::Command {
    let mut command = world.diffwav(&["synth", "--model", TINY, "--engine", "tract"]);
    command.args(arguments);
    command
}

#[test]
fn the_same_seed_gives_the_same_bits_however_many_are_made_and_by_how_many() {
    let world = World::new();
    synth(&world, &["all", "-n", "3", "-o", "a", "--jobs", "3"])
        .assert()
        .success();
    synth(
        &world,
        &["high", "-n", "1", "--seed", "2", "-o", "b", "-j", "1"],
    )
    .assert()
    .success();
    assert_eq!(
        world.names(),
        [
            "a/high-0.wav",
            "a/high-1.wav",
            "a/high-2.wav",
            "a/low-0.wav",
            "a/low-1.wav",
            "a/low-2.wav",
            "b/high-2.wav",
        ]
    );
    let read = |name: &str| fs::read(world.path(name)).unwrap();
    assert_eq!(read("a/high-2.wav"), read("b/high-2.wav"));
    assert_ne!(read("a/high-2.wav"), read("a/high-1.wav"));
    assert_ne!(read("a/high-2.wav"), read("a/low-2.wav"));
    let spec = hound::WavReader::open(world.path("b/high-2.wav"))
        .unwrap()
        .spec();
    assert_eq!(
        (spec.sample_rate, spec.channels, spec.bits_per_sample),
        (16_000, 1, 24)
    );
    // 50 hops of 160 less the onset of 80.
    assert_eq!(samples(&world.path("b/high-2.wav")).len(), 7920);
}

#[test]
fn length_velocity_peak_and_format_are_as_asked_for() {
    let world = World::new();
    let peak = |name: &str| {
        samples(&world.path(name))
            .iter()
            .fold(0.0f32, |peak, s| peak.max(s.abs()))
    };
    let common = [
        "low",
        "-n",
        "1",
        "--length",
        "0.25",
        "--bit-depth",
        "32f",
        "--brightness",
        "0",
    ];
    for (folder, more) in [
        ("plain", &[][..]),
        ("soft", &["--velocity", "64"]),
        ("loud", &["--normalise"]),
        ("both", &["--normalise", "--velocity", "64"]),
    ] {
        let arguments = [&common[..], more, &["-o", folder]].concat();
        synth(&world, &arguments).assert().success();
        assert_eq!(
            samples(&world.path(&format!("{folder}/low-0.wav"))).len(),
            4000
        );
    }
    let soft = (64.0f32 / 127.0).powi(2);
    let full = 10f32.powf(-1.0 / 20.0);
    assert!((peak("soft/low-0.wav") / peak("plain/low-0.wav") - soft).abs() < 1e-5);
    assert!((peak("loud/low-0.wav") - full).abs() < 1e-5);
    assert!((peak("both/low-0.wav") - full * soft).abs() < 1e-5);
    synth(&world, &["none", "-n", "1", "--format", "flac", "-o", "f"])
        .assert()
        .success();
    assert_eq!(
        &fs::read(world.path("f/none-0.flac")).unwrap()[..4],
        b"fLaC"
    );
}

#[test]
fn every_setting_changes_the_sound() {
    let world = World::new();
    let mut seen = std::collections::HashMap::new();
    for more in [
        &[][..],
        &["--steps", "8"],
        &["--sampler", "ddim"],
        &["--guidance", "3"],
        &["--brightness", "-2"],
        &["--control", "length=2"],
        &["--velocity", "127"],
        &["--seed", "9"],
    ] {
        let arguments = [&["high", "-n", "1", "--overwrite", "-o", "x"][..], more].concat();
        let _ = fs::remove_dir_all(world.path("x"));
        synth(&world, &arguments).assert().success();
        let (_, bytes) = world.everything().remove(0);
        if let Some(other) = seen.insert(bytes, more) {
            panic!("{more:?} gives what {other:?} gives");
        }
    }
}

#[test]
fn the_list_names_classes_and_controls_and_the_report_says_what_ran() {
    let world = World::new();
    let said = stdout(&synth(&world, &["--list"]).assert().success());
    for word in [
        "low",
        "high",
        "brightness from -2 to 2",
        "0.495 s at 16000 Hz",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    assert!(world.names().is_empty());
    let said = stdout(&synth(&world, &["low", "-n", "2"]).assert().success());
    for word in [
        "2 sounds in synth",
        "4 steps of dpm-solver-2m, guidance 0.5",
        "tract",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    let json = ["low", "-n", "2", "-o", "j", "--report", "json"];
    let said = stdout(&synth(&world, &json).assert().success());
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["files"][1]["seed"], 1);
    assert_eq!(report["files"][1]["class"], "low");
    assert_eq!(report["model"], "tiny-synth");
    assert!(report["files"][0]["peak_dbfs"].as_f64().unwrap() < 0.0);
}

#[test]
fn what_cannot_be_made_is_refused_before_anything_is_written() {
    let world = World::new();
    world.file("synth/low-1.wav", b"mine");
    let before = world.everything();
    for (arguments, code, words) in [
        (
            &["trumpet"][..],
            2,
            "no class 'trumpet': it must be one of low, high",
        ),
        (&[], 2, "CLASS|all|none"),
        (
            &["low", "--length", "0.6"],
            2,
            "at most 0.495 s with this model",
        ),
        (
            &["low", "--length", "0"],
            2,
            "give seconds as a number above 0",
        ),
        (&["low", "--brightness", "3"], 2, "brightness 3"),
        (
            &["low", "--control", "warmth=1"],
            2,
            "the model has brightness, length",
        ),
        (
            &["low", "--control", "warmth"],
            2,
            "give a name and a number",
        ),
        (&["low", "--velocity", "128"], 2, "128"),
        (&["low", "--steps", "3"], 2, "one of 1, 2, 4, 8"),
        (&["low", "--sampler", "ddpm"], 2, "sampler"),
        (&["low", "--guidance", "99"], 2, "0 to 20"),
        (
            &["low", "--format", "flac", "--bit-depth", "32f"],
            2,
            "no floating point",
        ),
        (&["low", "-n", "0"], 2, "0"),
        (
            &["low", "-n", "4"],
            1,
            "low-1.wav exists already; pass --overwrite",
        ),
    ] {
        let assert = synth(&world, arguments).assert().code(code);
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

#[test]
fn each_command_refuses_the_models_of_the_others() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4000);
    let before = world.everything();
    for (arguments, words) in [
        (
            &["denoise", "a.wav", "--model", TINY][..],
            "task is synth, expected denoise: this model is for `diffwav synth` and `diffwav vary`",
        ),
        (
            &["synth", "none", "--model", "denoise-v1"],
            "task is denoise, expected synth: this model is for `diffwav denoise` and `diffwav live`",
        ),
        (
            &["vary", "a.wav", "--model", "denoise-v1"],
            "expected synth",
        ),
    ] {
        let said = stderr(&world.diffwav(arguments).assert().code(1));
        assert!(
            said.contains(words),
            "{arguments:?} should say {words:?}:\n{said}"
        );
    }
    assert_eq!(world.everything(), before);
}

#[test]
fn bench_and_models_know_it() {
    let world = World::new();
    let bench = [
        "bench", "--model", TINY, "--engine", "tract", "--steps", "1,4",
    ];
    let said = stdout(&world.diffwav(&bench).assert().success());
    for word in [
        "s of sound a second",
        "28.5 GMAC",
        "tiny-synth 0.1.0 on tract",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    let said = stdout(&world.diffwav(&["models", "info", TINY]).assert().success());
    for word in [
        "classes        low, high",
        "guidance       0.5",
        "0.495 s",
        "the whole sound",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    let check = ["models", "check", TINY, "--engine", "tract"];
    let said = stdout(&world.diffwav(&check).assert().success());
    assert!(
        said.contains("a class changes the output: 2 classes"),
        "{said}"
    );
}

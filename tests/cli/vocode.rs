//! `diffwav vocode`: mel frames and recordings to sound.

use std::fs;

use crate::world::{World, stderr, stdout};

/// An .npy file of float32 with this shape; values by index.
fn npy(world: &World, name: &str, shape: &[usize], value: impl Fn(usize) -> f32) {
    let shape_text: Vec<String> = shape.iter().map(usize::to_string).collect();
    let header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}",
        shape_text.join(", ")
    );
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    let count: usize = shape.iter().product();
    bytes.extend((0..count).flat_map(|i| value(i).to_le_bytes()));
    world.file(name, &bytes);
}

/// `diffwav vocode …` on the embedded engine, quick.
fn vocode(world: &World, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = world.diffwav(&["vocode", "--engine", "tract", "--projections", "1"]);
    command.args(arguments).assert()
}

fn samples(world: &World, name: &str) -> (hound::WavSpec, Vec<i32>) {
    let mut reader = hound::WavReader::open(world.path(name)).unwrap();
    let samples = reader.samples::<i32>().map(Result::unwrap).collect();
    (reader.spec(), samples)
}

/// A hum: low bands loud, high ones near silence.
fn hum(i: usize, frames: usize) -> f32 {
    -3.0 - (i / frames) as f32 * 0.06
}

#[test]
fn mel_frames_become_a_file_of_as_many_hops() {
    let world = World::new();
    npy(&world, "hum.npy", &[100, 30], |i| hum(i, 30));
    let said = stdout(&vocode(&world, &["hum.npy"]).success());
    assert!(said.contains("hum.npy → hum.vocoded.wav"), "{said}");
    assert!(said.contains("vocoder-v1"), "{said}");
    let (spec, sound) = samples(&world, "hum.vocoded.wav");
    assert_eq!(
        (spec.sample_rate, spec.channels, spec.bits_per_sample),
        (24_000, 1, 16)
    );
    assert_eq!(sound.len(), 30 * 256);
    let loud = sound.iter().map(|s| s.abs()).max().unwrap();
    assert!(loud > 300, "silence: at most {loud}");
}

#[test]
fn both_layouts_and_the_same_seed_give_the_same_bytes() {
    let world = World::new();
    npy(&world, "a.npy", &[1, 100, 30], |i| hum(i, 30));
    npy(&world, "b.npy", &[30, 100], |i| hum(i % 100, 1));
    vocode(&world, &["a.npy", "b.npy", "-o", "out/"]).success();
    vocode(&world, &["a.npy", "-o", "other.wav", "--seed", "7"]).success();
    let read = |name: &str| fs::read(world.path(name)).unwrap();
    assert!(read("out/a.wav") == read("out/b.wav"));
    assert!(
        read("out/a.wav") != read("other.wav"),
        "the seed does nothing"
    );
}

#[test]
fn a_recording_comes_back_at_its_own_rate_and_length() {
    let world = World::new();
    world.recording("talk.wav", 44_100, 2, 30_001);
    let said = stdout(&vocode(&world, &["talk.wav", "--report", "json"]).success());
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["files"][0]["sample_rate"], 44_100);
    let (spec, sound) = samples(&world, "talk.vocoded.wav");
    assert_eq!(
        (spec.sample_rate, spec.channels, spec.bits_per_sample),
        (44_100, 2, 16)
    );
    assert_eq!(sound.len(), 2 * 30_001);
}

#[test]
fn a_wrong_shape_says_what_was_found_and_what_was_expected() {
    let world = World::new();
    npy(&world, "eighty.npy", &[80, 30], |_| -5.0);
    let before = world.everything();
    let said = stderr(&vocode(&world, &["eighty.npy"]).failure().code(1));
    for part in ["eighty.npy", "[80, 30]", "[100, T]", "--mel-definition"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    assert!(world.everything() == before, "something was written");
}

#[test]
fn decibels_cut_files_and_other_files_are_refused() {
    let world = World::new();
    npy(&world, "decibels.npy", &[100, 3], |_| 20.0);
    npy(&world, "cut.npy", &[100, 30], |i| hum(i, 30));
    let whole = fs::read(world.path("cut.npy")).unwrap();
    fs::write(world.path("cut.npy"), &whole[..9000]).unwrap();
    world.file("text.npy", b"no array");
    for (name, part) in [
        ("decibels.npy", "decibels"),
        ("cut.npy", "cut off"),
        ("text.npy", "no .npy file"),
        ("missing.npy", "missing.npy"),
        ("missing.wav", "missing.wav"),
    ] {
        let said = stderr(&vocode(&world, &[name]).failure().code(1));
        assert!(said.contains(part), "{part:?} is missing: {said}");
    }
    assert!(!world.names().iter().any(|name| name.contains("vocoded")));
}

#[test]
fn nothing_is_overwritten_unless_asked_for() {
    let world = World::new();
    npy(&world, "hum.npy", &[100, 10], |i| hum(i, 10));
    world.file("hum.vocoded.wav", b"mine");
    let said = stderr(&vocode(&world, &["hum.npy"]).failure().code(1));
    assert!(said.contains("--overwrite"), "{said}");
    assert_eq!(fs::read(world.path("hum.vocoded.wav")).unwrap(), b"mine");
    vocode(&world, &["hum.npy", "--overwrite"]).success();
    assert_ne!(fs::read(world.path("hum.vocoded.wav")).unwrap(), b"mine");
}

#[test]
fn options_that_make_no_sense_are_usage_errors() {
    let world = World::new();
    npy(&world, "a.npy", &[100, 3], |_| -5.0);
    npy(&world, "b.npy", &[100, 3], |_| -5.0);
    for (arguments, part) in [
        (&["a.npy", "b.npy", "-o", "one.wav"][..], "give a folder"),
        (&["a.npy", "--steps", "5"], "1, 2, 3, 4, 6"),
        (&["a.npy", "-o", "a.mp3"], ".mp3 cannot be written"),
        (&["a.npy", "-o", "a.flac", "--bit-depth", "32f"], "FLAC"),
        (&["."], "is a folder"),
        (&[], "IN"),
    ] {
        let said = stderr(&vocode(&world, arguments).failure().code(2));
        assert!(said.contains(part), "{part:?} is missing: {said}");
    }
    let denoiser = stderr(
        &vocode(&world, &["a.npy", "--model", "denoise-v1"])
            .failure()
            .code(1),
    );
    assert!(denoiser.contains("expected vocode"), "{denoiser}");
}

#[test]
fn the_definition_is_printed() {
    let said = stdout(
        &World::new()
            .diffwav(&["vocode", "--mel-definition"])
            .assert()
            .success(),
    );
    for part in [
        "24000 Hz",
        "100, 0 to 12000 Hz",
        "n_mels=100",
        "1e-5",
        "[1, 100, T]",
    ] {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
}

#[test]
fn models_knows_the_vocoder() {
    let world = World::new();
    let list = stdout(&world.diffwav(&["models", "list"]).assert().success());
    assert!(
        list.contains("vocoder-v1") && list.contains("vocode,"),
        "{list}"
    );
    let info = stdout(
        &world
            .diffwav(&["models", "info", "vocoder-v1"])
            .assert()
            .success(),
    );
    assert!(
        info.contains("mel frames") && info.contains("100 bands"),
        "{info}"
    );
    let check = ["models", "check", "vocoder-v1", "--engine", "tract"];
    let said = stdout(&world.diffwav(&check).assert().success());
    assert!(said.contains("vocoder-v1 fits."), "{said}");
}

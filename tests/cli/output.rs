//! What is written: names, lengths, formats.

use crate::world::{World, samples, stdout};

#[test]
fn the_output_is_as_long_as_the_input_at_odd_lengths_and_rates() {
    let world = World::new();
    for (rate, channels, frames) in [
        (4_000, 1, 1_003),
        (8_000, 2, 7_919),
        (11_025, 1, 5_557),
        (44_100, 2, 12_345),
        (96_000, 1, 20_011),
    ] {
        let name = format!("{rate}-{channels}.wav");
        world.recording(&name, rate, channels, frames);
        world.denoise(&[&name]).assert().success();
        let out = world.path(&name.replace(".wav", ".denoised.wav"));
        assert_eq!(
            samples(&out).len(),
            frames * usize::from(channels),
            "{name}"
        );
        let spec = hound::WavReader::open(&out).unwrap().spec();
        assert_eq!(
            (spec.sample_rate, spec.channels, spec.bits_per_sample),
            (rate, channels, 16),
            "{name}"
        );
    }
}

#[test]
fn the_depth_is_that_of_the_input_or_as_asked_for() {
    let world = World::new();
    world.float_recording(
        "a.wav",
        16_000,
        1,
        (0..4000).map(|n| 0.1 * (n as f32 * 0.3).sin()),
    );
    for (depth, bits, format) in [
        (None, 32, hound::SampleFormat::Float),
        (Some("16"), 16, hound::SampleFormat::Int),
        (Some("24"), 24, hound::SampleFormat::Int),
        (Some("32f"), 32, hound::SampleFormat::Float),
    ] {
        let mut arguments = vec!["a.wav", "-o", "b.wav", "--overwrite"];
        arguments.extend(depth.into_iter().flat_map(|depth| ["--bit-depth", depth]));
        world.denoise(&arguments).assert().success();
        let spec = hound::WavReader::open(world.path("b.wav")).unwrap().spec();
        assert_eq!(
            (spec.bits_per_sample, spec.sample_format),
            (bits, format),
            "{depth:?}"
        );
    }
}

#[test]
fn flac_is_written_by_name_and_by_option_and_read_again() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    world.denoise(&["a.wav", "-o", "b.flac"]).assert().success();
    world
        .denoise(&["a.wav", "--format", "flac"])
        .assert()
        .success();
    assert_eq!(&std::fs::read(world.path("b.flac")).unwrap()[..4], b"fLaC");
    assert_eq!(
        &std::fs::read(world.path("a.denoised.flac")).unwrap()[..4],
        b"fLaC"
    );
    world.denoise(&["b.flac", "-o", "c.wav"]).assert().success();
    assert_eq!(samples(&world.path("c.wav")).len(), 4_000);
}

#[test]
fn a_dry_run_says_everything_and_writes_nothing() {
    let world = World::new();
    world.recording("in/a.wav", 16_000, 1, 4_000);
    let before = world.everything();
    let said = stdout(
        &world
            .denoise(&["in", "-o", "out", "--dry-run"])
            .assert()
            .success(),
    );
    let said = said.replace('\\', "/");
    assert!(said.contains("in/a.wav → out/a.wav"), "{said}");
    assert!(said.contains("denoise-v7"), "{said}");
    assert_eq!(world.everything(), before);
    assert!(!world.path("out").exists());
}

//! Every bad input: the message, the exit code, and that nothing of the user's was changed.

use crate::world::{World, refuses, samples, stderr};

/// The header of a 16-bit WAV with `claimed` bytes of data, and no data.
fn header(rate: u32, channels: u16, claimed: u32) -> Vec<u8> {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + claimed).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate.wrapping_mul(2 * u32::from(channels))).to_le_bytes());
    bytes.extend((2 * channels).to_le_bytes());
    bytes.extend(16u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(claimed.to_le_bytes());
    bytes
}

#[test]
fn a_file_that_is_not_there() {
    refuses(
        &World::new(),
        &["nowhere.wav"],
        1,
        &["cannot read nowhere.wav", "No such file"],
    );
}

#[test]
fn a_folder_without_audio() {
    let world = World::new();
    world.file("texts/readme.txt", b"hello");
    refuses(&world, &["texts"], 1, &["texts", "no audio"]);
}

#[test]
fn an_empty_file() {
    let world = World::new();
    world.file("a.wav", b"");
    refuses(&world, &["a.wav"], 1, &["a.wav", "empty"]);
}

#[test]
fn something_that_is_not_audio() {
    let world = World::new();
    world.file("a.wav", &b"This is a letter to my aunt. ".repeat(100));
    refuses(&world, &["a.wav"], 1, &["a.wav"]);
}

#[test]
fn a_header_without_data() {
    let world = World::new();
    world.file("a.wav", &header(48_000, 1, 0));
    refuses(&world, &["a.wav"], 1, &["a.wav"]);
}

#[test]
fn no_channel_no_rate_and_too_high_a_rate() {
    let world = World::new();
    let with_data = |mut bytes: Vec<u8>| {
        bytes.extend([0u8; 2000]);
        bytes
    };
    world.file("no-channel.wav", &with_data(header(48_000, 0, 2000)));
    refuses(&world, &["no-channel.wav"], 1, &["0 channels"]);
    world.file("no-rate.wav", &with_data(header(0, 1, 2000)));
    refuses(&world, &["no-rate.wav"], 1, &["0 Hz"]);
    world.file("megahertz.wav", &with_data(header(1_000_000, 1, 2000)));
    refuses(&world, &["megahertz.wav"], 1, &["1000000 Hz"]);
}

#[test]
fn a_truncated_file_is_cleaned_as_far_as_it_goes_with_a_warning() {
    let world = World::new();
    let whole = std::fs::read(world.recording("whole.wav", 16_000, 1, 16_000)).unwrap();
    world.file("cut.wav", &whole[..whole.len() / 2]);
    let assert = world.denoise(&["cut.wav"]).assert().success();
    let said = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
    assert!(
        said.contains("warning") && said.contains("cut short"),
        "{said}"
    );
    let frames = (whole.len() / 2 - 44) / 2;
    assert_eq!(samples(&world.path("cut.denoised.wav")).len(), frames);
}

#[test]
fn one_sample_is_a_recording() {
    let world = World::new();
    world.recording("a.wav", 44_100, 1, 1);
    world.denoise(&["a.wav"]).assert().success();
    assert_eq!(samples(&world.path("a.denoised.wav")).len(), 1);
}

#[test]
fn all_nan_becomes_silence_and_not_nan() {
    let world = World::new();
    world.float_recording("a.wav", 48_000, 1, vec![f32::NAN; 5_000]);
    world.denoise(&["a.wav"]).assert().success();
    let cleaned = samples(&world.path("a.denoised.wav"));
    assert_eq!(cleaned.len(), 5_000);
    assert!(cleaned.iter().all(|sample| sample.is_finite()));
}

#[test]
fn an_output_that_exists_is_kept_without_overwrite_and_replaced_with_it() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    world.file("b.wav", b"mine");
    refuses(
        &world,
        &["a.wav", "-o", "b.wav"],
        1,
        &["b.wav exists already", "--overwrite"],
    );
    world
        .denoise(&["a.wav", "-o", "b.wav", "--overwrite"])
        .assert()
        .success();
    assert_eq!(samples(&world.path("b.wav")).len(), 4_000);
}

#[test]
fn the_input_itself_as_output() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    refuses(
        &world,
        &["a.wav", "-o", "a.wav"],
        1,
        &["a.wav exists already", "--overwrite"],
    );
    let before = samples(&world.path("a.wav"));
    world
        .denoise(&["a.wav", "-o", "a.wav", "--overwrite"])
        .assert()
        .success();
    let after = samples(&world.path("a.wav"));
    assert_eq!(after.len(), before.len());
    assert_ne!(after, before);
    assert_eq!(world.names(), ["a.wav"]);
}

#[test]
fn a_read_only_output_is_not_replaced_even_with_overwrite() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    let path = world.file("b.wav", b"mine");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    refuses(
        &world,
        &["a.wav", "-o", "b.wav", "--overwrite"],
        1,
        &["b.wav", "ermission denied"],
    );
}

#[test]
fn a_folder_in_the_place_of_the_output() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    std::fs::create_dir(world.path("a.denoised.wav")).unwrap();
    refuses(&world, &["a.wav"], 1, &["a.denoised.wav"]);
}

#[test]
fn a_place_that_takes_no_files() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    world.file("wall", b"");
    refuses(&world, &["a.wav", "-o", "wall/b.wav"], 1, &["wall"]);
}

#[test]
fn a_model_that_does_not_fit() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    world.file("my.onnx", b"not a model at all");
    refuses(&world, &["a.wav", "--model", "my.onnx"], 1, &["my.onnx"]);
    refuses(
        &world,
        &["a.wav", "--model", "nothing"],
        1,
        &["nothing", "denoise-v1"],
    );
}

#[test]
fn steps_that_the_model_was_not_made_for() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    let said = stderr(
        &world
            .diffwav(&["denoise", "a.wav", "--steps", "61"])
            .assert()
            .code(2),
    );
    assert!(said.contains("--steps") && said.contains("61"), "{said}");
}

#[test]
fn flac_has_no_floating_point() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 4_000);
    refuses(
        &world,
        &["a.wav", "--format", "flac", "--bit-depth", "32f"],
        2,
        &["FLAC", "--bit-depth 24"],
    );
    refuses(
        &world,
        &["a.wav", "-o", "a.mp3"],
        2,
        &[".mp3 cannot be written", "--format"],
    );
}

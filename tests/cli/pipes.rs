//! Standard input and output.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::world::{World, samples, stderr};

#[test]
fn a_wav_goes_through_a_pipe_and_comes_out_as_from_a_file() {
    let world = World::new();
    let path = world.recording("a.wav", 22_050, 2, 9_001);
    world.denoise(&["a.wav"]).assert().success();
    let assert = world
        .denoise(&["-"])
        .write_stdin(std::fs::read(&path).unwrap())
        .assert()
        .success();
    let piped = world.file("piped.wav", &assert.get_output().stdout);
    assert_eq!(samples(&piped), samples(&world.path("a.denoised.wav")));
    let said = stderr(&assert);
    assert!(
        said.contains("standard input → standard output"),
        "the report goes to standard error:\n{said}"
    );
}

#[test]
fn a_pipe_shows_no_progress_bar() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    world
        .denoise(&["a.wav", "--report", "none"])
        .assert()
        .success()
        .stdout("")
        .stderr("");
}

#[test]
fn a_file_goes_to_standard_output() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    let assert = world
        .denoise(&["a.wav", "-o", "-", "--report", "json"])
        .assert()
        .success();
    assert_eq!(&assert.get_output().stdout[..4], b"RIFF");
    let report: serde_json::Value = serde_json::from_str(&stderr(&assert)).unwrap();
    assert_eq!(report["done"], 1);
    assert_eq!(world.names(), ["a.wav"]);
}

#[test]
fn nonsense_on_standard_input_is_an_error() {
    let world = World::new();
    let said = stderr(
        &world
            .denoise(&["-"])
            .write_stdin("no audio at all, sorry")
            .assert()
            .code(1),
    );
    assert!(said.contains("standard input"), "{said}");
    let said = stderr(&world.denoise(&["-"]).write_stdin("").assert().code(1));
    assert!(said.contains("standard input"), "{said}");
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let world = World::new();
    let path = world.recording("a.wav", 48_000, 2, 200_000);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("diffwav"))
        .args(["denoise", "--steps", "1", "-o", "-"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut head = [0; 100];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut head).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

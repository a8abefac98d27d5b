//! Ctrl-C in the middle: no half file, no temporary file, exit code 130.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

#[test]
fn an_interrupted_run_leaves_nothing() {
    let world = World::new();
    let input = world.recording("a.wav", 48_000, 2, 48_000 * 120);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("diffwav"))
        .args(["denoise"])
        .arg(&input)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The temporary file shows that the work has begun.
    begun(&world, &mut child, 2);
    stop(&mut child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    assert_eq!(world.names(), ["a.wav"]);
}

#[test]
fn interrupted_synthesis_leaves_whole_sounds_only() {
    let world = World::new();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("diffwav"))
        .args([
            "synth", "low", "-n", "20000", "-j", "2", "--engine", "tract",
        ])
        .args(["--model", crate::synth::TINY, "-o"])
        .arg(world.path("out"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    begun(&world, &mut child, 3);
    stop(&mut child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let names = world.names();
    assert!(
        names.len() < 20_000,
        "it ended before it could be interrupted"
    );
    for name in names {
        assert!(name.ends_with(".wav"), "{name}");
        let sound = crate::world::samples(&world.path(&name));
        assert_eq!(sound.len(), 7920, "{name}");
    }
}

/// Waits until there are so many files.
fn begun(world: &World, child: &mut Child, files: usize) {
    let start = Instant::now();
    while names(world) < files {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "the work never began"
        );
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it could be interrupted"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many files there are; temporary ones may go away meanwhile.
fn names(world: &World) -> usize {
    let root = world.path("");
    let entries = walkdir::WalkDir::new(root).into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_file()).count()
}

fn stop(child: &mut Child) {
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(30), "it did not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

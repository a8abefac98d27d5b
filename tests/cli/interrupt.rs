//! Ctrl-C in the middle: no half file, no temporary file, exit code 130.
#![cfg(unix)]

use std::process::{Command, Stdio};
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
    let start = Instant::now();
    // The temporary file shows that the work has begun.
    while world.names().len() < 2 {
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
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    assert_eq!(world.names(), ["a.wav"]);
}

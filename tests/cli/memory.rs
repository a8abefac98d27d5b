//! Memory does not grow with the file.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::world::World;

/// A long recording. As floats in memory it would take 110 MiB, far beyond what is allowed.
const LONG_SECONDS: u32 = 600;
const SHORT_SECONDS: u32 = 5;
/// What a long file may take more than a short one: rings, the allocator's slack.
const ALLOWED_MIB: f64 = 24.0;

/// Peak resident memory of a run, in MiB.
fn peak_mib(world: &World, seconds: u32) -> f64 {
    let input = sparse(world, seconds);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("diffwav"))
        .args(["denoise", "--steps", "1", "--overwrite", "--plot"])
        .arg(world.path("plot.png"))
        .arg(&input)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(high_water_mib(&child).unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    peak
}

fn high_water_mib(child: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(
        line.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<f64>()
            .ok()?
            / 1024.0,
    )
}

/// A 16-bit mono recording that is a hole on the disk but for its header.
fn sparse(world: &World, seconds: u32) -> std::path::PathBuf {
    let path = world.recording(&format!("{seconds}.wav"), 48_000, 1, 48_000);
    let mut bytes = std::fs::read(&path).unwrap();
    let data = 2 * 48_000 * seconds;
    bytes[4..8].copy_from_slice(&(36 + data).to_le_bytes());
    bytes[40..44].copy_from_slice(&data.to_le_bytes());
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&bytes).unwrap();
    file.set_len(u64::from(44 + data)).unwrap();
    path
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let world = World::new();
    let short = peak_mib(&world, SHORT_SECONDS);
    let long = peak_mib(&world, LONG_SECONDS);
    println!(
        "peak memory: {short:.1} MiB for {SHORT_SECONDS} s, {long:.1} MiB for {LONG_SECONDS} s"
    );
    assert!(
        long - short < ALLOWED_MIB,
        "{short:.1} MiB for {SHORT_SECONDS} s, but {long:.1} MiB for {LONG_SECONDS} s"
    );
}

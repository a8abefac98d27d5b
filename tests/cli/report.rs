//! The report: all that was promised, for people and for programs.

use serde_json::Value;

use crate::world::{World, stdout};

#[test]
fn json_has_every_promised_field() {
    let world = World::new();
    world.recording("a.wav", 44_100, 2, 44_100);
    let said = stdout(
        &world
            .denoise(&["a.wav", "--seed", "5", "--report", "json"])
            .assert()
            .success(),
    );
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["done"], &report["failed"]), (&1.into(), &0.into()));
    let file = &report["files"][0];
    for (field, value) in [
        ("status", Value::from("done")),
        ("input", "a.wav".into()),
        ("output", "a.denoised.wav".into()),
        ("model", "denoise-v7".into()),
        ("steps", 1.into()),
        ("seed", 5.into()),
        ("frames", 44_100.into()),
        ("duration", 1.0.into()),
        ("sample_rate", 44_100.into()),
        ("channels", 2.into()),
    ] {
        assert_eq!(file[field], value, "{field}");
    }
    for field in [
        "model_version",
        "model_licence",
        "engine",
        "device",
        "sampler",
    ] {
        assert!(
            file[field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {}",
            file[field]
        );
    }
    for field in ["latency_ms", "seconds", "speed", "noise_reduction_db"] {
        assert!(file[field].is_number(), "{field}: {}", file[field]);
    }
    for field in [
        "pauses_dbfs",
        "loudness_lufs",
        "peak_dbfs",
        "clipped_samples",
    ] {
        assert!(
            file[field]["before"].is_number() && file[field]["after"].is_number(),
            "{field}: {}",
            file[field]
        );
    }
    assert!(file["warnings"].is_array() && file["not_used"].is_array());
}

#[test]
fn json_names_failures_too() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    let said = stdout(
        &world
            .denoise(&["a.wav", "missing.wav", "--report", "json"])
            .assert()
            .code(1),
    );
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["done"], &report["failed"]), (&1.into(), &1.into()));
    let failed = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["status"] == "failed")
        .unwrap();
    assert_eq!(failed["input"], "missing.wav");
    assert!(failed["error"].as_str().unwrap().contains("cannot read"));
}

#[test]
fn people_read_the_same() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 16_000);
    let said = stdout(&world.denoise(&["a.wav"]).assert().success());
    for word in [
        "a.wav → a.denoised.wav",
        "denoise-v7",
        "1 step of",
        "seed 0",
        "engine",
        " on ",
        "mono",
        "real time",
        "pauses",
        "LUFS",
        "dBFS",
        "clipped",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

#[test]
fn the_bench_measures_both_ways_of_running() {
    let world = World::new();
    let said = stdout(
        &world
            .diffwav(&[
                "bench",
                "--steps",
                "1",
                "--seconds",
                "1",
                "--report",
                "json",
            ])
            .assert()
            .success(),
    );
    let report: Value = serde_json::from_str(&said).unwrap();
    let modes: Vec<_> = report["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["mode"].as_str().unwrap())
        .collect();
    assert_eq!(modes, ["streaming", "offline"]);
    for run in report["runs"].as_array().unwrap() {
        let number = |field: &str| run[field].as_f64().unwrap();
        assert!(number("real_time_factor") > 0.0);
        assert!(
            0.0 < number("median_ms")
                && number("median_ms") <= number("p99_ms")
                && number("p99_ms") <= number("max_ms")
        );
    }
    let said = stdout(
        &world
            .diffwav(&["bench", "--steps", "1", "--seconds", "1"])
            .assert()
            .success(),
    );
    assert!(said.contains("p99") && said.contains("streaming"), "{said}");
}

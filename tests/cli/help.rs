//! The help is the manual: every option is in it, defaults are named.

use crate::world::{World, stderr, stdout};

#[test]
fn the_help_names_every_command() {
    let said = stdout(&World::new().diffwav(&["--help"]).assert().success());
    for word in [
        "denoise",
        "live",
        "synth",
        "vary",
        "devices",
        "vocode",
        "bench",
        "models",
        "completions",
        "Exit codes: 0 all went well",
        "Nothing is sent anywhere",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    assert!(!said.contains("man "), "hidden:\n{said}");
}

#[test]
fn the_help_of_denoise_names_every_option_and_its_default() {
    let said = stdout(
        &World::new()
            .diffwav(&["denoise", "--help"])
            .assert()
            .success(),
    );
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in [
        "<IN>...",
        "--output",
        "NAME.denoised.wav",
        "--jobs",
        "one for each processor core",
        "--steps",
        "--sampler",
        "--seed",
        "[default: 0]",
        "--model",
        "--engine",
        "onnxruntime",
        "tract",
        "--device",
        "cpu",
        "cuda",
        "webgpu",
        "directml",
        "coreml",
        "--on-device-loss",
        "--onnxruntime-library",
        "--attenuation-limit",
        "no limit",
        "--mix",
        "[default: 1]",
        "--keep",
        "removed",
        "--format",
        "flac",
        "--bit-depth",
        "32f",
        "as the input",
        "--overwrite",
        "--report",
        "json",
        "--plot",
        "--dry-run",
        "ffmpeg",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

#[test]
fn the_help_of_live_names_every_option() {
    let said = stdout(&World::new().diffwav(&["live", "--help"]).assert().success());
    for word in [
        "--input",
        "--output",
        "--virtual-mic",
        "--host",
        "--rate",
        "--block",
        "--channels",
        "--monitor",
        "--steps",
        "--amount",
        "--attenuation-limit",
        "--adaptive",
        "--low-latency",
        "--record",
        "--record-dry",
        "--overwrite",
        "--duration",
        "--json",
        "--model",
        "Keys: b bypass",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

#[cfg(not(feature = "live"))]
#[test]
fn a_build_without_live_mode_says_how_to_get_it() {
    let said = stderr(&World::new().diffwav(&["live"]).assert().code(1));
    assert!(
        said.contains("no live mode") && said.contains("--features live"),
        "{said}"
    );
}

#[test]
fn the_version_is_the_version() {
    World::new()
        .diffwav(&["--version"])
        .assert()
        .success()
        .stdout(format!("diffwav {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_option_is_a_usage_error_with_a_way_out() {
    let world = World::new();
    for (arguments, words) in [
        (&["denoise"][..], &["<IN>...", "Usage"][..]),
        (
            &["denoise", "a.wav", "--stepps", "2"],
            &["--stepps", "--steps"],
        ),
        (&["denoise", "a.wav", "--steps", "0"], &["--steps", "1..="]),
        (
            &["denoise", "a.wav", "--mix", "2"],
            &["--mix", "from 0 (only the original) to 1"],
        ),
        (
            &["denoise", "a.wav", "--attenuation-limit=-3"],
            &["--attenuation-limit", "from 0 up"],
        ),
        (
            &["denoise", "a.wav", "--engine", "magic"],
            &["--engine", "onnxruntime", "tract"],
        ),
        (
            &["denoise", "a.wav", "--sampler", "magic"],
            &["--sampler", "bridge-sde"],
        ),
        (
            &["denoise", "a.wav", "--bit-depth", "12"],
            &["--bit-depth", "32f"],
        ),
        (
            &["denoise", "-", "a.wav"],
            &["standard input", "cannot be combined"],
        ),
        (&["denoize", "a.wav"], &["denoise"]),
    ] {
        let said = stderr(&world.diffwav(arguments).assert().code(2));
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?} should say {word:?}, but says:\n{said}"
            );
        }
    }
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = stdout(
            &World::new()
                .diffwav(&["completions", shell])
                .assert()
                .success(),
        );
        assert!(said.contains("attenuation-limit"), "{shell}:\n{said}");
    }
}

#[test]
fn there_is_a_man_page_for_each_command() {
    let world = World::new();
    world.diffwav(&["man", "--out", "man"]).assert().success();
    let names = world.names();
    for name in [
        "man/diffwav.1",
        "man/diffwav-denoise.1",
        "man/diffwav-bench.1",
        "man/diffwav-models.1",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} is not in {names:?}"
        );
    }
}

#[test]
fn the_denoisers_that_ship_are_listed_described_and_fit() {
    let world = World::new();
    let said = |args: &[&str]| stdout(&world.diffwav(args).assert().success());
    let list = said(&["models", "list"]);
    for name in [
        "denoise-v7",
        "denoise-lite",
        "denoise-v6",
        "denoise-v5",
        "denoise-v4",
        "denoise-v3",
        "denoise-v2",
        "denoise-v1",
    ] {
        assert!(list.contains(name), "{list}");
        let info = said(&["models", "info", name]);
        for word in ["licence", "sample rate", "steps", "hop"] {
            assert!(info.contains(word), "{info}");
        }
        let card: serde_json::Value =
            serde_json::from_str(&said(&["models", "info", "--json", name])).unwrap();
        assert_eq!(card["name"], name);
        let checked = said(&["models", "check", name]);
        assert!(checked.contains("fits"), "{checked}");
    }
}

#[test]
fn a_model_that_nothing_runs_here_is_not_blamed() {
    let world = World::new();
    let missing = ["--engine", "onnxruntime", "--onnxruntime-library", "no.so"];
    let check = [&["models", "check", "denoise-v1"][..], &missing].concat();
    let said = stdout(&world.diffwav(&check).assert().code(1));
    assert!(said.contains("✗ an engine runs it"), "{said}");
    assert!(said.contains("could not be run here"), "{said}");
    assert!(!said.contains("does not fit"), "{said}");
}

#[test]
fn a_file_that_is_no_model_does_not_fit() {
    let world = World::new();
    let path = world.file("my.onnx", b"not a model");
    let said = stdout(
        &world
            .diffwav(&["models", "check", path.to_str().unwrap()])
            .assert()
            .code(1),
    );
    assert!(said.contains("does not fit"), "{said}");
}

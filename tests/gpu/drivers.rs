//! What is said when a driver or a library is missing or too old: with libraries made for the purpose.

use std::path::{Path, PathBuf};
use std::process::Command;

use diffwav::model::drivers::{self, Card};
use diffwav::model::{Device, EngineChoice, Options, load, registry};
use tempfile::TempDir;

/// A shared library from C, which may ask for others that lie in the same folder.
fn library(folder: &Path, name: &str, source: &str, asks_for: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let code = folder.join("code.c");
    std::fs::write(&code, source).unwrap();
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-Wl,--no-as-needed", "-o"])
        .arg(&path)
        .arg(&code);
    compiler.arg(format!("-Wl,-soname,{name}"));
    compiler.args(asks_for.iter().map(|other| folder.join(other)));
    assert!(compiler.status().unwrap().success());
    path
}

/// A folder as `cargo xtask setup --cuda` fills it, its libraries hollow.
fn cuda() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    library(folder.path(), "libcudart.so.13", "int cudart_there;", &[]);
    library(
        folder.path(),
        "libonnxruntime_providers_cuda.so",
        "int provider;",
        &["libcudart.so.13"],
    );
    let main = folder.path().join("libonnxruntime.so.1.28.0");
    (folder, main)
}

fn cards(speaks: &str) -> Vec<Card> {
    vec![Card {
        name: "NVIDIA T4".into(),
        software: false,
        speaks: speaks.into(),
    }]
}

#[test]
fn a_driver_that_is_too_old_is_named_with_both_versions() {
    let (_folder, main) = cuda();
    let said = drivers::new_enough(&cards("CUDA 12.4"), &main).unwrap_err();
    assert_eq!(
        said,
        "the NVIDIA driver is too old: it speaks CUDA 12.4, but CUDA 13 is needed; update the driver"
    );
    drivers::new_enough(&cards("CUDA 13.0"), &main).unwrap();
    drivers::new_enough(&cards("CUDA 14.1"), &main).unwrap();
}

#[test]
fn a_library_that_is_missing_is_named() {
    let (folder, main) = cuda();
    assert!(
        drivers::needed(&folder.path().join("libonnxruntime_providers_cuda.so"))
            .contains(&"libcudart.so.13".into())
    );
    drivers::preload(&main).unwrap();
    let (folder, main) = cuda();
    library(folder.path(), "libcublasLt.so.99", "int there;", &[]);
    library(
        folder.path(),
        "libonnxruntime_providers_cuda.so",
        "int provider;",
        &["libcublasLt.so.99"],
    );
    std::fs::remove_file(folder.path().join("libcublasLt.so.99")).unwrap();
    let said = drivers::preload(&main).unwrap_err();
    assert_eq!(
        said,
        "libcublasLt.so.99 cannot be loaded: not on this system, or damaged"
    );
}

#[test]
fn drivers_that_are_not_there_give_a_reason_and_those_that_are_give_cards() {
    for found in [drivers::nvidia(), diffwav::model::vulkan::cards()] {
        match found {
            Ok(cards) => {
                assert!(!cards.is_empty() && cards.iter().all(|card| !card.name.is_empty()))
            }
            Err(reason) => assert!(
                reason.contains("driver") || reason.contains("Vulkan"),
                "{reason}"
            ),
        }
    }
}

#[test]
fn a_device_of_another_system_is_refused_with_a_way_out() {
    let model = registry::open(registry::DEFAULT).unwrap();
    let (device, way) = if cfg!(target_os = "macos") {
        (Device::DirectMl, "onnxruntime-directml")
    } else {
        (Device::CoreMl, "use --device webgpu or cpu")
    };
    let said = load(
        &model,
        &Options {
            device,
            library: crate::library(),
            ..Options::default()
        },
    )
    .unwrap_err()
    .to_string();
    assert!(
        said.contains(&format!("--device {device} cannot be used")) && said.contains(way),
        "{said}"
    );
    let tract = Options {
        device: Device::Cuda,
        engine: EngineChoice::Tract,
        ..Options::default()
    };
    assert!(
        load(&model, &tract)
            .unwrap_err()
            .to_string()
            .contains("runs on the CPU only")
    );
}

#[test]
fn devices_have_names_that_are_read_back() {
    for device in Device::ALL {
        assert_eq!(device.to_string().parse::<Device>().unwrap(), device);
        assert_eq!(
            device.candidates().last() == Some(&Device::Cpu),
            !device.is_gpu()
        );
    }
    let said = "gpu".parse::<Device>().unwrap_err().to_string();
    assert!(
        said.contains("auto, cpu, cuda, webgpu, directml or coreml"),
        "{said}"
    );
}

#[test]
fn the_command_lists_every_device_with_what_runs_or_why_not() {
    let command = || assert_cmd::Command::cargo_bin("diffwav").unwrap();
    let output = command()
        .args(["devices", "--compute", "--report", "json"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let devices = found["devices"].as_array().unwrap();
    let names: Vec<&str> = devices
        .iter()
        .map(|device| device["device"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["cpu", "cuda", "webgpu", "directml", "coreml"]);
    assert!(devices[0]["engine"].as_str().unwrap().ends_with("cpu"));
    for device in devices {
        assert!(
            device["engine"].is_string() != device["problem"].is_string(),
            "{device}"
        );
    }
    let text = command().args(["devices", "--compute"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("\ncpu       ✓ ") && text.contains("NVIDIA") && text.contains("Vulkan"),
        "{text}"
    );
}

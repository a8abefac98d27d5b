//! WebGPU on a Vulkan driver, which may be a software one: the command and the engine give what the CPU gives.

use std::path::Path;

use diffwav::engine::{Format, Settings, Stream};
use diffwav::model::{Device, Network, Options, load, registry};
use diffwav::units::Hz;
use serde_json::Value;
use tempfile::TempDir;

/// Relative: the same sums in another order.
const TOLERANCE: f64 = 1e-4;

fn denoise(folder: &Path, input: &str, device: &str, more: &[&str]) -> (Vec<f32>, Value) {
    let out = folder.join(format!("{device}.wav"));
    let output = assert_cmd::Command::cargo_bin("diffwav")
        .unwrap()
        .args([
            "denoise",
            input,
            "--bit-depth",
            "32f",
            "--report",
            "json",
            "--overwrite",
            "--device",
            device,
            "-o",
        ])
        .arg(&out)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let samples = hound::WavReader::open(&out).unwrap().into_samples::<f32>();
    (
        samples.map(Result::unwrap).collect(),
        report["files"][0].clone(),
    )
}

fn error(found: &[f32], wanted: &[f32]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let square = |x: f32| f64::from(x).powi(2);
    let difference: f64 = found.iter().zip(wanted).map(|(a, b)| square(a - b)).sum();
    (difference / wanted.iter().map(|x| square(*x)).sum::<f64>()).sqrt()
}

/// A hum, a chirp and noise, on two channels that differ.
fn recording(folder: &Path, seconds: f32) -> String {
    let path = folder.join("noisy.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let mut state = 1u32;
    for n in 0..(48_000.0 * seconds) as usize {
        let t = n as f32 / 48_000.0;
        for channel in 0..2 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = state as f32 / u32::MAX as f32 - 0.5;
            let tone =
                (std::f32::consts::TAU * (180.0 + 60.0 * channel as f32) * t * (1.0 + 0.3 * t))
                    .sin()
                    * (std::f32::consts::TAU * 3.0 * t).sin();
            writer
                .write_sample((6000.0 * (tone + 0.4 * noise)) as i16)
                .unwrap();
        }
    }
    writer.finalize().unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
#[ignore = "needs a Vulkan driver: cargo xtask test --gpu-software"]
fn a_file_is_cleaned_as_on_the_cpu() {
    let folder = TempDir::new().unwrap();
    let input = recording(folder.path(), 0.7);
    for steps in ["1", "2"] {
        let (cpu, _) = denoise(folder.path(), &input, "cpu", &["--steps", steps]);
        let (gpu, report) = denoise(folder.path(), &input, "webgpu", &["--steps", steps]);
        assert_eq!(report["device"], "webgpu");
        let error = error(&gpu, &cpu);
        println!("{steps} steps: relative error {error:.2e}");
        assert!(error < TOLERANCE && error > 0.0, "{steps} steps: {error}");
    }
}

#[test]
#[ignore = "needs a Vulkan driver: cargo xtask test --gpu-software"]
fn several_files_a_call_are_cleaned_as_on_the_cpu() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("in");
    std::fs::create_dir(&input).unwrap();
    for (name, seconds) in [("a.wav", 0.7), ("b.wav", 0.5)] {
        let noisy = recording(folder.path(), seconds);
        std::fs::rename(noisy, input.join(name)).unwrap();
    }
    let clean = |device: &str| {
        let out = folder.path().join(device);
        let mut command = assert_cmd::Command::cargo_bin("diffwav").unwrap();
        command.arg("denoise").arg(&input).arg("-o").arg(&out);
        command.args(["--bit-depth", "32f", "--report", "json", "--jobs", "2"]);
        let output = command.args(["--device", device]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let files = report["files"].as_array().unwrap();
        assert!(files.len() == 2 && files.iter().all(|file| file["device"] == device));
        let mut names: Vec<_> = std::fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        names.sort();
        let read = |path: &std::path::PathBuf| -> Vec<f32> {
            let reader = hound::WavReader::open(path).unwrap();
            reader.into_samples().map(Result::unwrap).collect()
        };
        names.iter().map(read).collect::<Vec<_>>()
    };
    let (cpu, gpu) = (clean("cpu"), clean("webgpu"));
    assert_eq!((cpu.len(), gpu.len()), (2, 2));
    for (cpu, gpu) in cpu.iter().zip(&gpu) {
        let error = error(gpu, cpu);
        println!("relative error {error:.2e}");
        assert!(error < TOLERANCE && error > 0.0, "{error}");
    }
}

#[test]
#[ignore = "needs a Vulkan driver: cargo xtask test --gpu-software"]
fn the_whole_graph_runs_there() {
    let output = assert_cmd::Command::cargo_bin("diffwav")
        .unwrap()
        .args(["models", "check", "denoise-v1", "--device", "webgpu"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("✓ the whole graph runs on the device: no node on the CPU"),
        "{text}"
    );
    assert!(text.contains("on webgpu"), "{text}");
}

fn network(device: Device) -> Box<dyn Network> {
    let model = registry::open(registry::DEFAULT).unwrap();
    load(
        &model,
        &Options {
            device,
            library: crate::library(),
            ..Options::default()
        },
    )
    .unwrap()
    .network
}

/// What a stream makes of noise that is pushed in these blocks; twice, with a reset between.
fn stream(network: Box<dyn Network>, frames_per_call: usize, blocks: &[usize]) -> [Vec<f32>; 2] {
    let format = Format {
        rate: Hz(48_000),
        channels: 1,
        frames_per_call,
    };
    let settings = Settings {
        steps: Some(2),
        ..Settings::default()
    };
    let mut stream = Stream::new(network, format, &settings).unwrap();
    [(); 2].map(|()| {
        stream.reset().unwrap();
        let (mut all, mut state) = (Vec::new(), 7u32);
        for block in blocks {
            let next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                0.2 * (state as f32 / u32::MAX as f32 - 0.5)
            };
            let noise: Vec<f32> = std::iter::repeat_with(next).take(*block).collect();
            stream.push(&[&noise]).unwrap();
            let mut out = vec![0.0; stream.available()];
            stream.pull(&mut [&mut out]);
            all.extend(out);
        }
        all
    })
}

#[test]
#[ignore = "needs a Vulkan driver: cargo xtask test --gpu-software"]
fn states_stay_on_the_device_from_call_to_call_and_go_with_a_reset() {
    let [by_hop, again] = stream(network(Device::Webgpu), 1, &[480; 12]);
    assert_eq!(by_hop, again);
    let [in_large, _] = stream(network(Device::Webgpu), 4, &[5760]);
    let [on_cpu, _] = stream(network(Device::Cpu), 1, &[480; 12]);
    assert!(
        error(&by_hop, &on_cpu) < TOLERANCE,
        "{}",
        error(&by_hop, &on_cpu)
    );
    assert!(error(&in_large, &on_cpu[..in_large.len()]) < TOLERANCE);
}

#[test]
#[ignore = "needs a Vulkan driver: cargo xtask test --gpu-software"]
fn input_that_is_not_finite_is_an_error_and_changes_nothing() {
    let mut network = network(Device::Webgpu);
    let mut caches = network.caches(1);
    let mut run = |y: &[f32]| {
        let mut out = vec![0.0; y.len()];
        let call = diffwav::model::Call {
            batch: 1,
            frames: 1,
            x: y,
            y,
            time: 1.0,
            labels: &[],
            controls: &[],
            caches: &mut caches,
            out: &mut out,
        };
        network.run(call).map(|()| out)
    };
    let good = vec![0.1; 2 * 721];
    let first = run(&good).unwrap();
    let mut bad = good.clone();
    bad[17] = f32::NAN;
    let said = run(&bad).unwrap_err().to_string();
    assert!(
        said.contains("not finite") && said.contains("try --device cpu"),
        "{said}"
    );
    let second = run(&good).unwrap();
    assert!(first != second && second.iter().all(|x| x.is_finite()));
}

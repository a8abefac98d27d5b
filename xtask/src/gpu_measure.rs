//! `cargo xtask gpu-measure --device cuda|webgpu`: the figures of the README, on a machine with a graphics card.
//!
//! Compares the cleaned recording with the CPU's, then measures files by channels and frames a call, and real time
//! hop by hop, beside the CPU in the same run. Everything is printed, and kept as JSON lines below target/.

use std::fs;

use crate::{Outcome, gpu, run, setup};

const RECORDING: &str = "tests/assets/noisy-speech.flac";
const FOLDER: &str = "target/gpu-measure";
const PROGRAM: &str = "target/release/diffwav";
/// Two ways of computing the same differ by rounding; more is a fault.
const TOLERANCE: f64 = 1e-4;

/// Measures `device`.
pub fn measure(device: &str, yes: bool) -> Outcome {
    setup::setup(yes)?;
    match device {
        "cuda" => gpu::cuda(yes)?,
        "webgpu" => gpu::webgpu(yes)?,
        _ => {
            return Err(format!(
                "--device {device} is not measured here: cuda or webgpu"
            ));
        }
    }
    run::run(
        run::cargo(),
        &["build", "--release", "--package", "diffwav"],
    )?;
    fs::create_dir_all(run::root().join(FOLDER))
        .map_err(|error| format!("cannot make {FOLDER}: {error}"))?;
    if let Some(card) = run::output(
        "nvidia-smi",
        &[
            "--query-gpu=name,driver_version,memory.total",
            "--format=csv,noheader",
        ],
    ) {
        println!("graphics card: {card}");
    }
    run::run(PROGRAM, &["devices", "--compute"])?;
    run::run(
        PROGRAM,
        &["models", "check", "denoise-v1", "--device", device],
    )?;
    compare(device)?;
    let mut kept = String::new();
    for (device, channels, frames) in plan(device) {
        let channels = channels.to_string();
        let mut arguments = vec![
            "bench",
            "--device",
            device,
            "--steps",
            "1,2,3",
            "--seconds",
            "20",
            "--channels",
            &channels,
        ];
        let given = frames.map(|frames: u32| frames.to_string());
        if let Some(frames) = &given {
            arguments.extend(["--frames", frames]);
        }
        run::run(PROGRAM, &arguments)?;
        arguments.extend(["--report", "json"]);
        let json = run::output(&run::root().join(PROGRAM).to_string_lossy(), &arguments);
        kept += &json.unwrap_or_default().replace('\n', " ");
        kept.push('\n');
    }
    let file = format!("{FOLDER}/{device}.jsonl");
    fs::write(run::root().join(&file), kept)
        .map_err(|error| format!("cannot write {file}: {error}"))?;
    println!("\nkept: {file}");
    Ok(())
}

/// What is measured: device, channels, frames a call (None: what is found to be right).
fn plan(device: &str) -> Vec<(&str, u32, Option<u32>)> {
    let mut plan = vec![("cpu", 1, None), ("cpu", 2, None), ("auto", 1, None)];
    for channels in [1, 2, 8, 32] {
        plan.push((device, channels, None));
    }
    for frames in [16, 64, 256, 512] {
        plan.push((device, 1, Some(frames)));
    }
    plan
}

/// The recording cleaned on the device and on the CPU, as 32-bit float, must be the same to rounding.
fn compare(device: &str) -> Outcome {
    let clean = |device: &str| -> Result<Vec<f32>, String> {
        let out = format!("{FOLDER}/{device}.wav");
        run::run(
            PROGRAM,
            &[
                "denoise",
                RECORDING,
                "-o",
                &out,
                "--overwrite",
                "--bit-depth",
                "32f",
                "--device",
                device,
            ],
        )?;
        let bytes = fs::read(run::root().join(&out))
            .map_err(|error| format!("cannot read {out}: {error}"))?;
        let start = bytes
            .windows(4)
            .position(|word| word == b"data")
            .ok_or("no samples in the output")?
            + 8;
        Ok(bytes[start..]
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    };
    let (ours, theirs) = (clean(device)?, clean("cpu")?);
    let energy: f64 = theirs.iter().map(|x| f64::from(*x).powi(2)).sum();
    let error: f64 = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| f64::from(a - b).powi(2))
        .sum();
    let relative = (error / energy.max(1e-30)).sqrt();
    println!("relative difference to the CPU: {relative:.1e}");
    if ours.len() == theirs.len() && relative <= TOLERANCE {
        Ok(())
    } else {
        Err(format!("it should be at most {TOLERANCE:.0e}"))
    }
}

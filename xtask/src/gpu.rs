//! `cargo xtask setup --cuda|--webgpu`: the libraries for graphics cards, on request, for they are large.

use crate::ask::agreed;
use crate::wheel::{Failure, Wheel};
use crate::{Outcome, onnxruntime, run, setup};

/// ONNX Runtime with CUDA, and NVIDIA's libraries where the system has none.
pub fn cuda(yes: bool) -> Outcome {
    let Some(wheel) = onnxruntime::cuda() else {
        return Err("no ONNX Runtime with CUDA is pinned for this system".into());
    };
    if !run::works("nvidia-smi", &[]) {
        println!(
            "nvidia-smi does not run: without an NVIDIA card and its driver (580 or later) CUDA cannot be used.\n"
        );
    }
    get(&wheel, yes)?;
    let known = run::output("ldconfig", &["-p"]).unwrap_or_default();
    for wheel in onnxruntime::nvidia() {
        let name = |inside: &str| inside.rsplit('/').next().unwrap_or(inside).to_owned();
        if wheel
            .files
            .iter()
            .all(|(inside, _)| known.contains(&name(inside)))
        {
            println!("{} is on the system already.", name(wheel.files[0].0));
            continue;
        }
        get(&wheel, yes)?;
    }
    println!("\nDone. What runs now: diffwav devices --compute");
    Ok(())
}

/// ONNX Runtime with WebGPU.
pub fn webgpu(yes: bool) -> Outcome {
    let Some(wheel) = onnxruntime::webgpu() else {
        return Err("no ONNX Runtime with WebGPU is pinned for this system".into());
    };
    get(&wheel, yes)?;
    println!(
        "It needs a Vulkan driver (Debian: libvulkan1 and mesa-vulkan-drivers, or NVIDIA's own). What runs now: diffwav devices --compute"
    );
    Ok(())
}

/// Fetches a wheel if it is not there, after asking.
fn get(wheel: &Wheel, yes: bool) -> Outcome {
    let Wheel {
        package,
        version,
        licence,
        megabytes,
        ..
    } = wheel;
    if wheel.is_there()? {
        println!("{package} {version} is there: {}", wheel.place().display());
        return Ok(());
    }
    if !setup::tools(yes) {
        return Err("Python with pip, which fetches it, is not there".into());
    }
    let question = format!(
        "Fetch {package} {version} (licence: {licence}) from PyPI, {megabytes} MB, check its SHA-256 and put it to {}?",
        wheel.place().display()
    );
    if !agreed(&question, yes) {
        return Err(format!("{package} was not wanted"));
    }
    match wheel.fetch() {
        Ok(()) => {
            println!("{package} {version} is ready: {}", wheel.place().display());
            Ok(())
        }
        Err(Failure::Missing(message) | Failure::Wrong(message)) => Err(message),
    }
}

//! `cargo xtask golden`: the model that ships against its reference.

use crate::{Outcome, run};

/// Where a Python with the training requirements may be.
const PYTHONS: [&str; 2] = [".venv/bin/python", "models/train/.venv/bin/python"];

/// The model that runs when none is named.
const MODEL: &str = "models/denoise-v7/denoise-v7.onnx";

/// The engine against the golden files, which PyTorch wrote; then the denoiser in NumPy, where Python is installed.
pub fn golden() -> Outcome {
    run::run(
        run::cargo(),
        &["test", "--package", "diffwav", "--test", "model"],
    )?;
    let root = run::root();
    let Some(python) = PYTHONS
        .map(|python| root.join(python))
        .into_iter()
        .find(|python| python.exists())
    else {
        println!(
            "\nNo Python environment, so the denoiser in NumPy was not held against them. To do that:"
        );
        println!(
            "  python3 -m venv .venv && .venv/bin/pip install torch onnx onnxruntime numpy scipy"
        );
        println!("  cargo xtask golden");
        return Ok(());
    };
    run::run_with(
        python,
        &["-m", "train.verify", "--onnx", MODEL],
        &[("PYTHONPATH", "models")],
    )
}

//! `cargo xtask golden`: the model that ships against its reference.

use std::path::Path;

use crate::{Outcome, run};

/// Where a Python with the training requirements may be.
const PYTHONS: [&str; 2] = [".venv/bin/python", "models/train/.venv/bin/python"];

/// The engine against the golden files, then the golden files against PyTorch where it is installed.
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
            "\nNo Python environment, so the golden files themselves were not proven again. To do that:"
        );
        println!(
            "  python3 -m venv .venv && .venv/bin/pip install torch onnx onnxruntime numpy scipy"
        );
        println!("  cargo xtask golden");
        return Ok(());
    };
    if !Path::new(&root.join("models/train/golden.py")).exists() {
        return Err("models/train/golden.py is not there".into());
    }
    run::run_with(
        python,
        &["-m", "train.golden", "--check"],
        &[("PYTHONPATH", "models")],
    )
}

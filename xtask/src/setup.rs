//! `cargo xtask setup`: the system's tools, then ONNX Runtime. Nothing here is needed to build or to run diffwav: the
//! engine that is compiled in does without. ONNX Runtime is faster.

use crate::ask::agreed;
use crate::wheel::{Failure, Wheel};
use crate::{Outcome, onnxruntime, packages, run};

/// Sets everything up; what cannot be had is said and left out.
pub fn setup(yes: bool) -> Outcome {
    println!(
        "diffwav builds with cargo alone. ONNX Runtime makes it faster; it is one file below target/, not installed.\n"
    );
    let Some(pinned) = onnxruntime::for_this_machine() else {
        let message = "no ONNX Runtime is pinned for this system";
        return without(message);
    };
    if pinned.is_there()? {
        println!(
            "ONNX Runtime {} is there: {}",
            pinned.version,
            pinned.library().display()
        );
        return Ok(());
    }
    if !tools(yes) {
        return without("Python with pip, which fetches it, is not there");
    }
    let question = format!(
        "Fetch ONNX Runtime {} (MIT licence) from PyPI, {} MB, check its SHA-256 and put it to {}?",
        pinned.version,
        pinned.megabytes,
        pinned.library().display()
    );
    if !agreed(&question, yes) {
        return without("it was not wanted");
    }
    fetch(&pinned)
}

fn fetch(pinned: &Wheel) -> Outcome {
    match pinned.fetch() {
        Ok(()) => {
            println!(
                "ONNX Runtime {} is ready: {}",
                pinned.version,
                pinned.library().display()
            );
            Ok(())
        }
        // A wrong file is alarming, a missing network is not.
        Err(Failure::Wrong(message)) => Err(message),
        Err(Failure::Missing(message)) => without(&message),
    }
}

/// The tools that fetch: Python and pip, from wherever they come.
pub fn tools(yes: bool) -> bool {
    python_works()
        || (packages::ensure("to fetch it", &["python3", "python3-pip"], yes) && python_works())
}

fn python_works() -> bool {
    run::works("python3", &["-m", "pip", "--version"])
}

/// Goes on without ONNX Runtime, and says so.
fn without(reason: &str) -> Outcome {
    println!("Without ONNX Runtime: {reason}.");
    println!(
        "diffwav runs all the same, with the engine that is compiled in (tract); `diffwav bench` says how fast."
    );
    Ok(())
}

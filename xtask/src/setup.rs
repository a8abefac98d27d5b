//! `cargo xtask setup`: the system's tools, then ONNX Runtime. Nothing here is needed to build or to run diffwav: the
//! engine that is compiled in does without. ONNX Runtime is faster.

use crate::ask::agreed;
use crate::onnxruntime::{self, Pinned};
use crate::{Outcome, run};

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

fn fetch(pinned: &Pinned) -> Outcome {
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
        Err(onnxruntime::Failure::Wrong(message)) => Err(message),
        Err(onnxruntime::Failure::Missing(message)) => without(&message),
    }
}

/// The tools that fetch: Python and pip.
fn tools(yes: bool) -> bool {
    if python_works() {
        return true;
    }
    println!("Needed to fetch it: Python 3 with pip.");
    let apt = run::works("apt-get", &["--version"]);
    if !apt {
        println!(
            "Install them with your system's package manager (macOS: brew install python; Fedora: dnf install python3-pip)."
        );
        return false;
    }
    if !agreed(
        "Install the Debian packages python3 and python3-pip with apt-get?",
        yes,
    ) {
        return false;
    }
    let sudo = !run::works("sh", &["-c", "test $(id -u) -eq 0"]);
    let (program, first): (&str, &[&str]) = if sudo {
        ("sudo", &["apt-get"])
    } else {
        ("apt-get", &[])
    };
    let call = |rest: &[&str]| run::run(program, &[first, rest].concat());
    let installed = call(&["update"]).and_then(|()| {
        call(&[
            "install",
            "--yes",
            "--no-install-recommends",
            "python3",
            "python3-pip",
        ])
    });
    if let Err(message) = installed {
        println!("{message}");
    }
    python_works()
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

//! The program as its users build it: for release, with live mode where that can be built.

use crate::{Outcome, packages, run};

/// What live mode links on Linux.
const HEADERS: [&str; 2] = ["libasound2-dev", "pkg-config"];

/// How the program is built on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    features: &'static [&'static str],
}

impl Product {
    /// With live mode; on Linux where the headers that it needs are there or can be had.
    pub fn find(yes: bool) -> Self {
        let live = !cfg!(target_os = "linux")
            || packages::ensure("to build the live microphone", &HEADERS, yes);
        if !live {
            println!("The live microphone is left out; everything else is complete without it.\n");
        }
        Self {
            features: if live { &["--features", "live"] } else { &[] },
        }
    }

    /// Builds it.
    pub fn build(self) -> Outcome {
        let build: &[&str] = &["build", "--release", "--package", "diffwav"];
        run::run(run::cargo(), &[build, self.features].concat())
    }

    /// Builds it where it is not built, and runs it.
    pub fn run(self, arguments: &[&str]) -> Outcome {
        let run: &[&str] = &["run", "--release", "--quiet", "--package", "diffwav"];
        run::run(
            run::cargo(),
            &[run, self.features, &["--"], arguments].concat(),
        )
    }
}

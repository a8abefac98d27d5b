//! The tasks that are a few commands.

use crate::{Outcome, bundle, hosts, run, setup};

/// Everything that must hold.
pub fn test(quick: bool) -> Outcome {
    setup::setup(true)?;
    let cargo = run::cargo();
    if !quick {
        run::run(&cargo, &["fmt", "--all", "--check"])?;
        run::run(
            &cargo,
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )?;
        run::run_with(
            &cargo,
            &["doc", "--workspace", "--no-deps"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        )?;
    }
    bundle::test()?;
    hosts::hosts(false)
}

/// `diffwav bench`, built for release.
pub fn bench(arguments: &[String]) -> Outcome {
    setup::setup(false)?;
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let all = [
        &["run", "--release", "--package", "diffwav", "--", "bench"],
        given.as_slice(),
    ]
    .concat();
    run::run(run::cargo(), &all)
}

/// The man pages; the program itself writes them. For release, as `demo` and `bench` build it: no third build.
pub fn man(folder: &str) -> Outcome {
    run::run(
        run::cargo(),
        &[
            "run",
            "--release",
            "--quiet",
            "--package",
            "diffwav",
            "--",
            "man",
            "--out",
            folder,
        ],
    )?;
    println!("man pages: {folder}");
    Ok(())
}

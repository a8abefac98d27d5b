//! `cargo xtask demo`: from a fresh checkout to something to hear and to look at.

use std::fs;

use crate::product::Product;
use crate::{Outcome, run, setup};

/// A real recording; where it comes from stands in tests/assets/CREDITS.md.
const RECORDING: &str = "tests/assets/noisy-speech.flac";
/// Where the results go.
const FOLDER: &str = "target/demo";

/// Sets up, builds, cleans the recording, says where the results are.
pub fn demo(yes: bool) -> Outcome {
    setup::setup(yes)?;
    let product = Product::find(yes);
    println!("\nBuilding (the first time takes some minutes) …");
    product.build()?;
    fs::create_dir_all(run::root().join(FOLDER))
        .map_err(|error| format!("cannot make {FOLDER}: {error}"))?;
    let clean = |keep: &str, out: &str, rest: &[&str]| {
        let common = [
            "denoise",
            RECORDING,
            "--overwrite",
            "--keep",
            keep,
            "-o",
            out,
        ];
        product.run(&[&common[..], rest].concat())
    };
    let (cleaned, removed, picture) = (
        format!("{FOLDER}/cleaned.wav"),
        format!("{FOLDER}/removed.wav"),
        format!("{FOLDER}/before-and-after.png"),
    );
    println!();
    clean("cleaned", &cleaned, &["--plot", &picture])?;
    clean("removed", &removed, &["--report", "none"])?;
    println!("\nTo hear and to look at:");
    for (what, path) in [
        ("the recording", RECORDING),
        ("cleaned", &cleaned),
        ("what was taken away", &removed),
        ("before and after", &picture),
    ] {
        println!("  {what:<20} {}", run::root().join(path).display());
    }
    Ok(())
}

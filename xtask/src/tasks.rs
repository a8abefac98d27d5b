//! The tasks that are a few commands.

use crate::product::Product;
use crate::{Outcome, bundle, gpu_software, hosts, packages, run, setup};

/// What live mode is built with, and the sound servers that its tests run on.
const SOUND: &[&str] = &[
    "dbus",
    "jackd2",
    "libasound2-dev",
    "libjack-jackd2-dev",
    "pipewire",
    "pipewire-bin",
    "pipewire-pulse",
    "pkg-config",
    "pulseaudio-utils",
    "wireplumber",
];

/// Everything that must hold. All commands take the same features, so that nothing large is compiled twice.
pub fn test(quick: bool) -> Outcome {
    setup::setup(true)?;
    if !packages::ensure("to build live mode and to test it", SOUND, true) {
        return Err("live mode cannot be tested without them".into());
    }
    let cargo = run::cargo();
    let features = bundle::TEST_FEATURES;
    if !quick {
        run::run(&cargo, &["fmt", "--all", "--check"])?;
        let clippy = ["clippy", "--workspace", "--all-targets"];
        let strict = ["--", "-D", "warnings"];
        run::run(&cargo, &[&clippy[..], &features, &strict].concat())?;
        run::run_with(
            &cargo,
            &[&["doc", "--workspace", "--no-deps"][..], &features].concat(),
            &[("RUSTDOCFLAGS", "-D warnings")],
        )?;
    }
    bundle::test(&[], &[])?;
    gpu_software::test_where_it_can_be_had()?;
    hosts::hosts(false)
}

/// Live mode for a long time: what `test` does in seconds.
pub fn soak(minutes: &str) -> Outcome {
    if !packages::ensure("to build live mode and to test it", SOUND, true) {
        return Err("live mode cannot be tested without them".into());
    }
    let soak = ["--test", "live", "soak", "--"];
    let alone = ["--ignored", "--nocapture", "--test-threads", "1"];
    bundle::test(
        &[soak, alone].concat(),
        &[("DIFFWAV_SOAK_MINUTES", minutes)],
    )
}

/// `diffwav bench`, built for release.
pub fn bench(arguments: &[String]) -> Outcome {
    setup::setup(false)?;
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Product::find(false).run(&[&["bench"], given.as_slice()].concat())
}

/// The man pages; the program itself writes them. For release, as `demo` and `bench` build it: no third build.
pub fn man(folder: &str) -> Outcome {
    Product::find(false).run(&["man", "--out", folder])?;
    println!("man pages: {folder}");
    Ok(())
}

//! `cargo xtask hosts`: the bundled plugin in real hosts.

use std::path::{Path, PathBuf};

use crate::bundle::{self, Options};
use crate::{Outcome, packages, run};

/// The drivers, in the order in which a failure says most.
const DRIVERS: [&str; 5] = [
    "test_pedalboard.py",
    "test_synth.py",
    "test_dawdreamer.py",
    "test_library.py",
    "test_mends.py",
];

/// What the hosts open at run time, although no window is shown.
const LIBRARIES: [&str; 4] = ["python3-venv", "libfreetype6", "libx11-6", "libxext6"];

/// What the editor needs to open without a screen.
const SCREEN: [&str; 7] = [
    "xvfb",
    "openbox",
    "xsettingsd",
    "x11-xserver-utils",
    "xdotool",
    "imagemagick",
    "libgl1-mesa-dri",
];

/// Bundles, prepares the hosts and the files, runs every driver; with `all` also those that need much installed.
pub fn hosts(all: bool) -> Outcome {
    bundle::bundle(&Options::for_tests())?;
    let Some(python) = python()? else {
        println!("The tests in Python's hosts are left out.");
        return Ok(());
    };
    files(&python)?;
    for driver in DRIVERS {
        println!("\n{driver}");
        drive(&python, driver, &[])?;
    }
    if !all {
        return Ok(());
    }
    if packages::ensure("to export from Ardour", &["ardour"], false) {
        drive(&python, "test_ardour.py", &[])?;
    }
    if packages::ensure("to open the editor", &SCREEN, false) {
        for arguments in [&["1"][..], &["2"], &["1", "again"]] {
            drive(&python, "editor.py", arguments)?;
            drive(&python, "editor_synth.py", arguments)?;
        }
        drive(&python, "editor_synth.py", &["1", "files"])?;
    }
    Ok(())
}

/// A Python with the pinned hosts, below target/.
fn python() -> Result<Option<PathBuf>, String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("The hosts from PyPI are only known to work on Linux on x86-64.");
        return Ok(None);
    }
    let folder = run::root().join("target/hosts/venv");
    let python = folder.join("bin/python");
    let ready = |python: &PathBuf| {
        run::works(
            &python.to_string_lossy(),
            &["-c", "import pedalboard, dawdreamer, numpy, Xlib"],
        )
    };
    if !ready(&python) {
        if !packages::ensure("to run the plugin in real hosts", &LIBRARIES, false) {
            return Ok(None);
        }
        run::run(
            "python3",
            &["-m", "venv", "--clear", &folder.to_string_lossy()],
        )?;
        let requirements = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            "plugin/tests/hosts/requirements.txt",
        ];
        run::run(&python, &requirements)?;
    }
    Ok(Some(python))
}

/// The recording in stereo, and what file mode makes of it with no more foreknowledge than a plugin has.
fn files(python: &Path) -> Outcome {
    drive(python, "prepare.py", &[])?;
    let diffwav = run::root().join("target/debug/diffwav");
    let noisy = "target/hosts/noisy.wav";
    for (name, options) in [
        ("cleaned", &["--link-channels"][..]),
        ("limited", &["--link-channels", "--attenuation-limit", "12"]),
        ("unlinked", &[]),
    ] {
        let common = [
            "denoise",
            noisy,
            "--report",
            "none",
            "--overwrite",
            "--pre-roll",
            "0",
        ];
        let to = format!("target/hosts/{name}.wav");
        run::run(&diffwav, &[&common[..], options, &["-o", &to]].concat())?;
    }
    Ok(())
}

/// Runs a file of plugin/tests/hosts.
fn drive(python: &Path, driver: &str, arguments: &[&str]) -> Outcome {
    let root = run::root();
    let path = format!("plugin/tests/hosts/{driver}");
    let environment = [
        ("DIFFWAV_ROOT", &*root.to_string_lossy()),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    run::run_with(
        python,
        &[&[path.as_str()], arguments].concat(),
        &environment,
    )
}

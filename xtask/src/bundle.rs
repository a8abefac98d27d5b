//! `cargo xtask bundle`: the plugin as hosts load it, with what it needs inside.

mod layout;
mod patched;

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, onnxruntime, packages, run};
use layout::{Kind, System};

/// The package that is built.
const PACKAGE: &str = "diffwav-plugin";
/// The program of its own.
const PROGRAM: &str = "diffwav-denoise";

/// What the standalone program needs on Debian; the plugins need nothing.
const PROGRAM_PACKAGES: [&str; 3] = ["pkg-config", "libasound2-dev", "libjack-jackd2-dev"];

/// What every command of `cargo xtask test` is built with: with other features, cargo would build most of it twice.
pub const TEST_FEATURES: [&str; 2] = ["--features", "live,jack"];

/// What was asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Options {
    release: bool,
    install: bool,
    /// Together with the tests of the workspace.
    tests: bool,
    /// Only the plugins.
    no_standalone: bool,
    yes: bool,
}

impl Options {
    /// The plugins as `cargo test` builds them: then nothing is built twice, and audio calls that allocate abort.
    pub fn for_tests() -> Self {
        Self {
            tests: true,
            no_standalone: true,
            ..Self::default()
        }
    }

    /// From the command line.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        for argument in arguments {
            let place = match argument.as_str() {
                "--release" => &mut options.release,
                "--install" => &mut options.install,
                "--no-standalone" => &mut options.no_standalone,
                "--yes" => &mut options.yes,
                other => {
                    return Err(format!(
                        "cargo xtask bundle does not know {other}; it takes --release, --install, --no-standalone and --yes"
                    ));
                }
            };
            *place = true;
        }
        Ok(options)
    }
}

/// Builds, bundles, and installs for this user if that was asked for.
pub fn bundle(options: &Options) -> Outcome {
    let system = System::here().ok_or("no plugin bundles are known for this system")?;
    let mut made = Vec::new();
    let library = build(options, &["--lib"], &[])?.join(system.library(PACKAGE));
    for kind in [Kind::Clap, Kind::Vst3] {
        let bundle = folder().join(layout::root(kind));
        remove(&bundle)?;
        copy(&library, &folder().join(system.binary(kind)))?;
        if let Some(plist) = layout::info_plist(system, kind, env!("CARGO_PKG_VERSION")) {
            write(&bundle.join("Contents/Info.plist"), &plist)?;
            write(&bundle.join("Contents/PkgInfo"), "BNDL????")?;
            sign(&bundle);
        }
        made.push(bundle);
    }
    let libraries = libraries()?;
    for kind in [Kind::Vst3, Kind::Clap] {
        let binary = folder().join(system.binary(kind));
        let carried = carry(&libraries, binary.parent().unwrap_or(&binary))?;
        // Those of the other kind lie inside of it.
        if kind == Kind::Clap {
            made.extend(carried);
        }
    }
    if !options.no_standalone {
        made.extend(standalone(options, system)?);
    }
    println!("\nMade:");
    for path in &made {
        println!("  {}", path.display());
    }
    if options.install {
        install(system, &libraries)
    } else {
        Ok(())
    }
}

/// `cargo test` of the workspace, the plugin's tests on the mended framework, with more arguments and environment.
pub fn test(rest: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let arguments = [&["test", "--workspace"][..], &TEST_FEATURES, rest].concat();
    let arguments: Vec<String> = arguments.into_iter().map(String::from).collect();
    patched::cargo(
        &arguments,
        &[&[("DIFFWAV_MENDED", "1")], environment].concat(),
    )
}

/// Where bundles go.
pub fn folder() -> PathBuf {
    run::root().join("target/bundled")
}

/// Runs cargo with the mended framework and returns the folder of what it made.
fn build(options: &Options, targets: &[&str], features: &[&str]) -> Result<PathBuf, String> {
    let mut arguments = vec!["build".to_owned()];
    if options.tests {
        // With other targets, cargo would choose other features for what both need, and build that twice.
        arguments.extend(["--workspace", "--lib", "--bins", "--tests"].map(String::from));
        arguments.extend(TEST_FEATURES.map(String::from));
    } else {
        arguments.extend(["--package", PACKAGE].map(String::from));
        arguments.extend(targets.iter().map(ToString::to_string));
    }
    if !features.is_empty() {
        arguments.extend(["--features".into(), features.join(",")]);
    }
    if options.release {
        arguments.push("--release".into());
    }
    patched::cargo(&arguments, &[])?;
    let profile = if options.release { "release" } else { "debug" };
    Ok(run::root().join("target").join(profile))
}

/// The program, where what it needs is there.
fn standalone(options: &Options, system: System) -> Result<Option<PathBuf>, String> {
    let why = "to build the standalone program";
    if system == System::Linux && !packages::ensure(why, &PROGRAM_PACKAGES, options.yes) {
        println!("The standalone program is left out; the plugins are complete without it.");
        return Ok(None);
    }
    let built = build(options, &["--bin", PROGRAM], &["standalone"])?;
    let name = system.program(PROGRAM);
    let to = folder().join(&name);
    copy(&built.join(&name), &to)?;
    Ok(Some(to))
}

/// The libraries that go with the plugin, each with the folder beside it where the loader looks: ONNX Runtime, and what
/// setup has fetched for graphics cards. Without any the embedded engine runs.
fn libraries() -> Result<Vec<(PathBuf, &'static str)>, String> {
    let Some(pinned) = onnxruntime::for_this_machine() else {
        println!("No ONNX Runtime is pinned for this system: the embedded engine runs.");
        return Ok(Vec::new());
    };
    if !pinned.is_there()? {
        println!(
            "ONNX Runtime is not there (cargo xtask setup fetches it): the embedded engine runs."
        );
        return Ok(Vec::new());
    }
    let mut libraries = vec![(pinned.library(), "")];
    libraries.extend(onnxruntime::bundled());
    Ok(libraries)
}

/// Puts the libraries beside the code that loads them.
fn carry(libraries: &[(PathBuf, &str)], beside: &Path) -> Result<Vec<PathBuf>, String> {
    libraries
        .iter()
        .map(|(from, inside)| {
            let to = beside
                .join(inside)
                .join(from.file_name().unwrap_or_default());
            copy(from, &to).map(|()| to)
        })
        .collect()
}

/// Copies the bundles to where hosts look for this user's plugins.
fn install(system: System, libraries: &[(PathBuf, &str)]) -> Outcome {
    let home = std::env::home_dir().ok_or("this user has no home folder")?;
    for kind in [Kind::Clap, Kind::Vst3] {
        let folder_of_user = system.install_folder(&home, kind);
        let to = folder_of_user.join(layout::root(kind));
        remove(&to)?;
        copy_tree(&folder().join(layout::root(kind)), &to)?;
        // A .clap that is one file has its libraries beside it.
        if kind == Kind::Clap && !to.is_dir() {
            carry(libraries, &folder_of_user)?;
        }
        println!("installed {}", to.display());
    }
    Ok(())
}

/// macOS wants a signature on code that it loads; an own one will do on the machine that built it.
fn sign(bundle: &Path) {
    let path = bundle.to_string_lossy();
    if let Err(message) = run::run("codesign", &["--force", "--sign", "-", &path]) {
        println!("{message}; hosts may refuse {path}");
    }
}

fn remove(path: &Path) -> Outcome {
    let gone = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    gone.map_err(|error| format!("cannot remove {}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    // A host that has the old file mapped must not see it change: the name goes to a new file.
    let fresh = to.with_extension("new");
    fs::copy(from, &fresh)
        .and_then(|_| fs::rename(&fresh, to))
        .map_err(|error| {
            format!(
                "cannot copy {} to {}: {error}",
                from.display(),
                to.display()
            )
        })
}

fn copy_tree(from: &Path, to: &Path) -> Outcome {
    if !from.is_dir() {
        return copy(from, to);
    }
    let entries =
        fs::read_dir(from).map_err(|error| format!("cannot read {}: {error}", from.display()))?;
    for entry in entries.flatten() {
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

//! The plugin framework with its defects mended: `plugin/patches` applied to the copies that cargo fetched.
//!
//! A plain `cargo build` uses the framework as it was published. Bundles are built with this, until upstream has the
//! mends (the README says which).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// A crate and the version that its patch is for; the patch is `plugin/patches/NAME-VERSION.patch`.
const PATCHES: [(&str, &str); 2] = [("nice-plug", "0.4.2"), ("egui-baseview", "0.9.0")];

/// Runs cargo with the mended crates in the place of the published ones.
pub fn cargo(arguments: &[String], environment: &[(&str, &str)]) -> Result<(), String> {
    // Before the subcommand: what follows a `--` in the arguments is not cargo's.
    let mut all = Vec::new();
    for (name, version) in PATCHES {
        let source = mended(name, version)?;
        let source = source.to_string_lossy().replace('\\', "/");
        all.push("--config".into());
        all.push(format!("patch.crates-io.{name}.path=\"{source}\""));
    }
    all.extend_from_slice(arguments);
    // With other sources cargo writes another lock file; the one that is committed comes back.
    let lock = run::root().join("Cargo.lock");
    let before = fs::read(&lock).map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let outcome = run::run_with(run::cargo(), &all, environment);
    fs::write(&lock, before).map_err(|error| format!("cannot write Cargo.lock: {error}"))?;
    outcome
}

/// The folder of the mended crate; made anew only when the patch has changed, so that cargo need not build it again.
fn mended(name: &str, version: &str) -> Result<PathBuf, String> {
    let full = format!("{name}-{version}");
    let patch = run::root()
        .join("plugin/patches")
        .join(format!("{full}.patch"));
    let text =
        fs::read(&patch).map_err(|error| format!("cannot read {}: {error}", patch.display()))?;
    let to = run::root().join("target/patched").join(&full);
    let stamp = to.join(".patched");
    if fs::read(&stamp).is_ok_and(|before| before == text) {
        return Ok(to);
    }
    let _ = fs::remove_dir_all(&to);
    super::copy_tree(&fetched(name, version)?, &to)?;
    apply(&patch, &to)?;
    fs::write(&stamp, text)
        .map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(to)
}

fn apply(patch: &Path, to: &Path) -> Result<(), String> {
    let out = Command::new("git")
        .args(["apply", "--whitespace=nowarn"])
        .arg(patch)
        .current_dir(to)
        // Else git takes the folder for a part of our repository, and ignores it as that.
        .env("GIT_CEILING_DIRECTORIES", to.parent().unwrap_or(to))
        .output()
        .map_err(|error| format!("git apply: {error}"))?;
    if out.status.success() {
        Ok(())
    } else {
        let _ = fs::remove_dir_all(to);
        Err(format!(
            "{} does not fit: {}",
            patch.display(),
            String::from_utf8_lossy(&out.stderr).trim()
        ))
    }
}

/// Where cargo has put the published crate.
fn fetched(name: &str, version: &str) -> Result<PathBuf, String> {
    let cargo = run::cargo();
    let metadata = run::output(&cargo, &["metadata", "--format-version", "1", "--locked"])
        .ok_or("cargo metadata failed")?;
    let start = metadata
        .find(&format!("\"name\":\"{name}\",\"version\":\"{version}\""))
        .ok_or_else(|| format!("cargo knows no {name} {version}; the patch is for that version"))?;
    let manifest = metadata[start..]
        .split_once("\"manifest_path\":\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(path, _)| PathBuf::from(path.replace("\\\\", "\\")))
        .ok_or("cargo metadata names no manifest")?;
    Ok(manifest.parent().map(PathBuf::from).unwrap_or_default())
}

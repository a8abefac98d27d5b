//! Which input becomes which file.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::cli::args::{Container, Depth, Vocode};

/// Results are called NAME.vocoded.wav.
const RESULT: &str = "vocoded";

/// One input and its output.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// What is read.
    pub input: PathBuf,
    /// What is written.
    pub output: PathBuf,
    /// Its container.
    pub container: Container,
    /// How its samples are stored; None: as the input.
    pub depth: Option<Depth>,
}

/// Names the outputs. Nothing is read or written.
///
/// # Errors
/// A text for options that contradict each other or the inputs.
pub fn plan(typed: &Vocode) -> Result<Vec<Job>, String> {
    let several = typed.inputs.len() > 1;
    let folder = |path: &Path| {
        path.is_dir()
            || path
                .to_string_lossy()
                .ends_with(['/', std::path::MAIN_SEPARATOR])
    };
    let into = match &typed.output {
        Some(path) if folder(path) => Some(path),
        Some(path) if several => {
            return Err(format!(
                "-o {} is one file, but there are several inputs: give a folder (end it with / if it is new)",
                path.display()
            ));
        }
        _ => None,
    };
    let container = match (typed.format, &typed.output) {
        (Some(format), _) => format,
        (None, Some(path)) if into.is_none() => container_of(path)?,
        _ => Container::Wav,
    };
    if container == Container::Flac && typed.bit_depth == Some(Depth::Float32) {
        return Err("FLAC has no floating point: use --bit-depth 24, or --format wav".into());
    }
    let mut seen = HashSet::new();
    let mut jobs = Vec::new();
    for input in &typed.inputs {
        if input.is_dir() {
            return Err(format!(
                "{} is a folder: name the files in it",
                input.display()
            ));
        }
        let mut name = input.file_stem().unwrap_or_default().to_owned();
        let output = match (into, &typed.output) {
            (Some(folder), _) => {
                name.push(format!(".{}", container.extension()));
                folder.join(name)
            }
            (None, Some(file)) => file.clone(),
            (None, None) => {
                name.push(format!(".{RESULT}.{}", container.extension()));
                input.with_file_name(name)
            }
        };
        if !seen.insert(output.clone()) {
            return Err(format!(
                "two inputs would be written to {}: process them one by one with -o",
                output.display()
            ));
        }
        jobs.push(Job {
            input: input.clone(),
            output,
            container,
            depth: typed.bit_depth,
        });
    }
    Ok(jobs)
}

fn container_of(path: &Path) -> Result<Container, String> {
    let extension = path
        .extension()
        .and_then(OsStr::to_str)
        .map(str::to_lowercase);
    match extension.as_deref() {
        Some("wav" | "wave" | "bwf" | "rf64") | None => Ok(Container::Wav),
        Some("flac") => Ok(Container::Flac),
        Some(other) => Err(format!(
            "-o {}: .{other} cannot be written; name it .wav or .flac, or say --format",
            path.display()
        )),
    }
}

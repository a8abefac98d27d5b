//! The outputs: their names, and whether they can be written, before the long work starts.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::inputs::{Input, RESULT};
use super::{Job, Target, name};
use crate::cli::args::{Container, Denoise, Depth};
use crate::io::Source;
use crate::{Error, Result};

/// How outputs are named.
#[derive(Debug)]
pub struct Naming {
    place: Place,
    plot: Option<Place>,
    format: Option<Container>,
    depth: Option<Depth>,
}

/// Where something goes.
#[derive(Debug)]
enum Place {
    Beside,
    File(PathBuf),
    Folder(PathBuf),
    Stdout,
}

impl Naming {
    /// From what was typed, and what it applies to.
    pub fn new(typed: &Denoise, inputs: &[Input]) -> Result<Self, String> {
        let several = inputs.len() > 1 || inputs.iter().any(|input| input.below.is_some());
        let from_stdin = inputs.iter().any(|input| input.source == Source::Stdin);
        let place = match &typed.output {
            None if from_stdin => Place::Stdout,
            None => Place::Beside,
            Some(path) if path.as_os_str() == "-" && several => {
                return Err(
                    "several inputs cannot share standard output: give a folder to -o".into(),
                );
            }
            Some(path) if path.as_os_str() == "-" => Place::Stdout,
            Some(path) => destination("-o", path, several, from_stdin)?,
        };
        let plot = match &typed.plot {
            Some(path) => Some(destination("--plot", path, several, from_stdin)?),
            None => None,
        };
        let format = match (typed.format, &place) {
            (None, Place::File(path)) => Some(container_of(path)?),
            (given, _) => given,
        };
        if format == Some(Container::Flac) && typed.bit_depth == Some(Depth::Float32) {
            return Err("FLAC has no floating point: use --bit-depth 24, or --format wav".into());
        }
        Ok(Self {
            place,
            plot,
            format,
            depth: typed.bit_depth,
        })
    }

    /// The job for one input.
    pub fn job(&self, input: &Input) -> Job {
        let container = self.format.unwrap_or(Container::Wav);
        let target = match &self.place {
            Place::Stdout => Target::Stdout,
            Place::File(path) => Target::File(path.clone()),
            Place::Folder(folder) => Target::File(
                folder
                    .join(relative(input))
                    .with_extension(container.extension()),
            ),
            Place::Beside => Target::File(beside(input, container)),
        };
        let plot = self.plot.as_ref().map(|place| match place {
            Place::File(path) => path.clone(),
            Place::Folder(folder) => folder.join(relative(input)).with_extension("png"),
            Place::Beside | Place::Stdout => beside(input, container).with_extension("png"),
        });
        Job {
            source: input.source.clone(),
            target,
            container,
            depth: self.depth,
            plot,
        }
    }
}

/// A file for one input; a folder for several, and wherever one stands already or a slash says so.
fn destination(flag: &str, path: &Path, several: bool, from_stdin: bool) -> Result<Place, String> {
    let folder = path.is_dir()
        || path
            .as_os_str()
            .to_string_lossy()
            .ends_with(['/', std::path::MAIN_SEPARATOR]);
    if several && path.is_file() {
        return Err(format!(
            "{flag} {} is a file, but there are several inputs: give a folder",
            path.display()
        ));
    }
    if folder && from_stdin {
        return Err(format!(
            "{flag} {} is a folder: standard input has no name, so give a file",
            path.display()
        ));
    }
    if several && !folder && path.extension().is_some() {
        return Err(format!(
            "{flag} {} looks like a file, but there are several inputs: give a folder (end it with / if it is one)",
            path.display()
        ));
    }
    Ok(if several || folder {
        Place::Folder(path.to_owned())
    } else {
        Place::File(path.to_owned())
    })
}

/// The container that a file name asks for.
fn container_of(path: &Path) -> Result<Container, String> {
    match path
        .extension()
        .and_then(OsStr::to_str)
        .map(str::to_lowercase)
        .as_deref()
    {
        Some("wav" | "wave" | "bwf" | "rf64") | None => Ok(Container::Wav),
        Some("flac") => Ok(Container::Flac),
        Some(other) => Err(format!(
            "-o {}: .{other} cannot be written; name it .wav or .flac, or say --format",
            path.display()
        )),
    }
}

fn relative(input: &Input) -> PathBuf {
    match (&input.below, &input.source) {
        (Some(below), _) => below.clone(),
        (None, Source::File(path)) => path.file_name().map(PathBuf::from).unwrap_or_default(),
        (None, Source::Stdin) => "stdin".into(),
    }
}

fn beside(input: &Input, container: Container) -> PathBuf {
    match &input.source {
        Source::File(path) => {
            let mut name = path.file_stem().unwrap_or_default().to_owned();
            name.push(format!(".{RESULT}.{}", container.extension()));
            path.with_file_name(name)
        }
        Source::Stdin => format!("stdin.{RESULT}.{}", container.extension()).into(),
    }
}

/// Refuses what could not be written at the end: existing files, folders and places that do not take files.
pub fn check(job: &Job, overwrite: bool) -> Result<()> {
    let files = [
        match &job.target {
            Target::File(path) => Some(path),
            Target::Stdout => None,
        },
        job.plot.as_ref(),
    ];
    files
        .into_iter()
        .flatten()
        .try_for_each(|path| free(path, overwrite))
}

/// Refuses a file that could not be written at the end.
pub fn free(path: &Path, overwrite: bool) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            return Err(not_writable(path, std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(_) if !overwrite => {
            return Err(Error::Exists {
                path: path.to_owned(),
            });
        }
        Ok(there) if there.permissions().readonly() => {
            return Err(not_writable(
                path,
                std::io::ErrorKind::PermissionDenied.into(),
            ));
        }
        _ => {}
    }
    writable_folder(path)
}

/// A file can be made where `path` is to be, or in the nearest folder above it that exists.
fn writable_folder(path: &Path) -> Result<()> {
    let there = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let folder = match there {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::tempfile_in(folder)
        .map(drop)
        .map_err(|source| not_writable(path, source))
}

fn not_writable(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    }
}

/// Refuses two jobs that write the same file: the second would replace the first.
pub fn distinct(jobs: &[Job]) -> Result<(), String> {
    let mut seen: HashMap<&Path, &Source> = HashMap::new();
    for job in jobs {
        let target = match &job.target {
            Target::File(path) => Some(path.as_path()),
            Target::Stdout => None,
        };
        for path in target.into_iter().chain(job.plot.as_deref()) {
            if let Some(other) = seen.insert(path, &job.source) {
                return Err(format!(
                    "{} and {} would both be written to {}: process them one by one with -o",
                    name(other),
                    name(&job.source),
                    path.display()
                ));
            }
        }
    }
    Ok(())
}

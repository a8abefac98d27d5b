//! From the names on the command line to pairs of input and output: folders are walked, names are made, clashes refused.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::source::audio;
use super::spec::Container;
use crate::{Error, Result};

/// What counts as audio in a folder. Files named on their own are opened whatever their name.
pub const EXTENSIONS: [&str; 16] = [
    "wav", "wave", "bwf", "rf64", "flac", "mp3", "ogg", "oga", "aac", "m4a", "m4b", "mp4", "aif",
    "aiff", "aifc", "mka",
];

/// What our outputs carry between name and extension, so that a second run does not take them for inputs.
const MARK: &str = ".denoised";

/// Where outputs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Beside each input.
    Beside,
    /// Into this folder; files found in a folder keep their path inside of it.
    Folder(PathBuf),
}

/// One file to process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What to read.
    pub input: PathBuf,
    /// What to write.
    pub output: PathBuf,
}

impl Job {
    /// Makes the folder of the output, if it is not there.
    ///
    /// # Errors
    /// [`Error::File`] if the system refuses.
    pub fn make_folder(&self) -> Result<()> {
        let Some(folder) = self.output.parent() else {
            return Ok(());
        };
        std::fs::create_dir_all(folder).map_err(|source| Error::File {
            action: "create",
            path: folder.to_owned(),
            source,
        })
    }
}

/// Expands files and folders into jobs, in the order named, each folder sorted by path. Hidden files and earlier outputs
/// are skipped in folders; a file named twice is done once. `container` fixes the kind of output; without it FLAC stays
/// FLAC and everything else becomes WAV.
///
/// # Errors
/// [`Error::File`] if an input is not there or cannot be listed; [`Error::Audio`] for a folder without audio, for two
/// inputs that would become one output, and for an output that is an input as well.
pub fn jobs(inputs: &[PathBuf], place: &Place, container: Option<Container>) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for named in inputs {
        let meta = std::fs::metadata(named).map_err(|source| unreadable(named, source))?;
        if meta.is_dir() {
            let found = walk(named)?;
            jobs.extend(found.into_iter().map(|input| {
                let inside = input.strip_prefix(named).unwrap_or(&input).to_owned();
                job(input, &inside, place, container)
            }));
        } else {
            let name = named
                .file_name()
                .map_or_else(|| named.clone(), PathBuf::from);
            jobs.push(job(named.clone(), &name, place, container));
        }
    }
    refuse_clashes(jobs)
}

fn job(input: PathBuf, inside: &Path, place: &Place, container: Option<Container>) -> Job {
    let is_flac = input
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("flac"));
    let extension = match container {
        Some(Container::Flac) => "flac",
        None if is_flac => "flac",
        _ => "wav",
    };
    let mut name: OsString = input.file_stem().unwrap_or(OsStr::new("audio")).to_owned();
    name.push(MARK);
    name.push(".");
    name.push(extension);
    let output = match place {
        Place::Beside => input.with_file_name(name),
        Place::Folder(folder) => folder.join(inside).with_file_name(name),
    };
    Job { input, output }
}

/// The audio files below `folder`.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name())) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_input(entry.path()) => {
                found.push(entry.into_path());
            }
            Ok(_) => {}
            // A link to a folder above, or to nothing.
            Err(e) if e.loop_ancestor().is_some() || e.path().is_some_and(Path::is_symlink) => {}
            Err(e) => {
                let path = e.path().unwrap_or(folder).to_owned();
                return Err(unreadable(&path, e.into()));
            }
        }
    }
    if found.is_empty() {
        let problem = format!("it holds no audio (looked for {})", EXTENSIONS.join(", "));
        return Err(audio(
            folder,
            problem,
            "name another folder, or the files themselves",
        ));
    }
    Ok(found)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_input(path: &Path) -> bool {
    let known = path
        .extension()
        .is_some_and(|e| EXTENSIONS.iter().any(|known| e.eq_ignore_ascii_case(known)));
    let ours = path
        .file_stem()
        .is_some_and(|stem| stem.as_encoded_bytes().ends_with(MARK.as_bytes()));
    known && !ours
}

fn refuse_clashes(jobs: Vec<Job>) -> Result<Vec<Job>> {
    let mut writers: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut kept: Vec<Job> = Vec::new();
    for job in jobs {
        match writers.insert(job.output.clone(), job.input.clone()) {
            None => kept.push(job),
            Some(other) if other == job.input => {}
            Some(other) => {
                let problem = format!(
                    "both {} and {} would be written to it",
                    other.display(),
                    job.input.display()
                );
                return Err(audio(
                    &job.output,
                    problem,
                    "rename one of them, or process them one by one with -o",
                ));
            }
        }
    }
    for job in &kept {
        if let Some(by) = writers.get(&job.input) {
            let problem = format!("it is an input, and the output of {} as well", by.display());
            return Err(audio(&job.input, problem, "name only one of them"));
        }
    }
    Ok(kept)
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    }
}

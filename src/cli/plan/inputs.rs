//! The inputs: files as named, folders with everything below them that looks like audio, or standard input.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::Error;
use crate::io::Source;

/// What a file in a folder must be called to count as audio. A file that is named by itself is always tried.
const EXTENSIONS: [&str; 18] = [
    "wav", "wave", "bwf", "rf64", "flac", "mp3", "ogg", "oga", "m4a", "m4b", "mp4", "mov", "aac",
    "aif", "aiff", "aifc", "mka", "mkv",
];

/// Results of earlier runs are called NAME.denoised.wav; a folder is searched for recordings, not for results.
pub const RESULT: &str = "denoised";
/// Variations are called NAME.vary-SEED.wav.
pub const VARIATION: &str = "vary-";

/// An input, and the folder it was found through.
#[derive(Debug, Clone)]
pub struct Input {
    /// What to read.
    pub source: Source,
    /// For a file that was found in a named folder: its path from there.
    pub below: Option<PathBuf>,
}

/// What the command line names.
#[derive(Debug, Default)]
pub struct Found {
    /// To be processed.
    pub inputs: Vec<Input>,
    /// Not there, or a folder without audio.
    pub refused: Vec<(Source, Error)>,
}

/// Looks at everything that was named, in order. A file that is named twice counts once.
pub fn find(named: &[PathBuf]) -> Result<Found, String> {
    let mut found = Found::default();
    for path in named {
        if path.as_os_str() == "-" {
            if named.len() > 1 {
                return Err("- (standard input) cannot be combined with other inputs".into());
            }
            found.inputs.push(Input {
                source: Source::Stdin,
                below: None,
            });
        } else if path.is_dir() {
            walk(path, &mut found);
        } else {
            one(path, &mut found);
        }
    }
    let mut seen = std::collections::HashSet::new();
    found
        .inputs
        .retain(|input| seen.insert(input.source.clone()));
    Ok(found)
}

fn one(path: &Path, found: &mut Found) {
    let source = Source::File(path.to_owned());
    match std::fs::metadata(path) {
        Ok(_) => found.inputs.push(Input {
            source,
            below: None,
        }),
        Err(error) => found.refused.push((source, unreadable(path, error))),
    }
}

fn walk(folder: &Path, found: &mut Found) {
    let before = found.inputs.len() + found.refused.len();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_recording(entry.path()) => {
                let below = entry.path().strip_prefix(folder).ok().map(Path::to_owned);
                found.inputs.push(Input {
                    source: Source::File(entry.into_path()),
                    below,
                });
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let error = unreadable(&path, error.into());
                found.refused.push((Source::File(path), error));
            }
        }
    }
    if found.inputs.len() + found.refused.len() == before {
        let error = Error::Audio {
            path: folder.to_owned(),
            problem: format!(
                "no audio in this folder (looked for .{})",
                EXTENSIONS.join(" .")
            ),
            remedy: "name the files themselves if they are called otherwise".into(),
        };
        found.refused.push((Source::File(folder.to_owned()), error));
    }
}

fn is_recording(path: &Path) -> bool {
    let is_audio = path
        .extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| EXTENSIONS.contains(&e.to_lowercase().as_str()));
    let is_result = path.file_stem().is_some_and(|stem| {
        let mark = Path::new(stem).extension().and_then(|e| e.to_str());
        mark.is_some_and(|e| e == RESULT || e.starts_with(VARIATION))
    });
    is_audio && !is_result
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_recordings_and_not_results() {
        assert!(is_recording(Path::new("a/talk.WAV")));
        assert!(is_recording(Path::new("my.denoised.take2.flac")));
        assert!(!is_recording(Path::new("talk.denoised.wav")));
        assert!(!is_recording(Path::new("kick.vary-12.wav")));
        assert!(!is_recording(Path::new("talk.txt")));
        assert!(!is_recording(Path::new("wav")));
    }

    #[test]
    fn standard_input_stands_alone() {
        assert!(find(&["-".into(), "a.wav".into()]).is_err());
        assert_eq!(find(&["-".into()]).unwrap().inputs.len(), 1);
    }
}

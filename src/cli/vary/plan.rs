//! What is varied, how, and where it goes; checked before the first is made.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::manifest::{Manifest, Row};
use crate::cli::args::{Container, Depth, Vary};
use crate::cli::exit::Failure;
use crate::cli::plan::{inputs, outputs};
use crate::cli::studio::{self, Studio};
use crate::engine::generate::{Request, class};
use crate::io::{SampleFormat, Source};
use crate::model::card::Card;
use crate::{Error, Result};

/// Everything that is going to be done.
#[derive(Debug)]
pub struct Plan {
    /// One for each source.
    pub jobs: Vec<Job>,
    /// Inputs that cannot become a job, and why.
    pub refused: Vec<(Source, Error)>,
    /// Where the manifest goes.
    pub manifest: Option<PathBuf>,
}

/// One source and its variations.
#[derive(Debug)]
pub struct Job {
    /// The file.
    pub source: PathBuf,
    /// The same from the root of the data set, as the manifest names it.
    pub name: String,
    /// What it must be, where that is known (SHA-256).
    pub fingerprint: Option<String>,
    /// Its variations.
    pub variations: Vec<Variation>,
}

/// One file to be made.
#[derive(Debug, Clone)]
pub struct Variation {
    /// Where it goes.
    pub path: PathBuf,
    /// The same from the output folder, as the manifest names it.
    pub name: String,
    /// Class, seed, controls and guidance.
    pub request: Request,
    /// How far from the source.
    pub strength: f32,
    /// Its container.
    pub container: Container,
    /// Its samples; `None`: as the source.
    pub sample: Option<SampleFormat>,
}

impl Plan {
    /// From what was typed.
    ///
    /// # Errors
    /// Usage errors, and files that are there already.
    pub fn new(typed: &Vary, studio: &Studio) -> Result<Self, Failure> {
        let usage = |message: String| Failure::usage("vary", message);
        if typed.saving.format == Container::Flac && typed.saving.bit_depth == Some(Depth::Float32)
        {
            let message = "FLAC has no floating point: use --bit-depth 24, or --format wav";
            return Err(usage(message.into()));
        }
        if typed.inputs.iter().any(|path| path.as_os_str() == "-") {
            return Err(usage("standard input cannot be varied: name a file".into()));
        }
        if let Some(folder) = typed.inputs.iter().find(|path| path.is_dir()) {
            let message = format!(
                "{} is a folder: vary it with --dataset and -o",
                folder.display()
            );
            return Err(usage(message));
        }
        let request = studio::request("vary", studio.card(), typed.class.as_deref(), &typed.sound)?;
        let probe = Request {
            seconds: studio.seconds_max(),
            ..request.clone()
        };
        probe
            .check(studio.card(), studio.seconds_max())
            .map_err(|error| Failure::setting("vary", error))?;
        let named = match &typed.dataset {
            Some(folder) if !folder.is_dir() => {
                return Err(usage(format!(
                    "--dataset {} is no folder",
                    folder.display()
                )));
            }
            Some(folder) => std::slice::from_ref(folder),
            None => &typed.inputs,
        };
        let found = inputs::find(named).map_err(usage)?;
        let mut jobs = Vec::new();
        for input in found.inputs {
            let Source::File(source) = input.source else {
                continue;
            };
            let below = input.below.or_else(|| source.file_name().map(Into::into));
            let below = below.unwrap_or_default();
            let folder = match &typed.output {
                Some(folder) => folder.join(below.parent().unwrap_or(Path::new(""))),
                None => source.parent().map(Path::to_owned).unwrap_or_default(),
            };
            let stem = source.file_stem().unwrap_or_default().to_string_lossy();
            let variations = (0..typed.count).map(|index| {
                let seed = typed.sound.seed.wrapping_add(index as u64);
                let name = format!(
                    "{stem}.{}{seed}.{}",
                    inputs::VARIATION,
                    typed.saving.format.extension()
                );
                Variation {
                    path: folder.join(&name),
                    name: slashes(&below.with_file_name(&name)),
                    request: Request {
                        seed,
                        ..request.clone()
                    },
                    strength: typed.strength,
                    container: typed.saving.format,
                    sample: typed
                        .saving
                        .bit_depth
                        .map(|typed| studio::depth(Some(typed), SampleFormat::Int24)),
                }
            });
            jobs.push(Job {
                name: slashes(&below),
                fingerprint: None,
                variations: variations.collect(),
                source,
            });
        }
        let plan = Self {
            jobs,
            refused: found.refused,
            manifest: manifest_path(typed),
        };
        plan.check(typed.saving.overwrite)?;
        Ok(plan)
    }

    /// What a manifest lists.
    ///
    /// # Errors
    /// [`Error::Model`] for another model than the one that made it, [`Error::Audio`] for rows that make no sense, and
    /// files that are there already.
    pub fn again(typed: &Vary, manifest: &Manifest, studio: &Studio) -> Result<Self, Failure> {
        manifest.fits(studio)?;
        let root = typed.dataset.clone().unwrap_or_default();
        let output = typed.output.clone().unwrap_or_default();
        let mut jobs: Vec<Job> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for row in manifest.rows() {
            let variation = variation(manifest, row, &output, studio.card())?;
            if !inside(&row.source) {
                return Err(manifest.fault("source", &row.source).into());
            }
            let place = *places.entry(&row.source).or_insert_with(|| {
                jobs.push(Job {
                    source: root.join(&row.source),
                    name: row.source.clone(),
                    fingerprint: Some(row.source_sha256.clone()),
                    variations: Vec::new(),
                });
                jobs.len() - 1
            });
            jobs[place].variations.push(variation);
        }
        let plan = Self {
            jobs,
            refused: Vec::new(),
            manifest: manifest_path(typed),
        };
        plan.check(typed.saving.overwrite)?;
        Ok(plan)
    }

    fn check(&self, overwrite: bool) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        for job in &self.jobs {
            for variation in &job.variations {
                if !seen.insert(&variation.path) {
                    let message = format!(
                        "two sounds would both be written to {}: vary them one by one with -o",
                        variation.path.display()
                    );
                    return Err(Failure::usage("vary", message));
                }
                outputs::free(&variation.path, overwrite)?;
            }
        }
        if let Some(path) = &self.manifest {
            outputs::free(path, overwrite)?;
        }
        Ok(())
    }
}

fn variation(manifest: &Manifest, row: &Row, output: &Path, card: &Card) -> Result<Variation> {
    if !inside(&row.file) {
        return Err(manifest.fault("file", &row.file));
    }
    let container = match Path::new(&row.file).extension().and_then(|e| e.to_str()) {
        Some("wav") => Container::Wav,
        Some("flac") => Container::Flac,
        _ => return Err(manifest.fault("file", &row.file)),
    };
    let label = row
        .class
        .as_deref()
        .map(|name| class(card, name))
        .transpose()?;
    Ok(Variation {
        path: output.join(&row.file),
        name: row.file.clone(),
        request: Request {
            label,
            seed: row.seed,
            controls: row
                .controls(card)
                .ok_or_else(|| manifest.fault("controls", &row.controls))?,
            guidance: row.guidance,
            ..Request::default()
        },
        strength: row.strength,
        container,
        sample: Some(
            row.sample_format()
                .ok_or_else(|| manifest.fault("sample", &row.sample))?,
        ),
    })
}

fn manifest_path(typed: &Vary) -> Option<PathBuf> {
    typed.dataset.as_ref()?;
    let output = typed.output.clone().unwrap_or_default();
    Some(
        typed
            .manifest
            .clone()
            .unwrap_or_else(|| output.join("manifest.csv")),
    )
}

/// Whether a path from a file that someone else may have written stays below its root.
fn inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// With slashes on every system.
fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_cannot_lead_out_of_its_folder() {
        assert!(inside("kit/kick.wav") && inside("kick.wav"));
        for path in [
            "",
            "../kick.wav",
            "/etc/passwd",
            "kit/../../kick.wav",
            "./a",
        ] {
            assert!(!inside(path), "{path}");
        }
    }
}

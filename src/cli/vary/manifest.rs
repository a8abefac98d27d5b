//! The manifest of a data set: one row a file, with everything that makes it again.

mod row;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::csv;
use super::own::hexadecimal;
use super::work::Made;
use crate::cli::studio::Studio;
use crate::diffusion::sampler::Sampler;
use crate::io::{beside, folder};
use crate::{Error, Result};
pub use row::Row;
use row::{COLUMNS, table};

/// Largest manifest that is read.
const BYTES_MAX: u64 = 1 << 30;

/// All files of a run.
#[derive(Debug)]
pub struct Manifest {
    path: PathBuf,
    rows: Vec<Row>,
}

/// The JSON form.
#[derive(Debug, Serialize, Deserialize)]
struct Json {
    diffwav: String,
    files: Vec<Row>,
}

impl Manifest {
    /// Of what was made.
    pub fn of(studio: &Studio, made: &[Made]) -> Self {
        let card = studio.card();
        let model = hexadecimal(&studio.model.bytes);
        let row = |made: &Made| {
            let request = &made.variation.request;
            let set = request.controls.iter().zip(&card.controls);
            let controls: Vec<String> = set
                .filter_map(|(value, control)| Some(format!("{}={}", control.name, (*value)?)))
                .collect();
            Row {
                file: made.variation.name.clone(),
                source: made.source.clone(),
                source_sha256: made.source_sha256.clone(),
                seed: request.seed,
                strength: made.variation.strength,
                class: request.label.map(|label| card.labels[label].clone()),
                guidance: request.guidance,
                controls: controls.join(";"),
                steps: studio.about.steps,
                sampler: studio.about.sampler.clone(),
                model: card.name.clone(),
                model_version: card.version.clone(),
                model_sha256: model.clone(),
                engine: format!("{} on {}", studio.about.engine, studio.about.device),
                sample: made.sample.to_string(),
                sha256: made.sha256.clone(),
            }
        };
        Self {
            path: PathBuf::new(),
            rows: made.iter().map(row).collect(),
        }
    }

    /// Reads CSV or JSON; the content says which.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::Audio`] for a file that is no manifest.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        };
        let length = std::fs::metadata(path).map_err(failed)?.len();
        let empty = Self {
            path: path.to_owned(),
            rows: Vec::new(),
        };
        if length > BYTES_MAX {
            return Err(empty.bad(&format!("it is {length} bytes long")));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let rows: Vec<Row> = if json {
            let json: Json =
                serde_json::from_slice(&bytes).map_err(|error| empty.bad(&error.to_string()))?;
            json.files
        } else {
            let text =
                std::str::from_utf8(&bytes).map_err(|error| empty.bad(&error.to_string()))?;
            table(text).map_err(|problem| empty.bad(&problem))?
        };
        if rows.is_empty() {
            return Err(empty.bad("it lists no files"));
        }
        Ok(Self { rows, ..empty })
    }

    /// Writes it beside its place, then renames.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::Exists`].
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<()> {
        let failed = |source| Error::File {
            action: "write",
            path: path.to_owned(),
            source,
        };
        let bytes = match path.extension().and_then(|e| e.to_str()) {
            Some("json") => self.json(),
            _ => self.csv(),
        }
        .map_err(failed)?;
        folder::make_for(path)?;
        let mut file = beside(path).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        let done = match overwrite {
            true => file.persist(path),
            false => file.persist_noclobber(path),
        };
        done.map(drop).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::Exists {
                path: path.to_owned(),
            },
            _ => failed(error.error),
        })
    }

    fn csv(&self) -> std::io::Result<Vec<u8>> {
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            // By way of the text, which has the shortest form of every number.
            let fields: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&serde_json::to_string(row)?)?;
            if index == 0 {
                csv::write(&COLUMNS.map(str::to_owned), &mut text);
            }
            let cells = COLUMNS.map(|column| match fields.get(column) {
                Some(serde_json::Value::String(cell)) => cell.clone(),
                None | Some(serde_json::Value::Null) => String::new(),
                Some(number) => number.to_string(),
            });
            csv::write(&cells, &mut text);
        }
        Ok(text.into_bytes())
    }

    fn json(&self) -> std::io::Result<Vec<u8>> {
        let json = Json {
            diffwav: env!("CARGO_PKG_VERSION").to_owned(),
            files: self.rows.clone(),
        };
        let mut bytes = serde_json::to_vec_pretty(&json)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The model that made it.
    pub fn model(&self) -> Option<String> {
        self.rows.first().map(|row| row.model.clone())
    }

    /// The engine that made it.
    pub fn engine(&self) -> &str {
        self.rows.first().map_or("", |row| &row.engine)
    }

    /// Steps and sampler, which all rows share.
    ///
    /// # Errors
    /// [`Error::Audio`] if they do not.
    pub fn process(&self) -> Result<(Option<usize>, Option<Sampler>)> {
        let first = &self.rows[0];
        let other = |row: &&Row| row.steps != first.steps || row.sampler != first.sampler;
        if self.rows.iter().any(|row| other(&row)) {
            return Err(self.bad("its rows have different steps or samplers: split it"));
        }
        Ok((Some(first.steps), Some(first.sampler.parse()?)))
    }

    /// Whether the loaded model is the one that made every row.
    ///
    /// # Errors
    /// [`Error::Model`] with both versions.
    pub fn fits(&self, studio: &Studio) -> Result<()> {
        let card = studio.card();
        let sha = hexadecimal(&studio.model.bytes);
        let other = |row: &&Row| {
            row.model != card.name || row.model_version != card.version || row.model_sha256 != sha
        };
        match self.rows.iter().find(other) {
            None => Ok(()),
            Some(row) => Err(Error::Model {
                origin: studio.model.origin.clone(),
                field: "file".to_owned(),
                found: format!("{} {} ({})", card.name, card.version, &sha[..12]),
                expected: format!(
                    "{} {} ({}), which the manifest was made with: name it with --model",
                    row.model,
                    row.model_version,
                    row.model_sha256.get(..12).unwrap_or(&row.model_sha256)
                ),
            }),
        }
    }

    /// The files that are not what the manifest lists.
    pub fn different<'a>(&self, made: &'a [Made]) -> Vec<&'a str> {
        let known: std::collections::HashMap<&str, &str> = self
            .rows
            .iter()
            .map(|row| (row.file.as_str(), row.sha256.as_str()))
            .collect();
        made.iter()
            .filter(|made| known.get(made.variation.name.as_str()) != Some(&made.sha256.as_str()))
            .map(|made| made.variation.name.as_str())
            .collect()
    }

    /// A value of a row that makes no sense.
    pub fn fault(&self, column: &str, value: &str) -> Error {
        self.bad(&format!("{column} is {value:?} in one of its rows"))
    }

    fn bad(&self, problem: &str) -> Error {
        Error::Audio {
            path: self.path.clone(),
            problem: format!("no manifest that can be used: {problem}"),
            remedy: "give one that `diffwav vary --dataset` wrote".into(),
        }
    }
}

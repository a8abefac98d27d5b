//! A row of the manifest, and the table of them.

use serde::{Deserialize, Serialize};

use crate::cli::vary::csv;
use crate::io::SampleFormat;
use crate::model::card::Card;

/// One file and how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// From the output folder.
    pub file: String,
    /// From the root of the data set.
    pub source: String,
    /// SHA-256 of the source.
    pub source_sha256: String,
    /// Seed.
    pub seed: u64,
    /// How far from the source.
    pub strength: f32,
    /// Class; empty for none.
    pub class: Option<String>,
    /// How strongly it was followed.
    pub guidance: f32,
    /// Controls that were set: `brightness=1;length=-0.5`.
    pub controls: String,
    /// Reverse steps.
    pub steps: usize,
    /// How they were taken.
    pub sampler: String,
    /// The model's name.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// SHA-256 of its file.
    pub model_sha256: String,
    /// Engine and device: others may differ in the last bits.
    pub engine: String,
    /// How samples are stored.
    pub sample: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl Row {
    /// The controls that were set, by their index; `None` if they are no controls of this model.
    pub fn controls(&self, card: &Card) -> Option<Vec<Option<f32>>> {
        let mut controls = vec![None; card.controls.len()];
        for part in self.controls.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            let index = card.controls.iter().position(|c| c.name == name)?;
            controls[index] = Some(value.parse().ok()?);
        }
        Some(controls)
    }

    /// How samples are stored; `None` for a name that is none.
    pub fn sample_format(&self) -> Option<SampleFormat> {
        [
            SampleFormat::Int8,
            SampleFormat::Int16,
            SampleFormat::Int24,
            SampleFormat::Int32,
            SampleFormat::Float32,
            SampleFormat::Float64,
        ]
        .into_iter()
        .find(|format| format.to_string() == self.sample)
    }
}

/// The columns of the CSV form, which are the fields of a [`Row`].
pub(super) const COLUMNS: [&str; 16] = [
    "file",
    "source",
    "source_sha256",
    "seed",
    "strength",
    "class",
    "guidance",
    "controls",
    "steps",
    "sampler",
    "model",
    "model_version",
    "model_sha256",
    "engine",
    "sample",
    "sha256",
];

/// The rows of the CSV form; columns may come in any order, and there may be others.
pub(super) fn table(text: &str) -> Result<Vec<Row>, String> {
    let mut records = csv::read(text).ok_or("a quote is not closed")?.into_iter();
    let head = records.next().unwrap_or_default();
    let row = |record: Vec<String>| {
        let mut fields = serde_json::Map::new();
        for (column, cell) in head.iter().zip(record) {
            let value = match column.as_str() {
                "seed" | "strength" | "guidance" | "steps" => serde_json::from_str(&cell)
                    .map_err(|_| format!("{column} is {cell:?}, expected a number"))?,
                "class" if cell.is_empty() => serde_json::Value::Null,
                _ => cell.into(),
            };
            fields.insert(column.clone(), value);
        }
        serde_json::from_value(fields.into()).map_err(|error| error.to_string())
    };
    records.map(row).collect()
}

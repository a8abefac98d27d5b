//! Reads a card from JSON: every fault names the field, what was found and what was expected.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::card::{Card, FORMAT};
use crate::model::card_rules;

/// A card is text that people write; this is far more than any needs.
const JSON_BYTES_MAX: usize = 4 << 20;

impl Card {
    /// Reads and validates the card in `json`, which belongs to `origin` (a path or a built-in name).
    ///
    /// # Errors
    /// [`Error::Model`] with the field, what was found and what was expected.
    pub fn parse(origin: &str, json: &str) -> Result<Self> {
        let fields = Fields::new(origin, json)?;
        let format: u32 = fields.get("format", "a version number")?;
        if format != FORMAT {
            let expected = format!("{FORMAT}; a newer diffwav may read this model");
            return Err(fields.fault("format", format.to_string(), expected));
        }
        let card = Self {
            format,
            name: fields.get("name", "a text")?,
            version: fields.get("version", "a text such as \"1.0.0\"")?,
            task: fields.get("task", "denoise, vocode or synth")?,
            sample_rate: fields.get("sample_rate", "a rate in Hz, a whole number")?,
            transform: fields.get(
                "transform",
                "a transform: {\"kind\": \"stft\", …} or {\"kind\": \"frames\", \"hop\": …}",
            )?,
            normalise: fields.get_or("normalise", "null or {\"kind\": \"peak_follower\", …}")?,
            predicts: fields.get("predicts", "x0, eps or v")?,
            path: fields.get(
                "path",
                "a forward process such as {\"kind\": \"bridge_ve\", …}",
            )?,
            sampler: fields.get("sampler", "a reverse sampler")?,
            steps: fields.get(
                "steps",
                "{\"default\": …, \"allowed\": […], \"times\": {…}}",
            )?,
            frames_max: fields.get("frames_max", "a whole number of frames")?,
            lookahead: fields.get("lookahead", "a whole number of frames")?,
            causal: fields.get("causal", "true or false")?,
            labels: fields.get_or("labels", "a list of class names")?,
            controls: fields.get_or(
                "controls",
                "a list of {\"name\": …, \"min\": …, \"max\": …}",
            )?,
            onset: fields.get_or("onset", "a whole number of samples")?,
            guidance: fields.get_or("guidance", "a guidance scale, 0 or more")?,
            mel: fields.get_or(
                "mel",
                "{\"fft\", \"hop\", \"bands\", \"low\", \"high\", \"floor\", \"bound\"}",
            )?,
            project: fields.get_or(
                "project",
                "{\"stages\", \"momentum\", \"relax\", \"limit\"}",
            )?,
            data: fields.get_or("data", "a list of {\"source\": …, \"licence\": …}")?,
            licence: fields.get("licence", "an SPDX licence expression")?,
            commit: fields.get_or("commit", "a text")?,
            self_test: fields.get_or(
                "self_test",
                "{\"seed\", \"frames\", \"input_energy\", \"output_energy\"}",
            )?,
        };
        card_rules::check(origin, &card)?;
        Ok(card)
    }
}

/// The members of the JSON object, and whose they are.
struct Fields<'a> {
    origin: &'a str,
    members: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn new(origin: &'a str, json: &str) -> Result<Self> {
        let fault = |found: String, expected: &str| Error::Model {
            origin: origin.to_owned(),
            field: "card".to_owned(),
            found,
            expected: expected.to_owned(),
        };
        if json.len() > JSON_BYTES_MAX {
            return Err(fault(
                format!("{} bytes long", json.len()),
                "at most 4 MiB of JSON",
            ));
        }
        match serde_json::from_str(json) {
            Ok(Value::Object(members)) => Ok(Self { origin, members }),
            Ok(other) => Err(fault(brief(&other), "a JSON object")),
            Err(e) => Err(fault(format!("not JSON ({e})"), "a JSON object")),
        }
    }

    fn fault(&self, field: &str, found: String, expected: impl Into<String>) -> Error {
        Error::Model {
            origin: self.origin.to_owned(),
            field: field.to_owned(),
            found,
            expected: expected.into(),
        }
    }

    /// A member that must be there.
    fn get<T: DeserializeOwned>(&self, field: &str, expected: &str) -> Result<T> {
        match self.members.get(field) {
            None => Err(self.fault(field, "missing".to_owned(), expected)),
            Some(value) => self.read(field, value, expected),
        }
    }

    /// A member that may be absent or null.
    fn get_or<T: DeserializeOwned + Default>(&self, field: &str, expected: &str) -> Result<T> {
        match self.members.get(field) {
            None | Some(Value::Null) => Ok(T::default()),
            Some(value) => self.read(field, value, expected),
        }
    }

    fn read<T: DeserializeOwned>(&self, field: &str, value: &Value, expected: &str) -> Result<T> {
        serde_json::from_value(value.clone())
            .map_err(|e| self.fault(field, brief(value), format!("{expected} ({e})")))
    }
}

/// A value as it fits into a message.
fn brief(value: &Value) -> String {
    let mut text = value.to_string();
    if text.len() > 80 {
        let end = (0..=77)
            .rev()
            .find(|i| text.is_char_boundary(*i))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

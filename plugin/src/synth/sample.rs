//! A sound of the user's own, to be varied: read from a file once, and then a part of the project.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diffwav::error::{Error, Result};
use diffwav::io::{Reader, Source};
use diffwav::units::Hz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::hit::{convert, fade_out};

/// Full scale of a sample as it is saved: 24 bits.
const SCALE: f32 = 8_388_607.0;

/// A sound begins where it first reaches this share of its peak: −40 dB.
const ONSET: f32 = 0.01;

/// Seconds kept before that.
const LEAD: f32 = 0.001;

/// Frames that are read at a time, and the most that are looked at for an onset.
const CHUNK: usize = 1 << 14;
const SECONDS_MOST: usize = 30;

/// Mono, at the network's rate, from its transient on.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnSample {
    /// Name of the file it came from.
    pub name: String,
    /// Samples, as 24 bits hold them.
    pub sound: Arc<[f32]>,
}

/// As it is saved: base64 of 24-bit integers, little-endian.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    pcm24: String,
}

impl OwnSample {
    /// Rounded to what will be saved, so that a project sounds the same when it is opened again.
    #[must_use]
    pub fn new(name: &str, sound: &[f32]) -> Self {
        let round = |value: &f32| (value.clamp(-1.0, 1.0) * SCALE).round() / SCALE;
        Self {
            name: name.to_owned(),
            sound: sound.iter().map(round).collect(),
        }
    }

    /// From a file of any format that the reader knows: the mean of its channels, from the transient on, at most
    /// `seconds` long, at `rate`.
    ///
    /// # Errors
    /// When the file cannot be read, or is silent.
    pub fn read(path: &Path, rate: Hz, seconds: f32) -> Result<Self> {
        let mut reader = Reader::open(&Source::File(path.to_owned()))?;
        let from = reader.spec().rate;
        let most = SECONDS_MOST * from.0 as usize;
        let (mut sound, mut planes) = (Vec::new(), Vec::new());
        while sound.len() < most {
            let frames = reader.read(&mut planes, CHUNK)?;
            if frames == 0 {
                break;
            }
            let share = 1.0 / planes.len().max(1) as f32;
            let mean = |n| planes.iter().map(|plane: &Vec<f32>| plane[n]).sum::<f32>() * share;
            sound.extend((0..frames).map(mean).map(diffwav::dsp::sanitise::sample));
        }
        let peak = sound.iter().fold(0.0_f32, |peak, v| peak.max(v.abs()));
        let onset = sound.iter().position(|v| v.abs() >= ONSET * peak);
        let (Some(onset), true) = (onset, peak > 1e-5) else {
            return Err(Error::Audio {
                path: path.to_owned(),
                problem: "it is silent".to_owned(),
                remedy: "drop a recording of one hit".to_owned(),
            });
        };
        let start = onset.saturating_sub((LEAD * from.0 as f32) as usize);
        let end = sound.len().min(start + (seconds * from.0 as f32) as usize);
        let mut sound = convert(&sound[start..end], from, rate)?;
        fade_out(&mut sound, rate);
        // At the level that a saved sample resolves best.
        sound.iter_mut().for_each(|value| *value *= 0.5 / peak);
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self::new(&name.to_string_lossy(), &sound))
    }
}

impl Serialize for OwnSample {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self
            .sound
            .iter()
            .flat_map(|value| {
                let [a, b, c, _] = ((value * SCALE).round() as i32).to_le_bytes();
                [a, b, c]
            })
            .collect();
        let written = Written {
            name: self.name.clone(),
            pcm24: STANDARD.encode(bytes),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OwnSample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let bytes = STANDARD
            .decode(&written.pcm24)
            .map_err(serde::de::Error::custom)?;
        let value = |bytes: &[u8; 3]| {
            // The sign is in the highest byte.
            let [a, b, c] = *bytes;
            (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / SCALE
        };
        let (values, rest) = bytes.as_chunks::<3>();
        if !rest.is_empty() || values.is_empty() {
            return Err(serde::de::Error::custom("a sample is not whole"));
        }
        Ok(Self {
            name: written.name,
            sound: values.iter().map(value).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_what_was_heard() {
        let sound: Vec<f32> = (0..1000).map(|n| (0.37 * n as f32).sin() * 1.01).collect();
        let sample = OwnSample::new("clap.wav", &sound);
        let text = serde_json::to_string(&sample).unwrap();
        let again: OwnSample = serde_json::from_str(&text).unwrap();
        assert_eq!(sample, again);
        for (kept, value) in sample.sound.iter().zip(&sound) {
            assert!((kept - value.clamp(-1.0, 1.0)).abs() <= 0.5 / SCALE + 6e-8);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            r#"{"name":"a","pcm24":"AAA"}"#,
            r#"{"name":"a","pcm24":"AAAA AA"}"#,
            r#"{"name":"a","pcm24":""}"#,
            r#"{"name":"a","pcm24":"AAAAAA=="}"#,
            r#"{"name":1,"pcm24":"AAAA"}"#,
        ] {
            assert!(serde_json::from_str::<OwnSample>(text).is_err(), "{text}");
        }
    }
}

//! The recording that is explained: a few seconds, mono, in memory.

use std::path::Path;

use crate::dsp::resample::Converter;
use crate::io::{Reader, Source};
use crate::units::Hz;
use crate::{Error, Result};

/// Seconds that are used: enough for a sentence, short enough for a picture.
const SECONDS: f64 = 4.0;
/// Frames that are read at a time.
const CHUNK: usize = 16_384;

/// Used when none is named; its origin stands in tests/assets/CREDITS.md.
const OWN: &[u8] = include_bytes!("../../../tests/assets/noisy-speech.flac");

/// A short mono sound.
#[derive(Debug)]
pub struct Clip {
    /// For titles.
    pub name: String,
    /// Its rate.
    pub rate: Hz,
    /// Its samples.
    pub sound: Vec<f32>,
}

impl Clip {
    /// The first seconds of a file, or of the recording that ships; channels are averaged.
    ///
    /// # Errors
    /// Of reading; [`Error::Audio`] where there is only silence.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let (name, mut reader) = match path {
            Some(path) => {
                let name = path.file_name().unwrap_or_default();
                let source = Source::File(path.to_owned());
                (name.to_string_lossy().into_owned(), Reader::open(&source)?)
            }
            None => {
                let name = "noisy-speech.flac";
                (name.to_owned(), Reader::from_stream(name, OWN)?)
            }
        };
        let rate = reader.spec().rate;
        let most = (SECONDS * f64::from(rate.0)) as usize;
        let (mut sound, mut planar) = (Vec::new(), Vec::new());
        while sound.len() < most {
            let frames = reader.read(&mut planar, CHUNK.min(most - sound.len()))?;
            if frames == 0 {
                break;
            }
            let share = 1.0 / planar.len() as f32;
            sound.extend((0..frames).map(|n| {
                let sum: f32 = planar.iter().map(|channel| channel[n]).sum();
                sum * share
            }));
        }
        for sample in sound.iter_mut().filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
        }
        if sound.iter().all(|sample| *sample == 0.0) {
            return Err(Error::Audio {
                path: path.map_or_else(|| name.clone().into(), Path::to_owned),
                problem: "its beginning is digital silence".into(),
                remedy: "give a recording that starts with sound".into(),
            });
        }
        Ok(Self { name, rate, sound })
    }

    /// The same at another rate.
    ///
    /// # Errors
    /// Where the pair of rates is beyond the resampler.
    pub fn at(&self, rate: Hz) -> Result<Vec<f32>> {
        if rate == self.rate {
            return Ok(self.sound.clone());
        }
        const HOP: usize = 480;
        let mut converter = Converter::to_model(self.rate, rate, 1, HOP)?;
        let (mut block, mut hop) = (
            vec![vec![0.0; converter.input_frames_max()]],
            vec![vec![0.0; HOP]],
        );
        let (mut at, mut sound) = (0, Vec::new());
        while at < self.sound.len() {
            let take = converter.input_frames_next();
            let there = take.min(self.sound.len() - at);
            block[0].fill(0.0);
            block[0][..there].copy_from_slice(&self.sound[at..at + there]);
            converter.process(&block, &mut hop)?;
            sound.extend_from_slice(&hop[0]);
            at += take;
        }
        Ok(sound)
    }
}

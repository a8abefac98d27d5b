//! Writing one sound: beside its place, then renamed.

use std::path::Path;

use crate::Result;
use crate::cli::args::{Container, Depth};
use crate::io::{self, Dither, Metadata, OutputSpec, SampleFormat, Writer};
use crate::units::Hz;

/// How a sound is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    /// Its rate.
    pub rate: Hz,
    /// Its container.
    pub container: Container,
    /// Its samples.
    pub sample: SampleFormat,
    /// Seed of the dither; `None` for none.
    pub dither: Option<u64>,
    /// Whether a file may be replaced.
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saved {
    /// Largest magnitude.
    pub peak: f32,
    /// Samples that integers had to clip.
    pub clipped: u64,
}

/// The samples that were asked for.
pub fn depth(typed: Option<Depth>, otherwise: SampleFormat) -> SampleFormat {
    match typed {
        Some(Depth::Int16) => SampleFormat::Int16,
        Some(Depth::Int24) => SampleFormat::Int24,
        Some(Depth::Float32) => SampleFormat::Float32,
        None => otherwise,
    }
}

/// Writes `planes`, one slice a channel, and makes the folder for it.
///
/// # Errors
/// As [`Writer`]; [`crate::Error::File`] if the folder cannot be made.
pub fn save(path: &Path, planes: &[Vec<f32>], form: Form) -> Result<Saved> {
    io::folder::make_for(path)?;
    let target = io::Target::File {
        path: path.to_owned(),
        overwrite: form.overwrite,
    };
    let spec = OutputSpec {
        rate: form.rate,
        channels: planes.len() as u16,
        container: match form.container {
            Container::Wav => io::Container::Wav,
            Container::Flac => io::Container::Flac,
        },
        sample: form.sample,
        channel_mask: None,
        frames: planes.first().map(|plane| plane.len() as u64),
        dither: match form.dither {
            Some(seed) => Dither::Triangular { seed },
            None => Dither::Off,
        },
        riff_limit: u32::MAX.into(),
    };
    let mut writer = Writer::create(&target, &spec, Metadata::default())?;
    let slices: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
    writer.write(&slices)?;
    let peak = slices
        .iter()
        .flat_map(|plane| plane.iter())
        .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let written = writer.finish()?;
    Ok(Saved {
        peak,
        clipped: written.clipped,
    })
}

//! One source: read, varied, written.

use super::own::{Own, fingerprint};
use super::plan::{Job, Variation};
use crate::cli::progress::Progress;
use crate::cli::studio::{self, Form, Saved, Studio};
use crate::cli::{args::Container, cancel};
use crate::dsp::convert::convert;
use crate::engine::generate::{Base, Generator, Request};
use crate::io::{OutputSpec, SampleFormat};
use crate::units::Hz;
use crate::{Error, Result};

/// A variation that was written.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it is.
    pub variation: Variation,
    /// The source, as the manifest names it.
    pub source: String,
    /// SHA-256 of the source.
    pub source_sha256: String,
    /// How its samples are stored.
    pub sample: SampleFormat,
    /// Its length.
    pub seconds: f64,
    /// Channels.
    pub channels: usize,
    /// Seconds of the source behind the longest sound of the model.
    pub cut: f64,
    /// What was written.
    pub saved: Saved,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Makes every variation of a source.
///
/// # Errors
/// Of reading, of the network and of writing; [`Error::Audio`] for a source that is not the one meant.
pub fn vary(
    studio: &Studio,
    generator: &mut Generator,
    job: &Job,
    overwrite: bool,
    progress: &Progress,
) -> Result<Vec<Made>> {
    let source_sha256 = fingerprint(&job.source)?;
    if job
        .fingerprint
        .as_ref()
        .is_some_and(|wanted| *wanted != source_sha256)
    {
        return Err(Error::Audio {
            path: job.source.clone(),
            problem: "it is not the file that the manifest was made from".into(),
            remedy: "give the data set as it was then".into(),
        });
    }
    let own = Own::open(&job.source, Hz(studio.card().sample_rate))?;
    let mut made = Vec::with_capacity(job.variations.len());
    for variation in &job.variations {
        cancel::check()?;
        progress.name(variation.path.display().to_string());
        let (planes, cut) = sound(studio, generator, &own, variation)?;
        let seconds = own.spec.rate.seconds(planes[0].len() as u64);
        let sample = sample(&own, variation);
        // What nothing was done to is on the steps of its integers already.
        let untouched = variation.strength == 0.0 && sample.bits() >= own.spec.sample.bits();
        let form = Form {
            rate: own.spec.rate,
            container: variation.container,
            sample,
            dither: (!untouched).then_some(variation.request.seed),
            overwrite,
        };
        let saved = studio::save(&variation.path, &planes, form)?;
        progress.advance(seconds);
        made.push(Made {
            variation: variation.clone(),
            source: job.name.clone(),
            source_sha256: source_sha256.clone(),
            sample,
            seconds,
            channels: planes.len(),
            cut,
            saved,
            sha256: fingerprint(&variation.path)?,
        });
    }
    Ok(made)
}

/// The channels of a variation at the rate of the source, and the seconds that were cut off.
fn sound(
    studio: &Studio,
    generator: &mut Generator,
    own: &Own,
    variation: &Variation,
) -> Result<(Vec<Vec<f32>>, f64)> {
    if variation.strength == 0.0 {
        return Ok((own.planes.clone(), 0.0));
    }
    let model = Hz(studio.card().sample_rate);
    let length = model.seconds(own.bases[0].len() as u64);
    let seconds = length.min(f64::from(studio.seconds_max()));
    // A channel without a sound stays without one.
    let heard = |base: &[f32]| base.iter().any(|sample| *sample != 0.0);
    let requests: Vec<Request> = own
        .bases
        .iter()
        .filter(|base| heard(base))
        .map(|base| Request {
            seconds: seconds as f32,
            base: Some(Base {
                sound: base.clone(),
                strength: variation.strength,
            }),
            ..variation.request.clone()
        })
        .collect();
    let mut sounds = generator.generate(&requests)?.into_iter();
    let samples = (seconds * f64::from(own.spec.rate.0)).round().max(1.0) as usize;
    let mut planes = Vec::with_capacity(own.bases.len());
    for base in &own.bases {
        let sound = match heard(base) {
            true => sounds.next().unwrap_or_default(),
            false => Vec::new(),
        };
        let mut plane = convert(&sound, model, own.spec.rate)?;
        plane.resize(samples, 0.0);
        planes.push(plane);
    }
    Ok((planes, length - seconds))
}

/// How the samples of a variation are stored: as the source's, as far as the container can.
fn sample(own: &Own, variation: &Variation) -> SampleFormat {
    let like = OutputSpec::like(&own.spec).sample;
    let sample = variation.sample.unwrap_or(like);
    match variation.container {
        Container::Flac if sample.is_float() || sample.bits() > 24 => SampleFormat::Int24,
        _ => sample,
    }
}

//! An own sound: read whole, found at its transient, at the model's rate.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::dsp::convert::convert;
use crate::dsp::sanitise;
use crate::dsp::transient::transient;
use crate::io::{Reader, Source, Spec};
use crate::units::Hz;
use crate::{Error, Result};

/// Longest file: it is to be a single sound.
const SECONDS_MAX: f64 = 60.0;
/// Frames that are read at a time.
const CHUNK: usize = 16_384;

/// A sound of the user's.
#[derive(Debug)]
pub struct Own {
    /// Rate, channels and samples of the file.
    pub spec: Spec,
    /// The samples as they are, one `Vec` a channel.
    pub planes: Vec<Vec<f32>>,
    /// At the model's rate from the transient on, one a channel.
    pub bases: Vec<Arc<[f32]>>,
}

impl Own {
    /// Reads `path` for a model at `rate`.
    ///
    /// # Errors
    /// Of reading; [`Error::Audio`] for silence and for what is too long to be one sound.
    pub fn open(path: &Path, rate: Hz) -> Result<Self> {
        let bad = |problem: String, remedy: &str| Error::Audio {
            path: path.to_owned(),
            problem,
            remedy: remedy.into(),
        };
        let mut reader = Reader::open(&Source::File(path.to_owned()))?;
        let spec = reader.spec().clone();
        let most = (SECONDS_MAX * f64::from(spec.rate.0)) as usize;
        let mut planes = vec![Vec::new(); spec.channels.into()];
        let mut block = Vec::new();
        while reader.read(&mut block, CHUNK)? > 0 {
            for (plane, block) in planes.iter_mut().zip(&block) {
                plane.extend_from_slice(block);
            }
            if planes[0].len() > most {
                return Err(bad(
                    format!("it is longer than {SECONDS_MAX} s, expected a single sound"),
                    "cut it into its sounds first",
                ));
            }
        }
        let safe: Vec<Vec<f32>> = planes
            .iter()
            .map(|plane| plane.iter().map(|s| sanitise::sample(*s)).collect())
            .collect();
        let slices: Vec<&[f32]> = safe.iter().map(Vec::as_slice).collect();
        if slices.iter().all(|plane| plane.iter().all(|s| *s == 0.0)) {
            return Err(bad(
                "there is only digital silence in it".into(),
                "give a recording of a sound",
            ));
        }
        // At the rate of the file: the filter rings before a transient.
        let at = spec.rate.seconds(transient(&slices, spec.rate) as u64);
        let at = (at * f64::from(rate.0)).round() as usize;
        let mut bases = Vec::with_capacity(planes.len());
        for plane in &slices {
            let whole = convert(plane, spec.rate, rate)?;
            bases.push(whole[at.min(whole.len().saturating_sub(1))..].into());
        }
        Ok(Self {
            bases,
            planes,
            spec,
        })
    }
}

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// [`Error::File`] if it cannot be read.
pub fn fingerprint(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    Ok(hexadecimal(&bytes))
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

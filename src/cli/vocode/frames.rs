//! A file of mel frames: which axis is which, and whether the numbers can be what the model takes.

use std::path::Path;

use crate::dsp::mel::Definition;
use crate::io::npy::{self, Array};
use crate::{Error, Result};

/// The largest value that is believed: full scale gives about 2.5, so this is +50 dB.
const LARGEST: f32 = 8.0;

/// Frames one after the other, and what is to be said of them.
#[derive(Debug)]
pub struct Frames {
    /// `[T, M]`.
    pub values: Vec<f32>,
    /// What was odd and did not stop us.
    pub warnings: Vec<String>,
}

/// Reads the mel frames of a file.
///
/// # Errors
/// As [`npy::read`]; [`Error::Audio`] for another shape, or numbers that are no logarithmic mel frames.
pub fn read(path: &Path, mel: &Definition) -> Result<Frames> {
    let array = npy::read(path)?;
    arrange(array, mel).map_err(|problem| Error::Audio {
        path: path.to_owned(),
        problem,
        remedy: "`diffwav vocode --mel-definition` prints what is expected and how to make it"
            .into(),
    })
}

fn arrange(array: Array, mel: &Definition) -> Result<Frames, String> {
    let m = mel.bands;
    let wrong = || {
        Err(format!(
            "its shape is {:?}, expected [{m}, T] or [1, {m}, T]: {m} mel bands by any number of frames",
            array.shape
        ))
    };
    let (rows, columns) = match array.shape[..] {
        [rows, columns] | [1, rows, columns] => (rows, columns),
        [batch, rows, _] if rows == m => {
            return Err(format!(
                "its shape is {:?}: a batch of {batch}, expected one; save each as a file of its own",
                array.shape
            ));
        }
        _ => return wrong(),
    };
    let values = if rows == m {
        let frame = |t: usize| (0..m).map(move |band| band * columns + t);
        (0..columns)
            .flat_map(frame)
            .map(|at| array.values[at])
            .collect()
    } else if columns == m {
        array.values
    } else {
        return wrong();
    };
    check(values, mel)
}

fn check(values: Vec<f32>, mel: &Definition) -> Result<Frames, String> {
    let place = |at: usize| format!("frame {}, band {}", at / mel.bands, at % mel.bands);
    if values.is_empty() {
        return Err("it holds no frames, expected at least one".into());
    }
    if let Some(at) = values
        .iter()
        .position(|v| v.is_nan() || *v == f32::INFINITY)
    {
        return Err(format!(
            "{} is {}, expected a finite number",
            place(at),
            values[at]
        ));
    }
    if let Some(at) = values.iter().position(|v| *v > LARGEST) {
        return Err(format!(
            "{} is {}, expected natural logarithms of at most {LARGEST} (full scale is near 2.5); are these decibels, or frames before the logarithm?",
            place(at),
            values[at]
        ));
    }
    let mut warnings = Vec::new();
    if values.iter().all(|v| *v >= 0.0) {
        warnings.push("no value is negative: are these mel frames before the logarithm?".into());
    }
    let silence = mel.silence();
    let below = values.iter().filter(|v| **v < silence - 0.01).count();
    if below > 0 {
        warnings.push(format!(
            "{below} of {} values lie below ln {:e} = {silence:.2} and were raised to it",
            values.len(),
            mel.floor
        ));
    }
    Ok(Frames { values, warnings })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEL: Definition = Definition {
        rate: 24_000,
        fft: 1024,
        hop: 256,
        bands: 3,
        low: 0.0,
        high: 12_000.0,
        floor: 1e-5,
    };

    fn arranged(shape: &[usize], values: &[f32]) -> Result<Vec<f32>, String> {
        let array = Array {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        arrange(array, &MEL).map(|frames| frames.values)
    }

    #[test]
    fn bands_by_frames_with_and_without_a_batch_and_frames_by_bands() {
        let bands_first = [-1.0, -4.0, -2.0, -5.0, -3.0, -6.0];
        let frames_first = vec![-1.0, -2.0, -3.0, -4.0, -5.0, -6.0];
        assert_eq!(arranged(&[3, 2], &bands_first).unwrap(), frames_first);
        assert_eq!(arranged(&[1, 3, 2], &bands_first).unwrap(), frames_first);
        assert_eq!(arranged(&[2, 3], &frames_first).unwrap(), frames_first);
    }

    #[test]
    fn where_both_axes_fit_the_first_one_is_the_bands() {
        let square = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0];
        assert_eq!(arranged(&[3, 3], &square).unwrap()[..3], [-1.0, -4.0, -7.0]);
    }

    #[test]
    fn other_shapes_and_numbers_are_refused_with_what_was_found() {
        for (shape, part) in [
            (&[4, 2][..], "[4, 2], expected [3, T]"),
            (&[8], "[8], expected"),
            (&[2, 3, 1], "a batch of 2"),
            (&[1, 1, 3, 1], "[1, 1, 3, 1]"),
            (&[3, 0], "no frames"),
        ] {
            let count = shape.iter().product();
            let problem = arranged(shape, &vec![-1.0; count]).unwrap_err();
            assert!(problem.contains(part), "{problem:?} without {part:?}");
        }
        let problem = arranged(&[1, 3], &[-1.0, f32::NAN, 0.0]).unwrap_err();
        assert!(problem.contains("frame 0, band 1 is NaN"), "{problem}");
        let problem = arranged(&[1, 3], &[-1.0, 35.0, 0.0]).unwrap_err();
        assert!(problem.contains("decibels"), "{problem}");
    }
}

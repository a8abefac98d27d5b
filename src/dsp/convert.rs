//! Whole, short sounds from one rate to another: nothing is delayed, nothing is lost at the ends.

use super::resample::Converter;
use crate::error::Result;
use crate::units::Hz;

/// Frames a call of the converter.
const CHUNK: usize = 480;

/// `sound` at the rate `to`: sample n lies at the time n/`to` of the input; as long as the input, rounded.
///
/// # Errors
/// When the pair of rates is beyond the resampler.
pub fn convert(sound: &[f32], from: Hz, to: Hz) -> Result<Vec<f32>> {
    if from == to {
        return Ok(sound.to_vec());
    }
    let (high, low) = (u64::from(to.0), u64::from(from.0));
    let wanted = ((sound.len() as u64 * high + low / 2) / low) as usize;
    let (before, after) = Converter::delay(from, to);
    // Silence in front, so that the delay comes out whole.
    let before = before.unsigned_abs();
    let padding = (0..low)
        .find(|padding| (padding + before) * high % low == 0)
        .unwrap_or(0);
    let skip = ((padding + before) * high / low) as usize - after.unsigned_abs() as usize;
    let mut converter = Converter::to_model(from, to, 1, CHUNK)?;
    let mut input = vec![vec![0.0; converter.input_frames_max()]];
    let mut output = vec![vec![0.0; converter.output_frames_max().max(CHUNK)]];
    let mut source = std::iter::repeat_n(0.0, padding as usize).chain(sound.iter().copied());
    let mut converted = Vec::with_capacity(skip + wanted + CHUNK);
    while converted.len() < skip + wanted {
        let take = converter.input_frames_next();
        for sample in &mut input[0][..take] {
            *sample = source.next().unwrap_or(0.0);
        }
        let written = converter.process(&input, &mut output)?;
        converted.extend_from_slice(&output[0][..written]);
    }
    converted.drain(..skip);
    converted.truncate(wanted);
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth pulse at second 0.02.
    fn pulse(rate: u32, frames: usize) -> Vec<f32> {
        let at = |n: usize| (n as f64 / f64::from(rate) - 0.02) / 0.0005;
        (0..frames)
            .map(|n| (-0.5 * at(n).powi(2)).exp() as f32)
            .collect()
    }

    #[test]
    fn a_sound_is_the_same_at_the_other_rate_sample_for_sample() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (22_050, 48_000),
            (96_000, 48_000),
            (47_999, 48_000),
        ] {
            let frames = from as usize / 20;
            let found = convert(&pulse(from, frames), Hz(from), Hz(to)).unwrap();
            let wanted = frames as f64 * f64::from(to) / f64::from(from);
            assert_eq!(found.len(), wanted.round() as usize);
            for (n, (a, b)) in found.iter().zip(pulse(to, found.len())).enumerate() {
                // 1/256 of a sample in the first call, times the slope of the pulse; the filter's ripple.
                assert!((a - b).abs() < 1e-3, "{from}→{to} at {n}: {a} {b}");
            }
        }
    }

    #[test]
    fn equal_rates_and_nothing_stay_as_they_are() {
        assert_eq!(convert(&[0.5], Hz(48_000), Hz(48_000)).unwrap(), [0.5]);
        assert!(convert(&[], Hz(8_000), Hz(48_000)).unwrap().is_empty());
    }
}

//! A hit that is ready to play.

use std::sync::Arc;

use diffwav::dsp::resample::Converter;
use diffwav::dsp::sanitise;
use diffwav::error::Result;
use diffwav::units::Hz;

/// Peak of every hit: level is the player's to set.
pub const PEAK: f32 = 0.5;

/// Below this a sound is silence, which is not made loud.
const SILENCE: f32 = 1e-4;

/// Seconds of the fade at the end of what is cut.
const FADE_SECONDS: f32 = 0.005;

/// Columns of the picture of a hit.
pub const COLUMNS: usize = 48;

/// Samples at the host's rate, from the transient on.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Mono, peak [`PEAK`].
    pub sound: Vec<f32>,
    /// Whether it is the pad's only one: then it stands for every number.
    pub fixed: bool,
}

impl Hit {
    /// From a sound at the rate `from`, for a host that runs at `to`.
    ///
    /// # Errors
    /// For a pair of rates that the resampler refuses.
    pub fn new(sound: &[f32], from: Hz, to: Hz, fixed: bool) -> Result<Self> {
        let mut sound = convert(sound, from, to)?;
        normalise(&mut sound);
        Ok(Self { sound, fixed })
    }
}

/// Makes the values sane and the peak [`PEAK`].
pub fn normalise(sound: &mut [f32]) {
    let mut peak = 0.0_f32;
    for value in sound.iter_mut() {
        *value = sanitise::sample(*value);
        peak = peak.max(value.abs());
    }
    if peak > SILENCE {
        let gain = PEAK / peak;
        sound.iter_mut().for_each(|value| *value *= gain);
    }
}

/// Fades the end out.
pub fn fade_out(sound: &mut [f32], rate: Hz) {
    let fade = ((rate.0 as f32 * FADE_SECONDS) as usize).min(sound.len());
    let start = sound.len() - fade;
    for (index, value) in sound[start..].iter_mut().enumerate() {
        *value *= (fade - 1 - index) as f32 / fade as f32;
    }
}

/// The whole of `sound` at another rate; its start stays where it is, to within a sample.
///
/// # Errors
/// For a pair of rates that the resampler refuses.
pub fn convert(sound: &[f32], from: Hz, to: Hz) -> Result<Vec<f32>> {
    if from == to || sound.is_empty() {
        return Ok(sound.to_vec());
    }
    const CHUNK: usize = 480;
    let mut converter = Converter::to_host(from, to, 1, CHUNK)?;
    let ratio = f64::from(to.0) / f64::from(from.0);
    let (before, behind) = Converter::delay(from, to);
    let delay = (before as f64 * ratio + behind as f64).round().max(0.0) as usize;
    let frames = (sound.len() as f64 * ratio).round() as usize;
    let mut out = Vec::with_capacity(delay + frames + converter.output_frames_max());
    let mut input = vec![vec![0.0; CHUNK]];
    let mut block = vec![vec![0.0; converter.output_frames_max()]];
    let mut rest = sound;
    while out.len() < delay + frames {
        let take = rest.len().min(CHUNK);
        input[0][..take].copy_from_slice(&rest[..take]);
        input[0][take..].fill(0.0);
        rest = &rest[take..];
        let wrote = converter.process(&input, &mut block)?;
        out.extend_from_slice(&block[0][..wrote]);
    }
    Ok(out[delay..delay + frames].to_vec())
}

/// The largest magnitude in each of [`COLUMNS`] equal parts.
#[must_use]
pub fn picture(sound: &[f32]) -> Arc<[f32]> {
    let part = sound.len().div_ceil(COLUMNS).max(1);
    let peak = |part: &[f32]| part.iter().fold(0.0_f32, |peak, v| peak.max(v.abs()));
    let mut columns: Vec<f32> = sound.chunks(part).map(peak).collect();
    columns.resize(COLUMNS, 0.0);
    columns.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_sane_and_at_its_level() {
        let sound = [0.0, f32::NAN, 3.0, -1.0, f32::INFINITY];
        let hit = Hit::new(&sound, Hz(48_000), Hz(48_000), false).unwrap();
        assert_eq!(hit.sound, [0.0, 0.0, PEAK, -PEAK / 3.0, 0.0]);
        let silent = Hit::new(&[1e-6; 8], Hz(48_000), Hz(48_000), false).unwrap();
        assert!(silent.sound.iter().all(|v| *v == 1e-6));
        assert!(
            Hit::new(&[], Hz(48_000), Hz(44_100), false)
                .unwrap()
                .sound
                .is_empty()
        );
    }

    #[test]
    fn another_rate_leaves_the_start_and_the_length_in_time() {
        // A smooth pulse around 0.1 s.
        let pulse = |t: f64| (-0.5 * ((t - 0.1) / 0.002).powi(2)).exp() as f32;
        let sound: Vec<f32> = (0..24_000).map(|n| pulse(n as f64 / 48_000.0)).collect();
        for rate in [44_100, 88_200, 96_000, 192_000] {
            let out = convert(&sound, Hz(48_000), Hz(rate)).unwrap();
            assert_eq!(out.len(), rate as usize / 2);
            for (n, value) in out.iter().enumerate() {
                // Within half a sample of the output: its slope is at most 0.61 / 2 ms.
                let expected = pulse(n as f64 / f64::from(rate));
                let tolerance = 0.5 / rate as f32 * 0.61 / 0.002 + 1e-4;
                assert!((value - expected).abs() < tolerance, "{rate} Hz, frame {n}");
            }
        }
    }

    #[test]
    fn a_cut_end_is_faded() {
        let mut sound = vec![1.0; 1000];
        fade_out(&mut sound, Hz(48_000));
        assert_eq!((sound[0], sound[700], sound[999]), (1.0, 1.0, 0.0));
        assert!(sound.windows(2).all(|pair| pair[1] <= pair[0]));
    }
}

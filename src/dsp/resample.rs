//! Rate conversion between host and model, one hop of the model a call (rubato's windowed sinc).
//!
//! Both directions are linear-phase, so a converter is a delay that is known exactly ([`Converter::delay`]).

use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, WindowFunction,
};

use crate::error::{Error, Result};
use crate::units::Hz;

/// Filter length in samples of the lower rate: passband to about 95 % of its Nyquist frequency.
const TAPS: usize = 256;

/// Filter phases between two input samples, joined by cubic interpolation: images below −140 dB.
const PHASES: usize = 256;

/// Converts planar audio from one rate to another.
pub struct Converter {
    inner: Async<f32>,
    channels: usize,
    from: Hz,
    to: Hz,
    /// The first call runs at a ratio that takes up rubato's offset of 1/[`PHASES`] sample.
    settled: bool,
}

/// Filter length in samples of the input rate; the same duration in both directions of a pair of rates.
fn taps(from: Hz, to: Hz) -> usize {
    // When the rate falls, the filter must grow to keep its sharpness at the lower rate. rubato wants a multiple of 8.
    let factor = (f64::from(from.0) / f64::from(to.0)).max(1.0);
    ((TAPS as f64 * factor / 8.0).ceil() as usize) * 8
}

fn ratio(from: Hz, to: Hz) -> f64 {
    f64::from(to.0) / f64::from(from.0)
}

impl Converter {
    fn new(from: Hz, to: Hz, channels: usize, chunk: usize, fixed: FixedAsync) -> Result<Self> {
        let parameters =
            SincInterpolationParameters::new(taps(from, to), WindowFunction::BlackmanHarris2)
                .oversampling_factor(PHASES);
        let inner = Async::new_sinc(ratio(from, to), 1.01, &parameters, chunk, channels, fixed)
            .map_err(|e| {
                Error::setting(
                    "sample rate",
                    from,
                    format!("a rate that converts to {to} ({e})"),
                )
            })?;
        let mut converter = Self {
            inner,
            channels,
            from,
            to,
            settled: false,
        };
        converter.offset()?;
        Ok(converter)
    }

    /// rubato's sinc table is read one phase late: every output sample lies 1/[`PHASES`] of an input sample behind
    /// its place. Reading a little slower during the first call takes that up, so the delay is exact ever after.
    fn offset(&mut self) -> Result<()> {
        let step = 1.0 / ratio(self.from, self.to);
        let slower = step - 1.0 / (PHASES * self.inner.output_frames_next()) as f64;
        self.settled = false;
        self.set_ratio(1.0 / slower)
    }

    fn set_ratio(&mut self, ratio: f64) -> Result<()> {
        self.inner.set_resample_ratio(ratio, false).map_err(|e| {
            Error::setting(
                "sample rate",
                self.from,
                format!("a rate that converts to {} ({e})", self.to),
            )
        })
    }

    /// The delay that this converter adds, as (frames of the input rate, frames of the output rate); the second is
    /// negative: the first output sample lies one output frame after the start of the filter.
    #[must_use]
    pub fn delay(from: Hz, to: Hz) -> (i64, i64) {
        ((taps(from, to) / 2) as i64, -1)
    }

    /// From the host's rate to the model's: every call yields exactly `hop` frames.
    ///
    /// # Errors
    /// When the pair of rates is beyond the resampler.
    pub fn to_model(host: Hz, model: Hz, channels: usize, hop: usize) -> Result<Self> {
        Self::new(host, model, channels, hop, FixedAsync::Output)
    }

    /// From the model's rate to the host's: every call takes exactly `hop` frames.
    ///
    /// # Errors
    /// When the pair of rates is beyond the resampler.
    pub fn to_host(model: Hz, host: Hz, channels: usize, hop: usize) -> Result<Self> {
        Self::new(model, host, channels, hop, FixedAsync::Input)
    }

    /// Frames that the next call takes.
    #[must_use]
    pub fn input_frames_next(&self) -> usize {
        self.inner.input_frames_next()
    }

    /// The most frames that any call takes.
    #[must_use]
    pub fn input_frames_max(&self) -> usize {
        self.inner.input_frames_max()
    }

    /// The most frames that any call yields.
    #[must_use]
    pub fn output_frames_max(&self) -> usize {
        self.inner.output_frames_max()
    }

    /// Converts [`input_frames_next`](Self::input_frames_next) frames of `input` (planar, may be longer) into
    /// `output` (planar, at least [`output_frames_max`](Self::output_frames_max) long); returns the frames written.
    ///
    /// # Errors
    /// When a buffer is too short.
    pub fn process(&mut self, input: &[Vec<f32>], output: &mut [Vec<f32>]) -> Result<usize> {
        let refuse = |e: &dyn std::fmt::Display| {
            Error::setting(
                "resampler buffer",
                e,
                "at least what the converter asks for",
            )
        };
        let available = input.first().map_or(0, Vec::len);
        let room = output.first().map_or(0, Vec::len);
        let input =
            SequentialSliceOfVecs::new(input, self.channels, available).map_err(|e| refuse(&e))?;
        let mut output =
            SequentialSliceOfVecs::new_mut(output, self.channels, room).map_err(|e| refuse(&e))?;
        let (_, written) = self
            .inner
            .process_into_buffer(&input, &mut output, None)
            .map_err(|e| refuse(&e))?;
        if !self.settled {
            self.settled = true;
            self.set_ratio(ratio(self.from, self.to))?;
        }
        Ok(written)
    }

    /// Back to silence.
    ///
    /// # Errors
    /// Never for a converter that was built.
    pub fn reset(&mut self) -> Result<()> {
        self.inner.reset();
        self.offset()
    }
}

impl std::fmt::Debug for Converter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Converter({} channels)", self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a smooth pulse at frame 2000 of the input lands in the output, in output frames.
    fn landing(converter: &mut Converter) -> f64 {
        let pulse = |n: f64| (-0.5 * ((n - 2000.0) / 40.0).powi(2)).exp() as f32;
        let (mut fed, mut out) = (0usize, Vec::new());
        let mut block = vec![vec![0.0; converter.output_frames_max()]];
        while fed < 6000 {
            let take = converter.input_frames_next();
            let input = vec![
                (fed..fed + take)
                    .map(|n| pulse(n as f64))
                    .collect::<Vec<_>>(),
            ];
            let wrote = converter.process(&input, &mut block).unwrap();
            out.extend_from_slice(&block[0][..wrote]);
            fed += take;
        }
        let (mut mass, mut moment) = (0.0, 0.0);
        for (n, v) in out.iter().enumerate() {
            mass += f64::from(*v);
            moment += f64::from(*v) * n as f64;
        }
        moment / mass
    }

    #[test]
    fn the_delay_is_exactly_the_declared_one() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (8_000, 48_000),
            (11_025, 48_000),
            (192_000, 48_000),
            (48_000, 192_000),
            (48_000, 8_000),
        ] {
            let (from, to) = (Hz(from), Hz(to));
            for mut converter in [
                Converter::to_model(from, to, 1, 480).unwrap(),
                Converter::to_host(from, to, 1, 480).unwrap(),
            ] {
                let (input, output) = Converter::delay(from, to);
                let expected = (2000 + input) as f64 * ratio(from, to) + output as f64;
                // The first call may come out one frame longer or shorter than planned: that part of 1/256 stays.
                let planned = converter.inner.output_frames_next() as f64;
                let left = ratio(from, to).max(1.0) / PHASES as f64 / planned;
                // Samples are f32, and each counts with its position.
                let tolerance = left + expected * f64::from(f32::EPSILON);
                for _ in 0..2 {
                    let landed = landing(&mut converter);
                    assert!(
                        (landed - expected).abs() < tolerance,
                        "{from}→{to}: {landed} {expected}"
                    );
                    converter.reset().unwrap();
                }
            }
        }
    }
}

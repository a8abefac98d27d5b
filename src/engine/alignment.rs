//! The delay of the way to the model's rate, through the network and back, as a whole number of host frames.

use crate::dsp::resample::Converter;
use crate::units::{Frames, Hz};

/// A longer wait than this for exact alignment would be heard: such odd rates are aligned to half a frame instead.
const PADDING_MAX_SECONDS: f64 = 0.02;

/// How the cleaned signal lies against the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alignment {
    /// Delay of the output against the input, in host frames.
    pub delay: Frames,
    /// Silence put before the way back, in frames at the model's rate, so that the delay comes out whole.
    pub padding: usize,
}

impl Alignment {
    /// For a host at `host`, a model at `model` whose analysis and synthesis delay by `algorithmic` frames of its rate.
    ///
    /// The delay in host frames is a − 1 + (algorithmic − 1 + padding + b)·host/model, with a and b half the lengths of
    /// the two conversion filters ([`Converter::delay`]). The padding is the smallest that makes it whole.
    #[must_use]
    pub fn new(host: Hz, model: Hz, algorithmic: usize) -> Self {
        if host == model {
            return Self {
                delay: Frames(algorithmic as u64),
                padding: 0,
            };
        }
        let (there_host, there_model) = Converter::delay(host, model);
        let (back_model, back_host) = Converter::delay(model, host);
        let host_frames = there_host + back_host;
        let model_frames = algorithmic as i64 + there_model + back_model;
        let (h, m) = (i64::from(host.0), i64::from(model.0));
        let most = (f64::from(model.0) * PADDING_MAX_SECONDS) as i64;
        let padding = (0..most)
            .find(|padding| (model_frames + padding) * h % m == 0)
            .unwrap_or(0);
        let scaled = (model_frames + padding) * h;
        let delay = host_frames + (2 * scaled + m).div_euclid(2 * m);
        Self {
            delay: Frames(delay.max(0) as u64),
            padding: padding as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rates_delay_by_the_analysis_alone() {
        let alignment = Alignment::new(Hz(48_000), Hz(48_000), 480);
        assert_eq!(
            alignment,
            Alignment {
                delay: Frames(480),
                padding: 0
            }
        );
    }

    #[test]
    fn common_rates_are_aligned_exactly() {
        for host in [
            8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000,
        ] {
            let alignment = Alignment::new(Hz(host), Hz(48_000), 480);
            let (a, _) = Converter::delay(Hz(host), Hz(48_000));
            let (b, _) = Converter::delay(Hz(48_000), Hz(host));
            let exact = (a - 1) as f64
                + (480 - 1 + b + alignment.padding as i64) as f64 * f64::from(host) / 48_000.0;
            assert!(
                (exact - alignment.delay.0 as f64).abs() < 1e-9,
                "{host}: {exact}"
            );
            // At most what makes 48 kHz and the host's rate meet: 640 frames for 11.025 kHz.
            assert!(alignment.padding < 640, "{host}: {}", alignment.padding);
        }
    }

    #[test]
    fn odd_rates_are_aligned_to_half_a_frame() {
        let alignment = Alignment::new(Hz(44_099), Hz(48_000), 480);
        assert_eq!(alignment.padding, 0);
    }
}

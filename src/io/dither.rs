//! Dither for integer output: triangular noise of two steps' width, a pure function of (seed, channel, frame).
//!
//! Rounding alone makes an error that depends on the signal (distortion). With triangular (TPDF) noise of ±1 step added
//! before, the mean and the variance of the error no longer depend on the signal, and its spectrum is white.
//! Reference: S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", 1992.

/// What is added before rounding to integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dither {
    /// Nothing: bit-exact for samples that are integers already.
    Off,
    /// Triangular noise; the same seed gives the same bits, however the signal was cut into blocks.
    Triangular {
        /// Any number.
        seed: u64,
    },
}

impl Dither {
    /// The noise for one sample in steps of the output format: in (−1, 1), mean 0, variance 1/6.
    #[must_use]
    pub fn draw(self, channel: u16, frame: u64) -> f64 {
        let Self::Triangular { seed } = self else {
            return 0.0;
        };
        let bits = mix(
            mix(seed ^ u64::from(channel).wrapping_mul(0xD6E8_FEB8_6659_FD93)).wrapping_add(frame),
        );
        let (high, low) = (bits >> 32, bits & 0xFFFF_FFFF);
        (high as f64 - low as f64) / (1u64 << 32) as f64
    }
}

/// The mixing function of SplitMix64 (Steele, Lea, Flood, 2014): a bijection in which each input bit moves all others.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

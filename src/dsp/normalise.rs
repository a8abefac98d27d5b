//! Running level normalisation: what the network sees is independent of the recording's level.
//!
//! With e_m the RMS of the compressed frame m, the gain is `g_m = max(e_m, ρ·g_{m−1}, floor)`, ρ = exp(−hop/(release·rate)).
//! The follower rises at once and falls slowly, so a pause is not pulled up to the level of speech. Every number of the
//! network's domain is divided by g; its output is multiplied by it. Causal, one number of state.

/// Follows the level of one channel.
#[derive(Debug, Clone)]
pub struct PeakFollower {
    decay: f32,
    floor: f32,
    gain: f32,
}

impl PeakFollower {
    /// `release_seconds` is the time constant of the fall, `floor` the smallest gain (> 0).
    #[must_use]
    pub fn new(release_seconds: f64, floor: f32, hop: usize, rate: u32) -> Self {
        let decay = (-(hop as f64) / (release_seconds * f64::from(rate))).exp() as f32;
        Self {
            decay,
            floor,
            gain: 0.0,
        }
    }

    /// The gain g_m of the frame with these real and imaginary parts, one per bin; of a waveform the second is empty.
    pub fn follow(&mut self, re: &[f32], im: &[f32]) -> f32 {
        let energy = energy(re) + energy(im);
        let level = (energy / re.len().max(1) as f64).sqrt() as f32;
        self.gain = level.max(self.decay * self.gain).max(self.floor);
        self.gain
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) {
        self.gain = 0.0;
    }
}

/// The sum of squares, as four sums that do not wait for each other.
fn energy(values: &[f32]) -> f64 {
    let mut sums = [0.0f64; 4];
    let (fours, rest) = values.as_chunks::<4>();
    for four in fours {
        for (sum, value) in sums.iter_mut().zip(four) {
            *sum += f64::from(*value) * f64::from(*value);
        }
    }
    let rest: f64 = rest.iter().map(|v| f64::from(*v).powi(2)).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_at_once_and_falls_by_the_time_constant() {
        let mut follower = PeakFollower::new(2.0, 0.05, 480, 48_000);
        assert_eq!(follower.follow(&[0.0; 4], &[0.0; 4]), 0.05);
        assert_eq!(follower.follow(&[3.0; 4], &[4.0; 4]), 5.0);
        let mut gain = 0.0;
        for _ in 0..200 {
            gain = follower.follow(&[0.0; 4], &[0.0; 4]);
        }
        // 200 hops of 10 ms are one time constant.
        assert!((gain - 5.0 * (-1.0f32).exp()).abs() < 1e-3, "{gain}");
        follower.reset();
        assert_eq!(follower.follow(&[0.1; 4], &[0.0; 4]), 0.1);
    }
}

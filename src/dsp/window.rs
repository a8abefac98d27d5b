//! Analysis and synthesis windows.

/// √(periodic Hann) of `length` samples: sin(πn/length).
///
/// Its square, shifted by `hop` and added, sums to `length / (2·hop)` whenever `hop` divides `length` at least twice.
#[must_use]
pub fn sqrt_hann(length: usize) -> Vec<f32> {
    (0..length)
        .map(|n| (std::f64::consts::PI * n as f64 / length as f64).sin() as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_overlap_add_to_half_the_overlap_factor() {
        for (length, hop) in [(960, 480), (512, 128), (6, 3), (480, 160)] {
            let window = sqrt_hann(length);
            for n in 0..hop {
                let sum: f64 = (n..length)
                    .step_by(hop)
                    .map(|i| f64::from(window[i]).powi(2))
                    .sum();
                let expected = length as f64 / (2 * hop) as f64;
                assert!(
                    (sum - expected).abs() < 1e-6,
                    "{length}/{hop} at {n}: {sum}"
                );
            }
        }
    }
}

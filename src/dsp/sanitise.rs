//! What enters the engine: finite, normal, of a sane size.

/// The largest magnitude that the engine takes: +120 dB above full scale, beyond any integer written as float.
pub const LIMIT: f32 = 1e6;

/// Below this a sample is silence: −600 dB, still far above the subnormals that slow a processor down.
const SILENCE: f32 = 1e-30;

/// One sample made safe: NaN and infinities become 0, subnormals 0, and huge values ±[`LIMIT`].
#[must_use]
#[inline]
pub fn sample(value: f32) -> f32 {
    let magnitude = value.abs();
    if magnitude > SILENCE && magnitude <= LIMIT {
        value
    } else if magnitude > LIMIT && magnitude.is_finite() {
        LIMIT.copysign(value)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmful_values_change() {
        for value in [0.0, 1.0, -1.0, 1e-9, -LIMIT, 32_768.0] {
            assert_eq!(sample(value), value);
        }
        for value in [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::from_bits(1),
            -1e-40,
        ] {
            assert_eq!(sample(value).to_bits(), 0, "{value}");
        }
        assert_eq!(sample(-3e38), -LIMIT);
    }
}

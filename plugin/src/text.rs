//! Parameter values as people write them, and back.

use crate::params::AMOUNT_MAX;

/// How "everything that the network takes for noise" is written.
const NO_LIMIT: &str = "no limit";

/// The attenuation limit in dB; the top of its range is no limit at all.
pub fn amount(value: f32) -> String {
    if value >= AMOUNT_MAX {
        NO_LIMIT.to_owned()
    } else {
        decibels(value)
    }
}

/// Reads what [`amount`] writes, and plain numbers.
pub fn parse_amount(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if ["no limit", "none", "off", "max", "inf", "∞"]
        .iter()
        .any(|word| text.starts_with(word))
    {
        return Some(AMOUNT_MAX);
    }
    parse_number(&text)
}

/// "−3.0 dB", with an ASCII minus as hosts expect it.
pub fn decibels(value: f32) -> String {
    // no "-0.0 dB"
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    format!("{value:.1} dB")
}

/// "80 %".
pub fn percent(value: f32) -> String {
    format!("{value:.0} %")
}

/// The number at the start of a text, whatever unit follows.
pub fn parse_number(text: &str) -> Option<f32> {
    let text = text.trim().replace('−', "-").replace(',', ".");
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    text[..end]
        .parse()
        .ok()
        .filter(|value: &f32| value.is_finite())
}

/// "1 step", "3 steps".
pub fn steps(value: i32) -> String {
    format!("{value} step{}", if value == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for value in [0.0, 0.1, 6.0, 12.5, 59.9, AMOUNT_MAX] {
            assert_eq!(parse_amount(&amount(value)), Some(value));
        }
        for value in [-24.0, -0.1, 0.0, 3.3, 24.0] {
            assert_eq!(parse_number(&decibels(value)), Some(value));
        }
    }

    #[test]
    fn people_may_write_it_their_way() {
        assert_eq!(parse_amount(" Off "), Some(AMOUNT_MAX));
        assert_eq!(parse_amount("12"), Some(12.0));
        assert_eq!(parse_number("−3,5dB"), Some(-3.5));
        assert_eq!(parse_number("loud"), None);
        assert_eq!(parse_number("nan"), None);
    }
}

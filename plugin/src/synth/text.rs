//! Parameter values of the instrument as people write them, and back.

use super::controls::DECAY_FULL;
use crate::text::parse_number;

/// "80 L", "C", "12 R".
pub fn pan(value: f32) -> String {
    match value.round() as i32 {
        0 => "C".to_owned(),
        left if left < 0 => format!("{} L", -left),
        right => format!("{right} R"),
    }
}

/// Reads what [`pan`] writes, and plain numbers.
pub fn parse_pan(text: &str) -> Option<f32> {
    let text = text.trim().to_uppercase();
    if ["C", "CENTRE", "CENTER"].contains(&text.as_str()) {
        return Some(0.0);
    }
    let value = parse_number(&text)?;
    Some(if text.ends_with('L') { -value } else { value })
}

/// "350 ms", "full".
pub fn decay(seconds: f32) -> String {
    if seconds >= DECAY_FULL {
        "full".to_owned()
    } else {
        format!("{:.0} ms", 1e3 * seconds)
    }
}

/// Reads what [`decay`] writes; a plain number is in milliseconds.
pub fn parse_decay(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if text.starts_with("full") {
        return Some(DECAY_FULL);
    }
    Some(parse_number(&text)? * 1e-3)
}

/// "+2.50 st".
pub fn semitones(value: f32) -> String {
    let value = if value.abs() < 0.005 { 0.0 } else { value };
    format!("{value:+.2} st")
}

/// "+0.50".
pub fn signed(value: f32) -> String {
    let value = if value.abs() < 0.005 { 0.0 } else { value };
    format!("{value:+.2}")
}

/// "+50.0 %".
pub fn bend(value: f32) -> String {
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    format!("{value:+.1} %")
}

/// "none", "3".
pub fn group(value: i32) -> String {
    if value == 0 {
        "none".to_owned()
    } else {
        value.to_string()
    }
}

/// Reads what [`group`] writes.
pub fn parse_group(text: &str) -> Option<i32> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Some(0);
    }
    parse_number(text).map(|value| value.round() as i32)
}

/// "automatic", "8 steps".
pub fn steps(value: i32) -> String {
    if value == 0 {
        "automatic".to_owned()
    } else {
        crate::text::steps(value)
    }
}

/// Reads what [`steps`] writes.
pub fn parse_steps(text: &str) -> Option<i32> {
    if text.trim().to_lowercase().starts_with("auto") {
        return Some(0);
    }
    parse_number(text).map(|value| value.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for value in [-100.0, -1.0, 0.0, 37.0, 100.0] {
            assert_eq!(parse_pan(&pan(value)), Some(value));
        }
        for value in [0.02, 0.35, 1.999, DECAY_FULL] {
            let read = parse_decay(&decay(value)).unwrap();
            assert!((read - value).abs() < 6e-4, "{value} {read}");
        }
        for value in [-24.0, -0.01, 0.0, 7.25] {
            assert_eq!(parse_number(&semitones(value)), Some(value));
        }
        for value in 0..9 {
            assert_eq!(parse_group(&group(value)), Some(value));
            assert_eq!(parse_steps(&steps(value)), Some(value));
        }
        assert_eq!(parse_pan("nowhere"), None);
    }
}

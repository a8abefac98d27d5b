//! Samples to bytes and back: one sample at a time, little-endian, through hound.

use hound::{Sample, SampleFormat as Kind};

use super::spec::SampleFormat;

/// The factor between an integer sample and full scale ±1: 2^(bits−1).
pub(super) fn full_scale(format: SampleFormat) -> f64 {
    match format {
        SampleFormat::Int8 => 128.0,
        SampleFormat::Int16 => 32_768.0,
        SampleFormat::Int24 => 8_388_608.0,
        SampleFormat::Int32 => 2_147_483_648.0,
        SampleFormat::Float32 | SampleFormat::Float64 | SampleFormat::Lossy => 1.0,
    }
}

/// Appends interleaved `bytes` (whole frames) to `planar`, one `Vec` a channel, as f32 with full scale ±1.
pub(super) fn decode(
    format: SampleFormat,
    mut bytes: &[u8],
    planar: &mut [Vec<f32>],
) -> hound::Result<()> {
    let (bits, width) = (format.bits(), format.bits() / 8);
    let scale = (1.0 / full_scale(format)) as f32;
    while !bytes.is_empty() {
        for channel in planar.iter_mut() {
            channel.push(match format {
                SampleFormat::Float32 => f32::read(&mut bytes, Kind::Float, width, bits)?,
                SampleFormat::Float64 => {
                    let (head, tail) = bytes
                        .split_first_chunk()
                        .ok_or(hound::Error::UnfinishedSample)?;
                    bytes = tail;
                    f64::from_le_bytes(*head) as f32
                }
                _ => i32::read(&mut bytes, Kind::Int, width, bits)? as f32 * scale,
            });
        }
    }
    Ok(())
}

/// Appends one integer sample to `bytes`.
pub(super) fn encode_integer(
    format: SampleFormat,
    value: i32,
    bytes: &mut Vec<u8>,
) -> hound::Result<()> {
    value.write_padded(bytes, format.bits(), format.bits() / 8)
}

/// Appends one float sample to `bytes`.
pub(super) fn encode_float(
    format: SampleFormat,
    value: f32,
    bytes: &mut Vec<u8>,
) -> hound::Result<()> {
    if format == SampleFormat::Float64 {
        bytes.extend(f64::from(value).to_le_bytes());
        return Ok(());
    }
    value.write_padded(bytes, format.bits(), format.bits() / 8)
}

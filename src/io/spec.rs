//! What a stream of audio is: rate, channels, sample format and container.

use std::fmt;
use std::path::Path;

use crate::units::Hz;
use crate::{Error, Result};

/// The most channels a file may have: seventh-order ambisonics and a full MADI line at 48 kHz both have 64, nothing
/// in use has more, and each channel costs the engine a set of network states.
pub const MAX_CHANNELS: u16 = 64;

/// How one sample is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleFormat {
    /// 8-bit integer (unsigned in WAV, signed in FLAC).
    Int8,
    /// 16-bit signed integer.
    Int16,
    /// 24-bit signed integer.
    Int24,
    /// 32-bit signed integer.
    Int32,
    /// 32-bit float, full scale at ±1.
    Float32,
    /// 64-bit float, full scale at ±1.
    Float64,
    /// Made by a lossy codec: there is no depth to keep.
    Lossy,
}

impl SampleFormat {
    /// Bits of one stored sample; 0 for a lossy codec.
    #[must_use]
    pub const fn bits(self) -> u16 {
        match self {
            Self::Int8 => 8,
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Int32 | Self::Float32 => 32,
            Self::Float64 => 64,
            Self::Lossy => 0,
        }
    }

    /// Whether samples are floating point numbers.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// The integer format of 1 to 32 bits, rounded up to whole bytes.
    #[must_use]
    pub const fn integer(bits: u32) -> Option<Self> {
        match bits {
            1..=8 => Some(Self::Int8),
            9..=16 => Some(Self::Int16),
            17..=24 => Some(Self::Int24),
            25..=32 => Some(Self::Int32),
            _ => None,
        }
    }
}

impl fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lossy => f.write_str("lossy"),
            float if float.is_float() => write!(f, "{}-bit float", float.bits()),
            integer => write!(f, "{}-bit", integer.bits()),
        }
    }
}

/// The kind of file around the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// RIFF/WAVE, with 32-bit sizes.
    Wav,
    /// RF64 or BW64: WAVE with 64-bit sizes.
    Rf64,
    /// Native FLAC.
    Flac,
    /// AIFF or AIFF-C.
    Aiff,
    /// MPEG audio, layer III.
    Mp3,
    /// Ogg (Vorbis or FLAC).
    Ogg,
    /// MPEG-4 (AAC or ALAC).
    Mp4,
    /// Raw AAC with ADTS headers.
    Adts,
    /// Matroska or WebM.
    Matroska,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Rf64 => "RF64",
            Self::Flac => "FLAC",
            Self::Aiff => "AIFF",
            Self::Mp3 => "MP3",
            Self::Ogg => "Ogg",
            Self::Mp4 => "MP4",
            Self::Adts => "AAC",
            Self::Matroska => "Matroska",
        })
    }
}

/// What a reader delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Sample rate, inside [`Hz::SUPPORTED`].
    pub rate: Hz,
    /// Number of channels, 1 to [`MAX_CHANNELS`].
    pub channels: u16,
    /// Number of frames, where the file says so and its length does not contradict. A pipe can still end earlier.
    pub frames: Option<u64>,
    /// How the samples are stored.
    pub sample: SampleFormat,
    /// What kind of file it is.
    pub container: Container,
    /// Speaker positions as in `WAVE_FORMAT_EXTENSIBLE` (bit 0 = front left), where the file names them.
    pub channel_mask: Option<u32>,
}

/// Refuses what the engine cannot take, and names the limit.
///
/// # Errors
/// [`Error::Audio`] for no channel, more than [`MAX_CHANNELS`], or a rate outside of [`Hz::SUPPORTED`].
pub(super) fn check_limits(path: &Path, channels: u64, rate: u64) -> Result<()> {
    if channels == 0 || channels > u64::from(MAX_CHANNELS) {
        return Err(Error::Audio {
            path: path.to_owned(),
            problem: format!("it has {channels} channels, expected 1 to {MAX_CHANNELS}"),
            remedy: "split it into files of fewer channels, or repair its header".into(),
        });
    }
    let (low, high) = (*Hz::SUPPORTED.start(), *Hz::SUPPORTED.end());
    if !(u64::from(low)..=u64::from(high)).contains(&rate) {
        return Err(Error::Audio {
            path: path.to_owned(),
            problem: format!("its sample rate is {rate} Hz, expected {low} Hz to {high} Hz"),
            remedy: "resample it, or repair its header if the rate is wrong".into(),
        });
    }
    Ok(())
}

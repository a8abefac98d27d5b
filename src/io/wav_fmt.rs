//! The `fmt ` chunk of a WAV file, read and written.

use super::spec::SampleFormat;
use crate::units::Hz;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;
/// The last fourteen bytes of the GUIDs that wrap a plain format tag.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
/// The tail that ambisonic B-format files carry instead.
const GUID_TAIL_B_FORMAT: [u8; 14] = [
    0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0,
];

/// The fields of the chunk as they stand in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fmt {
    /// The format tag, unwrapped from `EXTENSIBLE`.
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub block_align: u16,
    pub bits: u16,
    pub channel_mask: Option<u32>,
}

/// How samples lie in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub sample: SampleFormat,
    pub channels: u16,
}

impl Layout {
    /// Bytes of one frame.
    pub fn frame_bytes(self) -> u16 {
        self.sample.bits() / 8 * self.channels
    }
}

impl Fmt {
    /// Reads a chunk body; `None` if it is too short to hold one.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let u16_at = |at: usize| Some(u16::from_le_bytes(body.get(at..at + 2)?.try_into().ok()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?));
        let mut fmt = Self {
            tag: u16_at(0)?,
            channels: u16_at(2)?,
            rate: u32_at(4)?,
            block_align: u16_at(12)?,
            bits: u16_at(14).unwrap_or(0),
            channel_mask: None,
        };
        if fmt.tag == EXTENSIBLE {
            // wValidBitsPerSample at 18 is not needed: valid bits are the upper ones of the container.
            fmt.channel_mask = u32_at(20);
            let guid = body.get(24..40)?;
            if guid[2..] == GUID_TAIL || guid[2..] == GUID_TAIL_B_FORMAT {
                fmt.tag = u16_at(24)?;
            }
        }
        Some(fmt)
    }

    /// Whether the samples are plain numbers, integer or float; others need a codec.
    pub fn is_plain(&self) -> bool {
        matches!(self.tag, PCM | FLOAT)
    }

    /// How samples lie in the data; `None` for depths that do not exist.
    ///
    /// Integers fill their container from the top, so 20 bits in 24 read as 24. A container wider than the depth needs
    /// is believed only where `block_align` says so.
    pub fn layout(&self) -> Option<Layout> {
        let sample = match (self.tag, self.bits) {
            (FLOAT, 32) => SampleFormat::Float32,
            (FLOAT, 64) => SampleFormat::Float64,
            (PCM, bits) => {
                let narrow = SampleFormat::integer(bits.into())?;
                let wide = self
                    .block_align
                    .is_multiple_of(self.channels.max(1))
                    .then(|| {
                        SampleFormat::integer(
                            u32::from(self.block_align / self.channels.max(1)) * 8,
                        )
                    })
                    .flatten();
                wide.filter(|wide| wide.bits() > narrow.bits())
                    .unwrap_or(narrow)
            }
            _ => return None,
        };
        Some(Layout {
            sample,
            channels: self.channels,
        })
    }

    /// What to write for these samples.
    pub fn of(layout: Layout, rate: Hz, channel_mask: Option<u32>) -> Self {
        Self {
            tag: if layout.sample.is_float() { FLOAT } else { PCM },
            channels: layout.channels,
            rate: rate.0,
            block_align: layout.frame_bytes(),
            bits: layout.sample.bits(),
            channel_mask,
        }
    }

    /// The chunk body: `EXTENSIBLE` where the standard wants it (more than two channels, integers of more than 16 bits)
    /// or where speakers are named, else the short form that every program reads.
    pub fn bytes(&self) -> Vec<u8> {
        let extensible =
            self.channel_mask.is_some() || self.channels > 2 || (self.tag == PCM && self.bits > 16);
        let mut body = Vec::with_capacity(40);
        body.extend(if extensible { EXTENSIBLE } else { self.tag }.to_le_bytes());
        body.extend(self.channels.to_le_bytes());
        body.extend(self.rate.to_le_bytes());
        body.extend(
            self.rate
                .saturating_mul(self.block_align.into())
                .to_le_bytes(),
        );
        body.extend(self.block_align.to_le_bytes());
        body.extend(self.bits.to_le_bytes());
        if extensible {
            body.extend(22u16.to_le_bytes());
            body.extend(self.bits.to_le_bytes());
            body.extend(
                self.channel_mask
                    .unwrap_or(default_mask(self.channels))
                    .to_le_bytes(),
            );
            body.extend(self.tag.to_le_bytes());
            body.extend(GUID_TAIL);
        } else if self.tag != PCM {
            body.extend(0u16.to_le_bytes());
        }
        body
    }
}

/// Speakers of a plain mono or stereo file; for more channels none is claimed, as nobody said where they stand.
fn default_mask(channels: u16) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        _ => 0,
    }
}

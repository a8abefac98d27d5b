//! WAV, RF64 and BW64: weighs what the header says and delivers the samples.

use std::io::Read;

use super::metadata::Metadata;
use super::pcm;
use super::source::Input;
use super::spec::{Container, Spec, check_limits};
use super::warning::Warning;
use super::wav_fmt::Layout;
use super::wav_size::Claim;
use super::wav_walk::{Walk, u32_at};
use crate::units::Hz;
use crate::{Error, Result};

/// Bytes decoded at a time.
const BLOCK: usize = 1 << 16;

/// An open WAV file, at its first sample.
#[derive(Debug)]
pub(super) struct Wav {
    input: Input,
    layout: Layout,
    /// Bytes of audio still to read; `None` for "to the end".
    left: Option<u64>,
    frames_read: u64,
    bytes: Vec<u8>,
}

/// What opening found.
pub(super) struct Opened {
    pub wav: Wav,
    pub spec: Spec,
    pub metadata: Metadata,
    pub warnings: Vec<Warning>,
}

/// A WAV file whose samples need a codec (ADPCM, A-law, MP3 …).
pub(super) struct Coded {
    pub tag: u16,
}

/// Walks the chunks and stops at the first sample.
///
/// # Errors
/// [`Error::Audio`] where there is no usable `fmt ` or `data`; [`Error::File`] if reading fails.
pub(super) fn open(mut input: Input) -> Result<std::result::Result<Opened, (Input, Coded)>> {
    let mut walk = Walk::default();
    let header = input.read_up_to(12).map_err(|e| input.failed(e))?;
    let container = if header.starts_with(b"RIFF") {
        Container::Wav
    } else {
        Container::Rf64
    };
    walk.riff_end = 8 + u64::from(u32_at(&header, 4));
    walk.until_data(&mut input)?;
    let Some(fmt) = walk.fmt else {
        return Err(walk.no_fmt(&input));
    };
    if !fmt.is_plain() {
        return Ok(Err((input, Coded { tag: fmt.tag })));
    }
    check_limits(&input.path, fmt.channels.into(), fmt.rate.into())?;
    let Some(layout) = fmt.layout() else {
        let problem = format!(
            "its samples are {} bits of format {}, expected integers of 8 to 32 bits or floats of 32 or 64",
            fmt.bits, fmt.tag
        );
        return Err(input.bad(problem, "convert it to 16, 24 or 32 bits"));
    };
    if fmt.block_align != layout.frame_bytes() {
        walk.warnings.push(Warning::BlockAlign {
            claimed: fmt.block_align,
            used: layout.frame_bytes(),
        });
    }
    let Some((start, claim)) = walk.data else {
        return Err(input.bad(
            "it has a header but no audio (no data chunk)",
            "record or export it again",
        ));
    };
    let frame = u64::from(layout.frame_bytes());
    let there = input.len().map(|len| len - start);
    let left = match (claim, there) {
        (Claim::Bytes(claimed), Some(there)) => {
            if claimed > there {
                walk.warnings.push(Warning::Truncated {
                    expected: claimed / frame,
                    found: there / frame,
                });
            }
            Some(claimed.min(there))
        }
        (Claim::Wrong(claimed), Some(there)) => {
            walk.warnings.push(Warning::Size {
                claimed,
                used: there,
            });
            Some(there)
        }
        (Claim::Bytes(claimed), None) => Some(claimed),
        (Claim::ToEnd | Claim::Unknown(_), there) => there,
        (Claim::Wrong(_), None) => None,
    };
    if left == Some(0) {
        return Err(input.bad(
            "it has a header but no audio (0 bytes of samples)",
            "record or export it again",
        ));
    }
    if left.is_some_and(|left| left < frame) {
        let problem = format!(
            "it has {} bytes of samples, less than one frame of {frame}",
            left.unwrap_or(0)
        );
        return Err(input.bad(problem, "record or export it again"));
    }
    if let Some(rest) = left.map(|left| left % frame).filter(|rest| *rest > 0) {
        walk.warnings.push(Warning::PartialFrame { bytes: rest });
    }
    let spec = Spec {
        rate: Hz(fmt.rate),
        channels: fmt.channels,
        frames: left.map(|left| left / frame),
        sample: layout.sample,
        container,
        channel_mask: fmt.channel_mask,
    };
    let left = left.map(|left| left - left % frame);
    let Walk {
        metadata, warnings, ..
    } = walk;
    let wav = Wav {
        input,
        layout,
        left,
        frames_read: 0,
        bytes: Vec::new(),
    };
    Ok(Ok(Opened {
        wav,
        spec,
        metadata,
        warnings,
    }))
}

impl Wav {
    /// Appends up to `max` frames to `planar`; returns how many, 0 at the end.
    pub fn read(
        &mut self,
        planar: &mut [Vec<f32>],
        max: usize,
        warnings: &mut Vec<Warning>,
    ) -> Result<usize> {
        let frame = usize::from(self.layout.frame_bytes());
        let mut done = 0;
        while done < max {
            let want = ((max - done).saturating_mul(frame)).min(BLOCK / frame * frame) as u64;
            let want = self.left.map_or(want, |left| want.min(left));
            self.bytes.clear();
            let got = self
                .input
                .by_ref()
                .take(want)
                .read_to_end(&mut self.bytes)
                .map_err(|e| self.input.failed(e))?;
            let whole = got - got % frame;
            pcm::decode(self.layout.sample, &self.bytes[..whole], planar)
                .map_err(|e| self.broken(&e))?;
            done += whole / frame;
            self.frames_read += (whole / frame) as u64;
            if got < want as usize {
                self.ended_early(got % frame, warnings);
                break;
            }
            if let Some(left) = &mut self.left {
                *left -= want;
                if *left == 0 {
                    break;
                }
            }
        }
        Ok(done)
    }

    /// Notes what is missing at an end that came before the promised one.
    fn ended_early(&mut self, partial: usize, warnings: &mut Vec<Warning>) {
        if partial > 0 {
            warnings.push(Warning::PartialFrame {
                bytes: partial as u64,
            });
        }
        if let Some(left) = self.left.take().filter(|left| *left > 0) {
            let frame = u64::from(self.layout.frame_bytes());
            let read_now = (self.bytes.len() - partial) as u64 / frame;
            let expected = self.frames_read - read_now + left / frame;
            if expected > self.frames_read {
                warnings.push(Warning::Truncated {
                    expected,
                    found: self.frames_read,
                });
            }
        }
        self.left = Some(0);
    }

    fn broken(&self, error: &hound::Error) -> Error {
        self.input.bad(
            format!("its samples cannot be decoded ({error})"),
            "convert it to 16 or 24 bits",
        )
    }
}

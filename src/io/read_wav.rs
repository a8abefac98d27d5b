//! WAV, RF64 and BW64: finds the samples among the chunks and delivers them.
//!
//! Headers are not believed: every size is checked against what the file holds, nothing is allocated by a size from the
//! file, and each step of the walk moves forward by at least eight bytes.

use std::io::{self, Read};

use super::metadata::{self, Chunk, Metadata};
use super::pcm;
use super::source::Input;
use super::spec::{Container, Spec, check_limits};
use super::warning::Warning;
use super::wav_fmt::{Fmt, Layout};
use super::wav_size::{Claim, Ds64};
use crate::units::Hz;
use crate::{Error, Result};

/// Chunks kept at most, so that a file of empty chunks cannot grow memory.
const MAX_CHUNKS: usize = 4096;
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

/// What the walk over the chunks collects.
#[derive(Default)]
struct Walk {
    /// Where the outer chunk claims to end.
    riff_end: u64,
    fmt: Option<Fmt>,
    ds64: Ds64,
    /// Where the samples start, and what the header says about their size.
    data: Option<(u64, Claim)>,
    metadata: Metadata,
    warnings: Vec<Warning>,
    dropped: Option<String>,
}

impl Walk {
    /// Reads chunks until the samples; in a file also those behind them, and then returns to the first sample.
    fn until_data(&mut self, input: &mut Input) -> Result<()> {
        self.chunks(input).map_err(|e| input.failed(e))?;
        if let Some((start, _)) = self.data
            && input.position() != start
        {
            input.seek(start).map_err(|e| input.failed(e))?;
        }
        if let Some(what) = self.dropped.take() {
            self.warnings.push(Warning::Dropped {
                what,
                reason: "metadata is limited to 16 MiB and 4096 chunks",
            });
        }
        Ok(())
    }

    fn chunks(&mut self, input: &mut Input) -> io::Result<()> {
        loop {
            let header = input.read_up_to(8)?;
            let Ok(header) = <[u8; 8]>::try_from(header) else {
                return Ok(());
            };
            let id = [header[0], header[1], header[2], header[3]];
            let size = u64::from(u32_at(&header, 4));
            match &id {
                b"data" if self.data.is_none() => {
                    let start = input.position();
                    let there = input.len().map(|len| len.saturating_sub(start));
                    let claim = self.ds64.data_size(size).judge(start, self.riff_end, there);
                    self.data = Some((start, claim));
                    let Claim::Bytes(bytes) = claim else {
                        return Ok(());
                    };
                    if !input.can_seek() || input.skip(bytes)? < bytes {
                        return Ok(());
                    }
                }
                b"fmt " if self.fmt.is_none() => {
                    let body = input.read_up_to(size.min(64) as usize)?;
                    self.fmt = Fmt::parse(&body);
                    input.skip(size.saturating_sub(64))?;
                }
                b"ds64" => {
                    let body = input.read_up_to(size.min(1 << 16) as usize)?;
                    self.ds64 = Ds64::parse(&body);
                    input.skip(size.saturating_sub(1 << 16))?;
                }
                _ if !id
                    .iter()
                    .all(|byte| byte.is_ascii_graphic() || *byte == b' ') =>
                {
                    return self.no_chunk(input);
                }
                _ => self.other(input, id, size)?,
            }
            if size % 2 == 1 {
                skip_padding(input)?;
            }
        }
    }

    /// Keeps a chunk that describes the recording, within the limits.
    fn other(&mut self, input: &mut Input, id: [u8; 4], size: u64) -> io::Result<()> {
        let size = self.ds64.chunk_size(id, size);
        let room = metadata::MAX_BYTES.saturating_sub(self.metadata.len());
        let fits = size <= room as u64 && self.metadata.chunks.len() < MAX_CHUNKS;
        if !metadata::describes_recording(id) || !fits {
            if metadata::describes_recording(id) && self.dropped.is_none() {
                self.dropped = Some(format!("chunk {:?}", String::from_utf8_lossy(&id)));
            }
            input.skip(size)?;
            return Ok(());
        }
        let body = input.read_up_to(size as usize)?;
        if body.len() as u64 == size {
            self.metadata.chunks.push(Chunk {
                id,
                body,
                before_data: self.data.is_none(),
            });
        } else {
            self.warnings.push(Warning::Dropped {
                what: format!("chunk {:?}", String::from_utf8_lossy(&id)),
                reason: "the file ends inside it",
            });
        }
        Ok(())
    }

    /// Bytes that cannot be a chunk end the walk.
    fn no_chunk(&mut self, input: &Input) -> io::Result<()> {
        if let (Some(_), Some(len)) = (self.data, input.len()) {
            let bytes = len - (input.position() - 8);
            self.warnings.push(Warning::Dropped {
                what: format!("what stands behind the samples ({bytes} bytes)"),
                reason: "it is no chunk",
            });
        }
        Ok(())
    }

    fn no_fmt(&self, input: &Input) -> Error {
        match self.data {
            Some(_) if !input.can_seek() => input.bad(
                "its format stands behind its samples, which a pipe cannot go back to",
                "save it to a file first",
            ),
            Some(_) => input.bad(
                "it has samples but no format (no fmt chunk)",
                "record or export it again",
            ),
            None => input.bad(
                "it has a WAV header and nothing else (no fmt, no data chunk)",
                "record or export it again",
            ),
        }
    }
}

/// Chunks of odd size are padded by a zero; some writers forget it, and then the next byte starts a chunk's name.
fn skip_padding(input: &mut Input) -> io::Result<()> {
    let next = input.peek(1)?;
    if next
        .first()
        .is_none_or(|byte| !byte.is_ascii_alphanumeric())
    {
        input.skip(1)?;
    }
    Ok(())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

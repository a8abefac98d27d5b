//! The walk over the chunks of a WAV file: format, sizes, where the samples are, and what is kept.
//!
//! Headers are not believed: every size is checked against what the file holds, nothing is allocated by a size from the
//! file, and each step moves forward by at least eight bytes.

use std::io;

use super::metadata::{self, Chunk, Metadata};
use super::source::Input;
use super::warning::Warning;
use super::wav_fmt::Fmt;
use super::wav_size::{Claim, Ds64};
use crate::{Error, Result};

/// Chunks kept at most, so that a file of empty chunks cannot grow memory.
const MAX_CHUNKS: usize = 4096;

/// What the walk over the chunks collects.
#[derive(Default)]
pub(super) struct Walk {
    /// Where the outer chunk claims to end.
    pub riff_end: u64,
    pub fmt: Option<Fmt>,
    ds64: Ds64,
    /// Where the samples start, and what the header says about their size.
    pub data: Option<(u64, Claim)>,
    pub metadata: Metadata,
    pub warnings: Vec<Warning>,
    dropped: Option<String>,
}

impl Walk {
    /// Reads chunks until the samples; in a file also those behind them, and then returns to the first sample.
    pub fn until_data(&mut self, input: &mut Input) -> Result<()> {
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

    /// The error for a file without a format.
    pub fn no_fmt(&self, input: &Input) -> Error {
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

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

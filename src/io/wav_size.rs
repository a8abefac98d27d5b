//! What a WAV header says about the size of its samples, and how far that can be believed.

/// A claim about the bytes of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// So many.
    Bytes(u64),
    /// A number that stands for "unknown" (or, in a file long enough, for itself).
    Unknown(u64),
    /// Written before the size was known: everything up to the end.
    ToEnd,
    /// A size that cannot be: everything up to the end is used.
    Wrong(u64),
}

impl Claim {
    /// Weighs the claim against the file: samples start at `start`, the outer chunk ends at `riff_end`, and `there`
    /// bytes follow the start (unknown in a pipe).
    ///
    /// A data chunk of no bytes is a recording that was never finished if the outer size does not reach beyond its
    /// start either; otherwise it is really empty.
    pub fn judge(self, start: u64, riff_end: u64, there: Option<u64>) -> Self {
        match (self, there) {
            (Self::Bytes(0), None) => Self::ToEnd,
            (Self::Bytes(0), Some(there)) if there > 0 && riff_end <= start => Self::Wrong(0),
            (Self::Bytes(0), Some(there)) if there > 0 && is_unknown(riff_end - 8) => Self::ToEnd,
            (Self::Unknown(size), Some(there)) if size <= there => Self::Bytes(size),
            (Self::Unknown(_), _) => Self::ToEnd,
            _ => self,
        }
    }
}

/// ffmpeg writes 0xFFFFFFFF to a pipe, others that minus the header; sox writes 0x7FFFF000, rounded to frames.
fn is_unknown(size: u64) -> bool {
    (0x7FFF_0000..=0x7FFF_FFFF).contains(&size) || size >= 0xFFFF_0000
}

/// The 64-bit sizes of RF64 and BW64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ds64 {
    data: Option<u64>,
    table: Vec<([u8; 4], u64)>,
}

impl Ds64 {
    /// Chunk sizes beyond 4 GB besides the data; the standard foresees few.
    const MAX_TABLE: usize = 64;

    /// Reads a `ds64` body; what is missing stays unknown.
    pub fn parse(body: &[u8]) -> Self {
        let u64_at = |at: usize| Some(u64::from_le_bytes(body.get(at..at + 8)?.try_into().ok()?));
        let entries = body
            .get(28..)
            .unwrap_or_default()
            .chunks_exact(12)
            .take(Self::MAX_TABLE);
        let table = entries.filter_map(|entry| {
            Some((
                entry[..4].try_into().ok()?,
                u64::from_le_bytes(entry[4..].try_into().ok()?),
            ))
        });
        Self {
            data: u64_at(8),
            table: table.collect(),
        }
    }

    /// The size of the samples, where the 32-bit field says `size`.
    pub fn data_size(&self, size: u64) -> Claim {
        match self.data {
            Some(bytes) if size == u64::from(u32::MAX) && bytes > 0 && bytes < u64::MAX >> 1 => {
                Claim::Bytes(bytes)
            }
            _ if is_unknown(size) => Claim::Unknown(size),
            _ => Claim::Bytes(size),
        }
    }

    /// The size of another chunk.
    pub fn chunk_size(&self, id: [u8; 4], size: u64) -> u64 {
        let wide = self
            .table
            .iter()
            .find(|(name, _)| *name == id)
            .map(|(_, wide)| *wide);
        wide.filter(|_| size == u64::from(u32::MAX)).unwrap_or(size)
    }
}

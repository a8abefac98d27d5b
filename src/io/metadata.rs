//! What a file says about its audio, carried from input to output.

/// The most bytes of metadata that are kept; more is no description of a recording, and memory stays bounded.
pub const MAX_BYTES: usize = 16 << 20;

/// Everything that is kept of the input's descriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// RIFF chunks of a WAV file, verbatim and in their order: `bext`, `iXML`, `LIST`, `cue `, `smpl`, `id3 ` …
    pub chunks: Vec<Chunk>,
    /// Text tags of other formats as (name, value), names as Vorbis comments write them: `TITLE`, `ARTIST` …
    pub tags: Vec<(String, String)>,
}

/// One RIFF chunk, without its header and padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Four-character code.
    pub id: [u8; 4],
    /// Its bytes.
    pub body: Vec<u8>,
    /// Whether it stood before the samples, where editors expect `bext`.
    pub before_data: bool,
}

impl Metadata {
    /// Bytes held.
    #[must_use]
    pub fn len(&self) -> usize {
        let chunks = self.chunks.iter().map(|c| 8 + c.body.len()).sum::<usize>();
        let tags = self
            .tags
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>();
        chunks + tags
    }

    /// Whether there is nothing to carry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty() && self.tags.is_empty()
    }
}

/// Whether a chunk describes the recording. The others describe the file itself (sizes, padding) or would no longer be
/// true after processing (`PEAK`, `levl`, `MD5 `).
pub(super) fn describes_recording(id: [u8; 4]) -> bool {
    !matches!(
        &id,
        b"fmt "
            | b"data"
            | b"ds64"
            | b"fact"
            | b"JUNK"
            | b"junk"
            | b"PAD "
            | b"FLLR"
            | b"PEAK"
            | b"levl"
            | b"MD5 "
    )
}

//! Reading any supported file in chunks: constant memory, planar f32.

use std::io::Read;

use super::codec_open;
use super::metadata::Metadata;
use super::read_codec::Codec;
use super::read_wav::{self, Wav};
use super::source::{Input, Source, audio};
use super::spec::Spec;
use super::warning::Warning;
use crate::{Error, Result};

/// An open input. Frames come in order, once.
#[derive(Debug)]
pub struct Reader {
    spec: Spec,
    metadata: Metadata,
    warnings: Vec<Warning>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Wav(Wav),
    Codec(Box<Codec>),
}

impl Reader {
    /// Opens a file or standard input and reads its header; the format is recognised by content, never by name.
    ///
    /// # Errors
    /// [`crate::Error::File`] if the system refuses; [`crate::Error::Audio`] for a folder, an empty file, content that
    /// is no audio, a header without samples, and channels or rates outside of the limits.
    pub fn open(source: &Source) -> Result<Self> {
        Self::from_input(Input::open(source)?)
    }

    /// Reads from a stream that cannot seek, called `name` in messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_stream(name: &str, stream: impl Read + Send + Sync + 'static) -> Result<Self> {
        Self::from_input(Input::pipe(name.into(), Box::new(stream)))
    }

    fn from_input(mut input: Input) -> Result<Self> {
        let head = input.peek(12).map_err(|e| input.failed(e))?;
        if head.is_empty() {
            return Err(input.bad(
                "it is empty (0 bytes), expected audio",
                "record or copy it again",
            ));
        }
        if !is_wave(&head) {
            return Self::from_codec(input);
        }
        match read_wav::open(input)? {
            Ok(read_wav::Opened {
                wav,
                spec,
                metadata,
                warnings,
            }) => Ok(Self {
                spec,
                metadata,
                warnings,
                kind: Kind::Wav(wav),
            }),
            Err((mut input, read_wav::Coded { tag })) => {
                if !input.can_seek() {
                    let problem = format!(
                        "its samples are coded (WAV format {tag}), which a pipe cannot deliver"
                    );
                    return Err(input.bad(problem, "save it to a file first"));
                }
                input.seek(0).map_err(|e| input.failed(e))?;
                let path = input.path.clone();
                Self::from_codec(input).map_err(|e| name_codec(e, path, tag))
            }
        }
    }

    fn from_codec(input: Input) -> Result<Self> {
        let codec_open::Opened {
            codec,
            spec,
            metadata,
            warnings,
        } = codec_open::open(input)?;
        Ok(Self {
            spec,
            metadata,
            warnings,
            kind: Kind::Codec(Box::new(codec)),
        })
    }

    /// Rate, channels, length and formats.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What the file says about the recording.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Faults worked around so far; complete once [`Self::read`] has returned 0.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Replaces `planar` by the next frames: one `Vec` a channel, each of the returned length, full scale ±1. At most
    /// `max_frames`; fewer only before the end; 0 at the end, and from then on. Values are passed on as they are,
    /// whatever the file holds: NaN, infinities and overshoots included.
    ///
    /// # Errors
    /// [`crate::Error::File`] if the system fails to read. Damaged content is a [`Warning`], not an error.
    pub fn read(&mut self, planar: &mut Vec<Vec<f32>>, max_frames: usize) -> Result<usize> {
        planar.resize_with(self.spec.channels.into(), Vec::new);
        planar.iter_mut().for_each(Vec::clear);
        match &mut self.kind {
            Kind::Wav(wav) => wav.read(planar, max_frames, &mut self.warnings),
            Kind::Codec(codec) => codec.read(planar, max_frames, &mut self.warnings),
        }
    }
}

/// The container is known here, so a refusal is about what is inside.
fn name_codec(error: Error, path: std::path::PathBuf, tag: u16) -> Error {
    let Error::Audio { problem, .. } = error else {
        return error;
    };
    let problem =
        format!("its samples are coded (WAV format {tag}) and cannot be decoded: {problem}");
    audio(
        &path,
        problem,
        "convert it to plain WAV or FLAC, for example with ffmpeg",
    )
}

fn is_wave(head: &[u8]) -> bool {
    matches!(head.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && head.get(8..12) == Some(b"WAVE")
}

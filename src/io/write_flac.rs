//! FLAC, through the flac-codec crate.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flac_codec::encode::{FlacSampleWriter, Options};
use flac_codec::metadata::VorbisComment;

use super::info;
use super::metadata::Metadata;
use super::quantize::Quantizer;
use super::spec::{Container, SampleFormat};
use super::target::Output;
use super::warning::Warning;
use super::write::{OutputSpec, Written};
use crate::{Error, Result};

/// The most channels of the format.
const MAX_CHANNELS: u16 = 8;

pub(super) struct Flac {
    encoder: FlacSampleWriter<Shared>,
    output: Shared,
    quantizer: Quantizer,
    frames: u64,
    interleaved: Vec<i32>,
}

impl Flac {
    pub fn new(
        output: Output,
        spec: &OutputSpec,
        metadata: Metadata,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self> {
        if !output.can_seek() {
            return Err(output.bad(
                "FLAC needs a file, as its header is completed at the end",
                "use -o, or write WAV",
            ));
        }
        if spec.channels > MAX_CHANNELS {
            let problem = format!(
                "FLAC holds 1 to {MAX_CHANNELS} channels, not {}",
                spec.channels
            );
            return Err(output.bad(problem, "write WAV instead"));
        }
        if !matches!(
            spec.sample,
            SampleFormat::Int8 | SampleFormat::Int16 | SampleFormat::Int24
        ) {
            let problem = format!(
                "FLAC holds integers of 8, 16 or 24 bits, not {}",
                spec.sample
            );
            return Err(output.bad(problem, "choose 16 or 24 bits, or write WAV instead"));
        }
        let (lists, foreign): (Vec<_>, Vec<_>) =
            metadata.chunks.iter().partition(|c| info::is_info(c));
        if !foreign.is_empty() {
            let names: Vec<_> = foreign
                .iter()
                .map(|c| String::from_utf8_lossy(&c.id))
                .collect();
            let reason = "FLAC has no place for chunks of WAV";
            warnings.push(Warning::Dropped {
                what: names.join(", "),
                reason,
            });
        }
        let fields = metadata
            .tags
            .into_iter()
            .chain(lists.into_iter().flat_map(info::to_tags));
        let fields = fields
            .filter(|(name, _)| is_field(name))
            .map(|(name, value)| format!("{name}={value}"));
        let comment = VorbisComment {
            vendor_string: "diffwav".into(),
            fields: fields.collect(),
        };
        let options = Options::default().comment(comment);
        let output = Shared(Arc::new(Mutex::new(output)));
        let (rate, bits, channels) = (spec.rate.0, spec.sample.bits().into(), spec.channels as u8);
        let encoder = FlacSampleWriter::new(output.clone(), options, rate, bits, channels, None)
            .map_err(|e| output.failed(e))?;
        let quantizer = Quantizer::new(spec.sample, spec.dither);
        Ok(Self {
            encoder,
            output,
            quantizer,
            frames: 0,
            interleaved: Vec::new(),
        })
    }

    pub fn write(&mut self, planar: &[&[f32]]) -> Result<()> {
        self.interleaved.clear();
        let frames = planar.first().map_or(0, |channel| channel.len());
        for i in 0..frames {
            for (channel, samples) in (0..).zip(planar) {
                self.interleaved.push(self.quantizer.integer(
                    samples[i],
                    channel,
                    self.frames + i as u64,
                ));
            }
        }
        self.frames += frames as u64;
        self.encoder
            .write(&self.interleaved)
            .map_err(|e| self.output.failed(e))
    }

    pub fn finish(self) -> Result<Written> {
        let Self {
            encoder,
            output,
            quantizer,
            frames,
            ..
        } = self;
        encoder.finalize().map_err(|e| output.failed(e))?;
        let written = Written {
            frames,
            clipped: quantizer.clipped(),
            container: Container::Flac,
        };
        output.into_inner()?.finish()?;
        Ok(written)
    }
}

/// A field name of a Vorbis comment: printable ASCII without `=`.
fn is_field(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| (0x20..=0x7D).contains(&byte) && byte != b'=')
}

/// The output, shared with the encoder: that drops what it is given, but the file must be flushed and renamed after it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Output>>);

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut Output) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failed(&self, error: flac_codec::Error) -> Error {
        self.with(|output| match error {
            flac_codec::Error::Io(source) => output.failed(source),
            other => output.bad(
                format!("the FLAC encoder refused: {other}"),
                "write WAV instead",
            ),
        })
    }

    fn into_inner(self) -> Result<Output> {
        match Arc::try_unwrap(self.0) {
            Ok(output) => Ok(output.into_inner().unwrap_or_else(PoisonError::into_inner)),
            Err(shared) => {
                Err(Self(shared)
                    .failed(io::Error::other("the encoder still holds the file").into()))
            }
        }
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|output| output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Output::flush)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.with(|output| output.seek(to))
    }
}

impl std::fmt::Debug for Flac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flac")
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

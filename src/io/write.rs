//! Writing WAV and FLAC in chunks; the file appears complete or not at all.

use std::io::Write;

use super::dither::Dither;
use super::metadata::Metadata;
use super::spec::{Container, SampleFormat, Spec, check_limits};
use super::target::{Output, Target};
use super::warning::Warning;
use super::write_flac::Flac;
use super::write_wav::Wav;
use crate::units::Hz;
use crate::{Error, Result};

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSpec {
    /// Sample rate.
    pub rate: Hz,
    /// Number of channels.
    pub channels: u16,
    /// [`Container::Wav`] (which turns into RF64 when it must) or [`Container::Flac`].
    pub container: Container,
    /// Depth: any but [`SampleFormat::Lossy`] in WAV; integers of 8 to 24 bits in FLAC.
    pub sample: SampleFormat,
    /// Speaker positions, where the input named them.
    pub channel_mask: Option<u32>,
    /// Number of frames, if known: a stream then has a header with true sizes.
    pub frames: Option<u64>,
    /// What is added before rounding to integers of up to 24 bits. Floats are never dithered.
    pub dither: Dither,
    /// The largest outer size that still is a plain WAV file; more becomes RF64. `u32::MAX` but in tests.
    pub riff_limit: u64,
}

impl OutputSpec {
    /// The same rate, channels and depth as `input`. FLAC stays FLAC, everything else becomes WAV; what a lossy codec
    /// decoded to is kept in 24 bits, and FLAC of 32 bits becomes 24, as all that f32 carries.
    #[must_use]
    pub fn like(input: &Spec) -> Self {
        let container = if input.container == Container::Flac {
            Container::Flac
        } else {
            Container::Wav
        };
        let sample = match (container, input.sample) {
            (_, SampleFormat::Lossy) | (Container::Flac, SampleFormat::Int32) => {
                SampleFormat::Int24
            }
            (_, sample) => sample,
        };
        Self {
            rate: input.rate,
            channels: input.channels,
            container,
            sample,
            channel_mask: input.channel_mask,
            frames: input.frames,
            dither: Dither::Triangular { seed: 0 },
            riff_limit: u32::MAX.into(),
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Frames.
    pub frames: u64,
    /// Samples (of any channel) beyond full scale that integer output had to clip.
    pub clipped: u64,
    /// What the file became: [`Container::Rf64`] where WAV was too small.
    pub container: Container,
}

/// An open output. Dropped before [`Self::finish`], it leaves nothing behind and its target untouched.
#[derive(Debug)]
pub struct Writer {
    channels: usize,
    warnings: Vec<Warning>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Wav(Box<Wav>),
    Flac(Box<Flac>),
}

impl Writer {
    /// Checks the format, prepares the target and writes the header.
    ///
    /// # Errors
    /// [`Error::Exists`], or [`Error::File`] if the place cannot be written to; [`Error::Audio`] if the container
    /// cannot hold such audio.
    pub fn create(target: &Target, spec: &OutputSpec, metadata: Metadata) -> Result<Self> {
        Self::to_output(Output::open(target)?, spec, metadata)
    }

    /// Writes to a stream that cannot seek, instead of standard output.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn to_stream(
        stream: impl Write + Send + 'static,
        spec: &OutputSpec,
        metadata: Metadata,
    ) -> Result<Self> {
        Self::to_output(Output::stream(Box::new(stream)), spec, metadata)
    }

    fn to_output(output: Output, spec: &OutputSpec, metadata: Metadata) -> Result<Self> {
        check_limits(output.name(), spec.channels.into(), spec.rate.0.into())?;
        let mut warnings = Vec::new();
        let kind = match spec.container {
            Container::Wav | Container::Rf64 => {
                Kind::Wav(Box::new(Wav::new(output, spec, metadata)?))
            }
            Container::Flac => {
                Kind::Flac(Box::new(Flac::new(output, spec, metadata, &mut warnings)?))
            }
            other => {
                return Err(output.bad(format!("{other} cannot be written"), "write WAV or FLAC"));
            }
        };
        Ok(Self {
            channels: spec.channels.into(),
            warnings,
            kind,
        })
    }

    /// What of the metadata the container could not take.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Appends frames: one slice a channel, all of the same length, full scale ±1.
    ///
    /// # Errors
    /// [`Error::File`] if the system fails to write, [`Error::OutputClosed`] if the reader of the stream went away,
    /// [`Error::Setting`] if `planar` is not as many equal slices as there are channels.
    pub fn write(&mut self, planar: &[&[f32]]) -> Result<()> {
        let frames = planar.first().map_or(0, |channel| channel.len());
        if planar.len() != self.channels || planar.iter().any(|channel| channel.len() != frames) {
            let found: Vec<_> = planar.iter().map(|channel| channel.len()).collect();
            let expected = format!("{} slices of equal length", self.channels);
            return Err(Error::setting(
                "block to write",
                format!("slices of {found:?} frames"),
                expected,
            ));
        }
        match &mut self.kind {
            Kind::Wav(wav) => wav.write(planar),
            Kind::Flac(flac) => flac.write(planar),
        }
    }

    /// Completes the header and lets the file appear in its place.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::OutputClosed`], or [`Error::Exists`] if the place was taken meanwhile.
    pub fn finish(self) -> Result<Written> {
        match self.kind {
            Kind::Wav(wav) => wav.finish(),
            Kind::Flac(flac) => flac.finish(),
        }
    }
}

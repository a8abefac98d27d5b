//! FLAC, MP3, Ogg, AAC, AIFF and the rest: everything that symphonia decodes.
//!
//! Decoders of foreign data are the likeliest place for a bug of a dependency to meet a damaged file, so every call goes
//! through [`guarded`], and a packet that yields nothing cannot be repeated for ever.

use std::io::ErrorKind;
use std::sync::OnceLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::probe::{Hint, Probe, ProbeOptions};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::codec_facts;
use super::guard;
use super::metadata::Metadata;
use super::mp4_edit;
use super::source::Input;
use super::spec::{Spec, check_limits};
use super::warning::Warning;
use crate::units::Hz;
use crate::{Error, Result};

/// Packets in a row that may yield no audio (headers, foreign tracks, damage) before the file counts as ended.
const MAX_BARREN: u32 = 10_000;

/// An open compressed file, at its first sample.
pub(super) struct Codec {
    path: std::path::PathBuf,
    demuxer: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate: u32,
    channels: usize,
    /// Decoded and not yet delivered, from `at` on.
    decoded: Vec<Vec<f32>>,
    at: usize,
    /// Frames of the last good packet: what a damaged one is replaced by.
    last: usize,
    delivered: u64,
    /// Frames of encoder delay still to be dropped.
    skip: u64,
    /// Frames after which only the encoder's filling follows.
    limit: u64,
    promised: Option<u64>,
    damaged: u64,
    ended: bool,
}

/// What opening found.
pub(super) struct Opened {
    pub codec: Codec,
    pub spec: Spec,
    pub metadata: Metadata,
    pub warnings: Vec<Warning>,
}

/// Recognises the format by its content and decodes up to the first sample.
///
/// # Errors
/// [`Error::Audio`] if the content is not recognised, its codec is unknown, or nothing in it decodes.
pub(super) fn open(mut input: Input) -> Result<Opened> {
    let path = input.path.clone();
    let bad = |problem: String, remedy: &str| super::source::audio(&path, problem, remedy);
    let seekable = input.can_seek();
    let edit = edit(&mut input).map_err(|e| input.failed(e))?;
    let stream = MediaSourceStream::new(Box::new(input), Default::default());
    let recognise = || {
        let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
        probe().probe(&Hint::new(), stream, format, meta)
    };
    let mut demuxer = guarded(recognise).map_err(|e| match e {
        Failure::Unsupported(_) => bad(
            "it is no audio of a known format".into(),
            super::source::NO_AUDIO,
        ),
        Failure::IoError(source) if source.kind() != ErrorKind::UnexpectedEof => Error::File {
            action: "read",
            path: path.clone(),
            source,
        },
        e if !seekable => bad(
            format!("its header cannot be read from a pipe ({e})"),
            "save it to a file first",
        ),
        e => bad(
            format!("its header is damaged ({e})"),
            "copy or export it again",
        ),
    })?;
    let kind = demuxer.format_info().format;
    let track = demuxer.default_track(TrackType::Audio).cloned();
    let Some((track, CodecParameters::Audio(params))) =
        track.and_then(|t| Some((t.clone(), t.codec_params?)))
    else {
        return Err(bad(
            "it holds no audio track".into(),
            super::source::NO_AUDIO,
        ));
    };
    if let (Some(rate), Some(channels)) = (params.sample_rate, &params.channels) {
        check_limits(&path, channels.count() as u64, rate.into())?;
    }
    let options = AudioDecoderOptions::default();
    let decoder =
        guarded(|| symphonia::default::get_codecs().make_audio_decoder(&params, &options))
            .map_err(|e| {
                bad(
                    format!("its codec cannot be decoded ({e})"),
                    "convert it to WAV or FLAC, for example with ffmpeg",
                )
            })?;
    let metadata = codec_facts::tags(demuxer.as_mut());
    let edit = edit.filter(|edit| Some(edit.scale) == params.sample_rate);
    let (skip, length) = edit.map_or((0, u64::MAX), |edit| (edit.start, edit.length));
    let frames = track
        .num_frames
        .filter(|frames| *frames > skip)
        .map(|frames| length.min(frames - skip));
    let mut codec = Codec {
        path: path.clone(),
        demuxer,
        decoder,
        track: track.id,
        rate: 0,
        channels: 0,
        decoded: Vec::new(),
        at: 0,
        last: 0,
        delivered: 0,
        skip,
        limit: edit.map_or(u64::MAX, |_| frames.unwrap_or(length)),
        promised: frames,
        damaged: 0,
        ended: false,
    };
    let mut warnings = Vec::new();
    codec.refill(&mut warnings)?;
    if codec.channels == 0 || codec.decoded.first().is_none_or(Vec::is_empty) {
        return Err(bad(
            "it has a header but no audio that decodes".into(),
            "copy or export it again",
        ));
    }
    let spec = Spec {
        rate: Hz(codec.rate),
        channels: codec.channels as u16,
        frames: codec.promised,
        sample: codec_facts::sample_format(&params),
        container: codec_facts::container(kind, &params),
        channel_mask: None,
    };
    Ok(Opened {
        codec,
        spec,
        metadata,
        warnings,
    })
}

impl Codec {
    /// Appends up to `max` frames to `planar`; returns how many, 0 at the end.
    pub fn read(
        &mut self,
        planar: &mut [Vec<f32>],
        max: usize,
        warnings: &mut Vec<Warning>,
    ) -> Result<usize> {
        let mut done = 0;
        while done < max {
            let ready = self.ready();
            if ready == 0 {
                if self.ended {
                    break;
                }
                self.refill(warnings)?;
                continue;
            }
            let n = ready.min(max - done);
            for (out, decoded) in planar.iter_mut().zip(&self.decoded) {
                out.extend_from_slice(&decoded[self.at..self.at + n]);
            }
            self.at += n;
            done += n;
            self.delivered += n as u64;
        }
        Ok(done)
    }

    /// Frames decoded and meant to be heard.
    fn ready(&mut self) -> usize {
        let ready = self.decoded.first().map_or(0, Vec::len) - self.at;
        let drop = usize::try_from(self.skip).map_or(ready, |skip| skip.min(ready));
        self.at += drop;
        self.skip -= drop as u64;
        let heard = self.limit - self.delivered;
        usize::try_from(heard).map_or(ready - drop, |heard| heard.min(ready - drop))
    }

    /// Decodes until there is audio or the end; the end leaves its findings in `warnings`, once.
    fn refill(&mut self, warnings: &mut Vec<Warning>) -> Result<()> {
        self.at = 0;
        self.decoded.iter_mut().for_each(Vec::clear);
        for _ in 0..MAX_BARREN {
            match self.packet(warnings)? {
                Step::Audio => return Ok(()),
                Step::Nothing => {}
                Step::End => break,
            }
        }
        self.ended = true;
        if self.damaged > 0 {
            warnings.push(Warning::Damaged {
                packets: self.damaged,
            });
        }
        if let Some(expected) = self.promised.filter(|promised| *promised > self.delivered) {
            warnings.push(Warning::Truncated {
                expected,
                found: self.delivered,
            });
        }
        Ok(())
    }

    fn packet(&mut self, warnings: &mut Vec<Warning>) -> Result<Step> {
        let (demuxer, decoder, decoded) = (&mut self.demuxer, &mut self.decoder, &mut self.decoded);
        let packet = match guarded(|| demuxer.next_packet()) {
            Ok(Some(packet)) if packet.track_id == self.track => packet,
            Ok(Some(_)) => return Ok(Step::Nothing),
            Ok(None) => return Ok(Step::End),
            Err(Failure::IoError(source)) if source.kind() != ErrorKind::UnexpectedEof => {
                return Err(Error::File {
                    action: "read",
                    path: self.path.clone(),
                    source,
                });
            }
            Err(Failure::ResetRequired) => {
                warnings.push(Warning::Changed {
                    frames: self.delivered,
                });
                self.promised = None;
                return Ok(Step::End);
            }
            Err(Failure::DecodeError(_)) => {
                self.damaged += 1;
                return Ok(Step::Nothing);
            }
            Err(_) => return Ok(Step::End),
        };
        let heard = guarded(|| {
            let buffer = decoder.decode(&packet)?;
            buffer.copy_to_vecs_planar(decoded);
            Ok((
                buffer.spec().rate(),
                buffer.spec().channels().count(),
                buffer.frames(),
            ))
        });
        let Ok((rate, channels, frames)) = heard else {
            self.damaged += 1;
            self.decoded.iter_mut().for_each(|channel| {
                channel.clear();
                channel.resize(self.last, 0.0);
            });
            return Ok(if self.last > 0 {
                Step::Audio
            } else {
                Step::Nothing
            });
        };
        if frames == 0 {
            return Ok(Step::Nothing);
        }
        if self.channels == 0 {
            check_limits(&self.path, channels as u64, rate.into())?;
            (self.rate, self.channels) = (rate, channels);
        }
        if (rate, channels) != (self.rate, self.channels) {
            self.decoded.clear();
            self.promised = None;
            warnings.push(Warning::Changed {
                frames: self.delivered,
            });
            return Ok(Step::End);
        }
        self.last = frames;
        Ok(Step::Audio)
    }
}

/// The part of an MPEG-4 file that is to be heard; the input is at its start again. What cannot be read here is left for
/// symphonia to complain about.
fn edit(input: &mut Input) -> std::io::Result<Option<mp4_edit::Edit>> {
    if !input.can_seek() || input.peek(8)?.get(4..) != Some(b"ftyp") {
        return Ok(None);
    }
    let edit = mp4_edit::find(input).unwrap_or(None);
    input.seek(0)?;
    Ok(edit)
}

enum Step {
    Audio,
    Nothing,
    End,
}

/// Runs a call into symphonia; a panic inside becomes an error, as the fault lies in the file.
fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    guard::guarded(call).unwrap_or(Err(Failure::DecodeError("the decoder gave up")))
}

/// All formats, looked for in the first bytes only (and again behind each tag): deeper in, any file of other content has
/// something that looks like MP3.
fn probe() -> &'static Probe {
    static PROBE: OnceLock<Probe> = OnceLock::new();
    PROBE.get_or_init(|| {
        let options = ProbeOptions {
            max_probe_depth: 4096,
            ..ProbeOptions::default()
        };
        let mut probe = Probe::new_with_options(&options);
        symphonia::default::register_enabled_formats(&mut probe);
        probe
    })
}

impl MediaSource for Input {
    fn is_seekable(&self) -> bool {
        self.can_seek()
    }

    fn byte_len(&self) -> Option<u64> {
        self.len()
    }
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codec")
            .field("path", &self.path)
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}

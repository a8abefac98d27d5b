//! Opening what symphonia decodes: the format by its content, then the decoder, then the first sample.

use std::io::ErrorKind;
use std::sync::OnceLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::probe::{Hint, Probe, ProbeOptions};
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::codec_facts;
use super::metadata::Metadata;
use super::mp4_edit;
use super::read_codec::{Codec, Start, guarded};
use super::source::Input;
use super::spec::{Spec, check_limits};
use super::warning::Warning;
use crate::units::Hz;
use crate::{Error, Result};

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
    let mut codec = Codec::new(
        path.clone(),
        demuxer,
        decoder,
        Start {
            track: track.id,
            skip,
            limit: edit.map_or(u64::MAX, |_| frames.unwrap_or(length)),
            promised: frames,
        },
    );
    let mut warnings = Vec::new();
    let Some((rate, channels)) = codec.first(&mut warnings)? else {
        return Err(bad(
            "it has a header but no audio that decodes".into(),
            "copy or export it again",
        ));
    };
    let spec = Spec {
        rate: Hz(rate),
        channels: channels as u16,
        frames: codec.promised(),
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

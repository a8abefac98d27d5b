//! What symphonia knows about a file, in our own words: sample format, container, text tags.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as codec;
use symphonia::core::formats::well_known as format;
use symphonia::core::formats::{FormatId, FormatReader};
use symphonia::core::meta::{RawValue, StandardTag, Tag};

use super::metadata::{self, Metadata};
use super::spec::{Container, SampleFormat};

/// How the samples were stored before decoding.
pub(super) fn sample_format(params: &AudioCodecParameters) -> SampleFormat {
    let bits = params.bits_per_sample.or(params.bits_per_coded_sample);
    match params.codec {
        codec::CODEC_ID_PCM_F32LE | codec::CODEC_ID_PCM_F32BE => SampleFormat::Float32,
        codec::CODEC_ID_PCM_F64LE | codec::CODEC_ID_PCM_F64BE => SampleFormat::Float64,
        codec::CODEC_ID_PCM_ALAW | codec::CODEC_ID_PCM_MULAW => SampleFormat::Int16,
        codec::CODEC_ID_ADPCM_MS | codec::CODEC_ID_ADPCM_IMA_WAV | codec::CODEC_ID_ADPCM_IMA_QT => {
            SampleFormat::Int16
        }
        codec::CODEC_ID_MP3 | codec::CODEC_ID_AAC | codec::CODEC_ID_VORBIS => SampleFormat::Lossy,
        // Sixth byte of the magic cookie.
        codec::CODEC_ID_ALAC => (params.extra_data.as_deref())
            .and_then(|cookie| SampleFormat::integer((*cookie.get(5)?).into()))
            .unwrap_or(SampleFormat::Int24),
        _ => bits
            .and_then(SampleFormat::integer)
            .unwrap_or(SampleFormat::Lossy),
    }
}

/// The kind of file.
pub(super) fn container(kind: FormatId, params: &AudioCodecParameters) -> Container {
    match kind {
        format::FORMAT_ID_FLAC => Container::Flac,
        format::FORMAT_ID_AIFF => Container::Aiff,
        format::FORMAT_ID_OGG => Container::Ogg,
        format::FORMAT_ID_ISOMP4 => Container::Mp4,
        format::FORMAT_ID_ADTS => Container::Adts,
        format::FORMAT_ID_MKV => Container::Matroska,
        format::FORMAT_ID_WAVE => Container::Wav,
        _ if params.codec == codec::CODEC_ID_FLAC => Container::Flac,
        _ => Container::Mp3,
    }
}

/// Text tags, named as in Vorbis comments where the format knows the meaning.
pub(super) fn tags(demuxer: &mut dyn FormatReader) -> Metadata {
    let mut kept = Metadata::default();
    let mut log = demuxer.metadata();
    let Some(revision) = log.skip_to_latest() else {
        return kept;
    };
    let tracks = revision
        .per_track
        .iter()
        .flat_map(|track| &track.metadata.tags);
    for tag in revision.media.tags.iter().chain(tracks) {
        if let RawValue::String(value) = &tag.raw.value
            && kept.len() + value.len() < metadata::MAX_BYTES
        {
            kept.tags.push((name(tag), value.to_string()));
        }
    }
    kept
}

/// The name in Vorbis comments of what the tag means, else its own name.
fn name(tag: &Tag) -> String {
    match &tag.std {
        Some(StandardTag::TrackTitle(_)) => "TITLE".into(),
        Some(StandardTag::Artist(_)) => "ARTIST".into(),
        Some(StandardTag::Album(_)) => "ALBUM".into(),
        Some(StandardTag::Genre(_)) => "GENRE".into(),
        Some(StandardTag::Comment(_)) => "COMMENT".into(),
        Some(StandardTag::Copyright(_)) => "COPYRIGHT".into(),
        Some(StandardTag::ReleaseDate(_) | StandardTag::RecordingDate(_)) => "DATE".into(),
        Some(StandardTag::TrackNumber(_)) => "TRACKNUMBER".into(),
        Some(StandardTag::Encoder(_)) => "ENCODER".into(),
        _ => tag.raw.key.clone(),
    }
}

//! FLAC, MP3, Ogg, AAC, AIFF and the rest: everything that symphonia decodes.
//!
//! Decoders of foreign data are the likeliest place for a bug of a dependency to meet a damaged file, so every call goes
//! through [`guarded`], and a packet that yields nothing cannot be repeated for ever.

use std::io::ErrorKind;

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::FormatReader;

use super::guard;
use super::spec::check_limits;
use super::warning::Warning;
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

/// Where the audio to be heard lies in the stream.
pub(super) struct Start {
    /// The track that is decoded.
    pub track: u32,
    /// Frames of encoder delay to be dropped.
    pub skip: u64,
    /// Frames after which only the encoder's filling follows.
    pub limit: u64,
    /// Frames that the header speaks of.
    pub promised: Option<u64>,
}

impl Codec {
    /// A decoder before its first packet.
    pub fn new(
        path: std::path::PathBuf,
        demuxer: Box<dyn FormatReader>,
        decoder: Box<dyn AudioDecoder>,
        start: Start,
    ) -> Self {
        Self {
            path,
            demuxer,
            decoder,
            track: start.track,
            rate: 0,
            channels: 0,
            decoded: Vec::new(),
            at: 0,
            last: 0,
            delivered: 0,
            skip: start.skip,
            limit: start.limit,
            promised: start.promised,
            damaged: 0,
            ended: false,
        }
    }

    /// Decodes up to the first sample: rate and channels; None when nothing decodes.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn first(&mut self, warnings: &mut Vec<Warning>) -> Result<Option<(u32, usize)>> {
        self.refill(warnings)?;
        let silent = self.channels == 0 || self.decoded.first().is_none_or(Vec::is_empty);
        Ok((!silent).then_some((self.rate, self.channels)))
    }

    /// Frames that are to come, as far as the header says.
    pub fn promised(&self) -> Option<u64> {
        self.promised
    }

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

enum Step {
    Audio,
    Nothing,
    End,
}

/// Runs a call into symphonia; a panic inside becomes an error, as the fault lies in the file.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    guard::guarded(call).unwrap_or(Err(Failure::DecodeError("the decoder gave up")))
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codec")
            .field("path", &self.path)
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}

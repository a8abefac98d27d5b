//! WAV and RF64.
//!
//! A file whose length is not known to be small starts with a `JUNK` chunk of the size of `ds64`; if the data outgrow
//! 32 bits, it is turned into that at the end (EBU Tech 3306). A stream says its sizes up front, or 0xFFFFFFFF.

use std::io::{self, Seek, SeekFrom, Write};

use super::info;
use super::metadata::{Chunk, Metadata};
use super::pcm;
use super::quantize::Quantizer;
use super::spec::Container;
use super::target::Output;
use super::wav_fmt::{Fmt, Layout};
use super::write::{OutputSpec, Written};
use crate::Result;

/// "See ds64", or "unknown" in a stream.
const WIDE: u32 = u32::MAX;
/// Body of a `ds64` chunk without a table.
const DS64_BYTES: u32 = 28;

#[derive(Debug)]
pub(super) struct Wav {
    output: Output,
    layout: Layout,
    quantizer: Quantizer,
    behind: Vec<Chunk>,
    frames: u64,
    /// Promised frames, in a stream whose header is already written.
    promised: Option<u64>,
    limit: u64,
    /// Where the fields to patch stand, in a file.
    junk_at: Option<u64>,
    fact_at: Option<u64>,
    data_at: u64,
    bytes: Vec<u8>,
}

impl Wav {
    pub fn new(output: Output, spec: &OutputSpec, mut metadata: Metadata) -> Result<Self> {
        let layout = Layout {
            sample: spec.sample,
            channels: spec.channels,
        };
        if layout.frame_bytes() == 0 {
            return Err(output.bad("WAV needs a depth", "choose 16, 24 or 32f"));
        }
        if !metadata.chunks.iter().any(info::is_info) {
            metadata.chunks.extend(info::to_chunk(&metadata.tags));
        }
        let seek = output.can_seek();
        let (before, behind) = metadata
            .chunks
            .into_iter()
            .partition(|chunk| chunk.before_data || !seek);
        let mut wav = Self {
            output,
            layout,
            quantizer: Quantizer::new(spec.sample, spec.dither),
            behind,
            frames: 0,
            promised: spec.frames.filter(|_| !seek),
            limit: spec.riff_limit,
            junk_at: None,
            fact_at: None,
            data_at: 0,
            bytes: Vec::new(),
        };
        let header = wav.header(spec, before);
        wav.output
            .write_all(&header)
            .map_err(|e| wav.output.failed(e))?;
        Ok(wav)
    }

    /// Everything up to the first sample; a stream gets its final sizes here.
    fn header(&mut self, spec: &OutputSpec, before: Vec<Chunk>) -> Vec<u8> {
        let data = spec
            .frames
            .map(|frames| frames.saturating_mul(self.layout.frame_bytes().into()));
        let rest = 128 + size_of_chunks(&before) + size_of_chunks(&self.behind);
        let wide = data.is_none_or(|data| data.saturating_add(rest) > self.limit);
        let mut out = Vec::new();
        out.extend(b"RIFF\0\0\0\0WAVE");
        if wide && (self.output.can_seek() || data.is_some()) {
            self.junk_at = Some(out.len() as u64);
            chunk(&mut out, *b"JUNK", &[0; DS64_BYTES as usize]);
        }
        chunk(
            &mut out,
            *b"fmt ",
            &Fmt::of(self.layout, spec.rate, spec.channel_mask).bytes(),
        );
        if self.layout.sample.is_float() {
            self.fact_at = Some(out.len() as u64 + 8);
            chunk(&mut out, *b"fact", &WIDE.to_le_bytes());
        }
        for kept in before {
            chunk(&mut out, kept.id, &kept.body);
        }
        out.extend(b"data\xFF\xFF\xFF\xFF");
        self.data_at = out.len() as u64;
        if self.output.can_seek() {
            return out;
        }
        match self.promised {
            Some(frames) => {
                let end = self.data_at + data.unwrap_or(0);
                for (at, bytes) in self.patches(frames, end + end % 2) {
                    out[at as usize..at as usize + bytes.len()].copy_from_slice(&bytes);
                }
            }
            None => out[4..8].copy_from_slice(&WIDE.to_le_bytes()),
        }
        out
    }

    /// The fields that depend on the length: position and bytes.
    fn patches(&self, frames: u64, end: u64) -> Vec<(u64, Vec<u8>)> {
        let riff = end - 8;
        let data = frames * u64::from(self.layout.frame_bytes());
        let narrow = |size: u64| u32::try_from(size).unwrap_or(WIDE).to_le_bytes().to_vec();
        let mut patches: Vec<_> = self
            .fact_at
            .map(|at| (at, narrow(frames)))
            .into_iter()
            .collect();
        match self.junk_at.filter(|_| riff > self.limit) {
            Some(at) => {
                let mut ds64 = b"ds64".to_vec();
                ds64.extend(DS64_BYTES.to_le_bytes());
                ds64.extend(
                    [riff, data, frames]
                        .iter()
                        .flat_map(|size| size.to_le_bytes()),
                );
                patches.extend([(0, b"RF64\xFF\xFF\xFF\xFF".to_vec()), (at, ds64)]);
            }
            None => patches.extend([(4, narrow(riff)), (self.data_at - 4, narrow(data))]),
        }
        patches
    }

    pub fn write(&mut self, planar: &[&[f32]]) -> Result<()> {
        self.bytes.clear();
        let frames = planar.first().map_or(0, |channel| channel.len());
        self.encode(planar, frames)
            .map_err(|e| self.output.bad(e.to_string(), "choose 16, 24 or 32f"))?;
        self.output
            .write_all(&self.bytes)
            .map_err(|e| self.output.failed(e))?;
        self.frames += frames as u64;
        if self.promised.is_some_and(|promised| self.frames > promised) {
            let promised = self.promised.unwrap_or(0);
            let problem =
                format!("more than the {promised} frames that its header promises would follow");
            return Err(self.output.bad(problem, "write to a file instead, with -o"));
        }
        Ok(())
    }

    fn encode(&mut self, planar: &[&[f32]], frames: usize) -> hound::Result<()> {
        let format = self.layout.sample;
        for i in 0..frames {
            for (channel, samples) in (0..).zip(planar) {
                if format.is_float() {
                    pcm::encode_float(format, samples[i], &mut self.bytes)?;
                } else {
                    let value = self
                        .quantizer
                        .integer(samples[i], channel, self.frames + i as u64);
                    pcm::encode_integer(format, value, &mut self.bytes)?;
                }
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Written> {
        let container = self.complete().map_err(|e| self.output.failed(e))?;
        let written = Written {
            frames: self.frames,
            clipped: self.quantizer.clipped(),
            container,
        };
        if container == Container::Wav && self.output.can_seek() && self.riff_size() > self.limit {
            let problem = format!(
                "it grew to {} bytes, more than a WAV file can hold",
                self.riff_size()
            );
            return Err(self.output.bad(
                problem,
                "leave the number of frames open, so that RF64 is prepared",
            ));
        }
        self.output.finish()?;
        Ok(written)
    }

    fn riff_size(&self) -> u64 {
        let data = self.frames * u64::from(self.layout.frame_bytes());
        self.data_at + data + data % 2 + size_of_chunks(&self.behind) - 8
    }

    fn complete(&mut self) -> io::Result<Container> {
        let data = self.frames * u64::from(self.layout.frame_bytes());
        if data % 2 == 1 && (self.output.can_seek() || self.promised.is_some()) {
            self.output.write_all(&[0])?;
        }
        let mut tail = Vec::new();
        for kept in &self.behind {
            chunk(&mut tail, kept.id, &kept.body);
        }
        self.output.write_all(&tail)?;
        if self.output.can_seek() {
            for (at, bytes) in self.patches(self.frames, self.riff_size() + 8) {
                self.output.seek(SeekFrom::Start(at))?;
                self.output.write_all(&bytes)?;
            }
        }
        let wide = self.junk_at.is_some() && self.riff_size() > self.limit;
        Ok(if wide {
            Container::Rf64
        } else {
            Container::Wav
        })
    }
}

/// Appends a chunk with its header, padded to even length.
fn chunk(out: &mut Vec<u8>, id: [u8; 4], body: &[u8]) {
    out.extend(id);
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}

fn size_of_chunks(chunks: &[Chunk]) -> u64 {
    chunks
        .iter()
        .map(|chunk| 8 + chunk.body.len().next_multiple_of(2) as u64)
        .sum()
}

//! Files: decoding in chunks, formats, dither, atomic rename, metadata kept.
//!
//! ```text
//! Source → Reader (planar f32 blocks, Spec, Metadata, Warnings) → … → Writer → Target
//!            ├ WAV, RF64: our chunk walk, samples through hound          ├ WAV, RF64
//!            └ everything else: symphonia                                └ FLAC
//! ```
//! Memory does not grow with the length of a file. No input makes the reader panic, loop or allocate by a size that
//! it merely claims.

mod codec_facts;
mod codec_open;
mod dither;
pub mod folder;
mod guard;
mod info;
mod metadata;
mod mp4_edit;
pub mod npy;
mod pcm;
mod quantize;
mod read;
mod read_codec;
mod read_wav;
mod source;
mod spec;
mod target;
mod warning;
mod wav_fmt;
mod wav_size;
mod wav_walk;
mod write;
mod write_flac;
mod write_wav;

pub use dither::Dither;
pub use metadata::{Chunk, Metadata};
pub use read::Reader;
pub use source::Source;
pub use spec::{Container, MAX_CHANNELS, SampleFormat, Spec};
pub use target::{Target, beside};
pub use warning::Warning;
pub use write::{OutputSpec, Writer, Written};

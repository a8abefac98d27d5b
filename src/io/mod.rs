//! Files: decoding in chunks, formats, dither, atomic rename, metadata kept.
//!
//! Planned surface (the io room fills it):
//! `Reader::open(&Source) -> Result<Reader>`; `reader.spec() -> &Spec` (rate, channels, frames if known, sample format,
//! container); `reader.read(&mut [Vec<f32>], max_frames) -> Result<usize>` (planar, 0 = end);
//! `reader.warnings()`; `reader.metadata()`; `Writer::create(&Target, &OutputSpec, Metadata)`;
//! `writer.write(&[&[f32]])`; `writer.finish()`: the target appears only then (written beside, then renamed).

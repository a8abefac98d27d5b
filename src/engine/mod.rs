//! The engine: one streaming object for file mode, live mode and plugin.
//!
//! Planned surface (the engine room fills it):
//! `Settings { steps, sampler: Option<Sampler>, seed, attenuation_limit: Option<Db>, mix: f32, keep: Keep::{Cleaned, Removed} }`;
//! `Stream::new(Box<dyn Network>, Format { rate: Hz, channels, frames_per_call }, &Settings) -> Result<Stream>`;
//! `stream.push(&[&[f32]]) -> Result<()>`; `stream.available() -> usize`; `stream.pull(&mut [&mut [f32]]) -> usize`;
//! `stream.flush()`; `stream.reset()`; `stream.latency() -> Frames` (host rate);
//! `offline::Offline` = the same, delay compensated, output as long as the input.

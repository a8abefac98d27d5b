//! diffwav Denoise and diffwav Synth: the engine of [`diffwav`] as an effect and as an instrument for audio workstations
//! (CLAP, VST3, in one bundle), and the effect on its own.
//!
//! ```text
//! host block ─▶ input gain ─▶ engine::worker (its own thread) ─▶ output gain ─▶ host block
//!     └──────────────── delayed by the same latency ─────────────▶ bypass, and until the engine is loaded
//! ```
//!
//! [`denoise`] is what a host calls; [`chain`] is the way of a block; [`instance`] builds engines off the audio thread
//! on the [`keeper`]'s; [`patience`] says how long a call may wait. [`editor`] is the window. The instrument has a room
//! of its own: [`synth`].

pub mod chain;
pub mod denoise;
pub mod editor;
pub mod instance;
pub mod keeper;
pub mod models;
pub mod params;
pub mod patience;
pub mod place;
pub mod ramp;
pub mod state;
pub mod synth;
pub mod text;
pub mod wanted;

pub use denoise::Denoise;
pub use synth::Synth;

// The exported symbols are the interfaces' own; they have no documentation of ours.
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::undocumented_unsafe_blocks
)]
#[doc(hidden)]
pub mod export {
    use crate::{Denoise, Synth};
    nice_plug::nice_export_clap!(Denoise, Synth);
    nice_plug::nice_export_vst3!(Denoise, Synth);
}

//! diffwav Synth: drums from the one-shot network, each hit made anew.
//!
//! ```text
//! note ─▶ player (audio thread): hit k of the pad from its shelf ─▶ voice ─▶ pan, level ─▶ host block
//!                                     ▲ ring, lock-free                │ numbers of hits that are due
//! recipe(song seed, pad, k) ─▶ maker (thread of its own): network, rate ◀┘
//! ```
//!
//! A hit is named by its pad and its number since the song began, and made from a [`recipe`] that holds seeds alone. So
//! the same song gives the same bits, whatever the blocks are; [`shelf`] says which hits are kept ready. In real time a
//! note never waits: what is not ready is replaced by the newest hit of the pad, a little changed, and counted.

pub mod book;
pub mod controls;
pub mod editor;
pub mod hit;
pub mod instance;
pub mod jobs;
mod lengths;
mod maker;
mod network;
pub mod pads;
pub mod params;
pub mod player;
pub mod plugin;
pub mod recipe;
pub mod sample;
pub mod shared;
pub mod shelf;
mod sounds;
pub mod source;
pub mod state;
pub(crate) mod text;
mod turns;
pub mod voice;

pub use plugin::Synth;

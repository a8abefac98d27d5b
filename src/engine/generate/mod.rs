//! Sounds from noise, and variations of own sounds: the reverse process over whole, short sounds.
//!
//! ```text
//! Request (class, controls, seed, length, own sound)   request, told
//!   → x_T = noise by the seed, or the own sound noised up to the time that `strength` names     partial
//!   → for each stage: out = network(x; class) and network(x; no class) in one batch, guided      walk
//!   → decode, cut off what lies before the transient, fade                                        sound
//! ```
//!
//! What a request gives is a function of the request alone, to the bit: noise is keyed by its seed, and the engine is
//! always asked for batches of one size, for its sums depend on that. Nothing here is for an audio thread.

mod generator;
mod partial;
mod request;
mod sound;
mod told;
mod velocity;
mod walk;

pub use generator::Generator;
pub use request::{Base, Request, class};
pub use velocity::Velocity;

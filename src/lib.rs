//! # diffwav: streaming diffusion denoiser and synthesiser
//!
//! ```text
//! file | microphone | host block
//!   → resample to the model's rate → ring → hop of H samples → analysis (STFT, compressed complex spectrum) = condition y
//!   → x_T from (y, noise keyed by seed, stage, absolute frame, bin)
//!   → for each reverse step: D = network(x, y, t, caches of this step);  x = sampler.step(x, D)
//!   → synthesis (overlap-add) → ring → resample back → mix with the delayed dry signal → file | speaker | host block
//! ```
//!
//! Rooms, and who may know whom (an arrow never points back):
//! [`units`], [`error`] ← [`dsp`] ← [`diffusion`] ← [`model`] ← [`engine`] ← live ← [`cli`]; [`io`] serves the command
//! line and live's recordings. `live` is there with the feature of that name.

pub mod cli;
pub mod diffusion;
pub mod dsp;
pub mod engine;
pub mod error;
pub mod io;
#[cfg(feature = "live")]
pub mod live;
pub mod model;
pub mod units;

pub use error::{Error, Result};

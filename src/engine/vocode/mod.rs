//! Mel frames to sound, in blocks and with bounded memory.
//!
//! ```text
//! mel frames ─▶ pseudo-inverse P, compressed ─▶ x = 1 + σz over P, y = ln mel ─▶ reverse process D
//!    │                                                                             │
//!    └──────────▶ projection, stage after stage ◀─── overlap-add ◀─── expand(D·P) ◀┘
//! ```
//! With n = `lookahead` + 1, call i of the network makes the spectrum of frame i − n + 1, which lies between the mel frames
//! i − n and i − n + 1. So the raw sound lags n hops behind the mel frames, each stage of the projection three more at
//! four frames a window. [`Vocoder`] takes that delay off: T mel frames give T·hop samples.

mod copy;
mod project;
mod vocoder;

pub use copy::CopySynthesis;
pub use vocoder::{Choice, Vocoder};

use crate::dsp::mel::Definition;
use crate::error::{Error, Result};
use crate::model::card::Card;

/// The mel frames that the network of `card` takes.
///
/// # Errors
/// [`Error::Model`] for a model that is no vocoder.
pub fn definition(card: &Card) -> Result<Definition> {
    let Some(mel) = card.mel else {
        return Err(Error::Model {
            origin: card.name.clone(),
            field: "task".to_owned(),
            found: card.task.name().to_owned(),
            expected: "vocode: see `diffwav models list`".to_owned(),
        });
    };
    Ok(Definition {
        rate: card.sample_rate,
        fft: mel.fft,
        hop: mel.hop,
        bands: mel.bands,
        low: mel.low,
        high: mel.high,
        floor: mel.floor,
    })
}

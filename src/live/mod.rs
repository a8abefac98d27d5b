//! A microphone, cleaned in real time.
//!
//! ```text
//! capture callback: device → ear: worker's audio side → tapes → bridge ─ring─▶ playback callback: drift correction → device
//! ```
//!
//! `device` alone knows the audio library. [`run()`] keeps the whole going: it opens, watches, reconnects and ends it.

pub mod bridge;
pub mod choose;
pub mod device;
pub mod drift;
mod duplex;
mod ear;
mod lent;
pub mod order;
pub mod record;
pub mod run;
pub mod status;
pub mod virtual_mic;

pub use order::Order;
pub use run::run;

//! Networks: the file, the card, the engines, and everything that can be wrong with them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod card;
mod check;
mod diffwave;
mod engines;
mod fake;
mod faults;
mod fuzz;
mod golden;
mod oneshot;
mod onnx;
mod preflight;
mod signals;
mod single;
mod speed;
mod synth;
mod toy;

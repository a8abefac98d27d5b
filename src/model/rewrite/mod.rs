//! Graphs rewritten for single frames, where a node costs as much as what it computes.

mod early;
mod graph;
mod tidy;

pub use early::{Parts, part};
pub use tidy::tidy;

//! Graphics cards: what is said where there is none, and the same numbers where there is one.
//!
//! The tests that are ignored need a card with a Vulkan driver; `cargo xtask test --gpu-software` runs them on a
//! software one.

#![allow(clippy::unwrap_used, missing_docs)]

mod drivers;
mod pace;
mod software;
mod unroll;

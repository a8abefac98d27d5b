//! `diffwav live` with a real sound server and no sound card.
//!
//! Each test has a PipeWire of its own: a null sink `mic_in`, whose monitor is the microphone, and a null sink `speaker`.
//! What the one got and what the other gets is recorded in one file, on one clock. `cargo xtask test` installs what is
//! needed; `cargo xtask soak` runs the long ones.

#![allow(clippy::unwrap_used)] // a test that cannot go on must stop

mod bridge;
mod cleaning;
mod ends;
#[cfg(feature = "jack")]
mod jack;
mod path;
mod refused;
mod server;
mod session;
mod signals;
mod soak;
mod virtual_mic;

/// Fails every allocation within `assert_no_alloc`: the callbacks' work runs in it.
#[global_allocator]
static ALLOCATOR: nice_assert_no_alloc::AllocDisabler = nice_assert_no_alloc::AllocDisabler;

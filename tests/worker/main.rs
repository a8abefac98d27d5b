//! The real-time core: what the audio thread promises, with a network that runs only when the test lets it.

#![allow(clippy::unwrap_used)] // a test that cannot go on must stop

mod exact;
mod gate;
mod govern;
mod late;
mod meter;
mod rescue;
mod swap;

/// Fails every allocation within `assert_no_alloc`: the audio thread's calls run in it.
#[global_allocator]
static ALLOCATOR: nice_assert_no_alloc::AllocDisabler = nice_assert_no_alloc::AllocDisabler;

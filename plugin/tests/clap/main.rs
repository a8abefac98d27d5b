//! The plugin behind the CLAP interface, in this process, as hosts call it: audio on a thread of its own, and calls
//! that abort when they allocate.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod automation;
mod buses;
mod bypass;
mod exact;
mod host;
mod lifecycle;
mod loading;
mod lost;
mod measure;
mod params;
mod project;
mod signal;
mod state;
mod storm;
mod synth;
mod world;

//! Files: what is read, what is written, and what happens when they are broken.

#![allow(clippy::unwrap_used)] // a test that cannot go on must stop

mod bench;
mod chunks;
mod codecs;
mod corpus;
mod dither;
mod fuzz;
mod roundtrip;
mod target;

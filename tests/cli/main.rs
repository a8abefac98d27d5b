//! The command as people and scripts use it: what it says, what it writes, and that it harms nothing.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod explain;
mod full_disk;
mod help;
mod interrupt;
mod many;
mod memory;
mod output;
mod picture;
mod pipes;
mod report;
mod sound;
mod synth;
mod vary;
mod vocode;
mod world;

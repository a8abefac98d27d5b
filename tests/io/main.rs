//! Files: what is read, what is written, and what happens when they are broken.

mod bench;
mod chunks;
mod codecs;
mod corpus;
mod dither;
mod find;
mod fuzz;
mod roundtrip;
mod target;

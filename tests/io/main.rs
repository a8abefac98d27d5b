//! Files: what is read, what is written, and what happens when they are broken.

mod bench;
mod corpus;
mod dither;
mod find;
mod roundtrip;
mod target;

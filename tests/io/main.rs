//! Files: what is read, what is written, and what happens when they are broken.

mod bench;
mod roundtrip;

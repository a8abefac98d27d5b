//! The vocoder: mel frames, the network and the stream, against what PyTorch and NumPy made.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod copy;
mod golden;
mod mel;
mod partition;
mod support;

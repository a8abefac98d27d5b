//! `diffwav bench`.

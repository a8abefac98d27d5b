//! Networks: the file, the card, the engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod engines;

//! The engine's promises, each proven by a test that could fail.

#![allow(clippy::unwrap_used)] // a test that cannot go on must stop

mod amount;
mod generate;
mod lengths;
mod null;
mod overlap;
mod partition;
mod pre_roll;
mod real;
mod safety;
mod support;
mod vary;

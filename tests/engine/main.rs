//! The engine's promises, each proven by a test that could fail.

mod amount;
mod null;
mod partition;
mod real;
mod safety;
mod support;

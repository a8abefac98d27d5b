//! Forward processes, noise schedules and all reverse samplers; pure numbers, provable without a network.

pub mod path;
pub mod plan;
pub mod sampler;

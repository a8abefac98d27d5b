//! Forward processes, noise schedules and all reverse samplers; pure numbers, provable without a network.
//!
//! ```text
//! Path (constants of the forward process)   x_t = a·x0 + b·y + σ·z            forward, path, schedule
//! Prediction (what the network returns)     D = c_x·x + c_y·y + c_F·F(c_in·x) parametrisation
//! Sampler + Times                           x ← linear in (x, D, memory, y, z) sampler, times
//!   └→ Plan: a start and a list of stages, one network evaluation each         plan
//! ```
//!
//! [`sampler::plan`] compiles the three into a [`plan::Plan`] once; the engine only walks its stages.

pub mod forward;
pub mod parametrisation;
pub mod path;
pub mod plan;
pub mod sampler;
pub mod schedule;
pub mod times;

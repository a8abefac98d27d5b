//! Reverse samplers: each compiles a path and its times into a [`crate::diffusion::plan::Plan`].

use serde::{Deserialize, Serialize};

/// The reverse samplers that the engine offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sampler {
    /// Schrödinger bridge, deterministic.
    BridgeOde,
    /// Schrödinger bridge, stochastic.
    BridgeSde,
}

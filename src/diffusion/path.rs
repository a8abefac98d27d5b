//! Forward processes: how a clean signal x0 becomes the start of the reverse process.

use serde::{Deserialize, Serialize};

/// A forward process with its constants, as a model card names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Path {
    /// Variance-exploding Schrödinger bridge between clean and noisy (2407.16074).
    BridgeVe {
        /// Base of the exponential growth of the variance.
        k: f64,
        /// Scale of the variance.
        c: f64,
    },
}

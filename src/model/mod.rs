//! Networks: the card in the ONNX file, the engines that run it, the caches, and the models that ship.
//!
//! ```text
//! file or built-in bytes → onnx_meta (metadata, signature; no engine) → card, signature → contract::Model
//!   → backend::load → ort (ONNX Runtime, after preflight) or tract (embedded) → Box<dyn Network>
//! ```

pub mod backend;
pub mod card;
mod card_read;
mod card_rules;
pub mod check;
pub mod contract;
pub mod fake;
pub mod library;
pub mod network;
pub mod onnx_meta;
mod onnx_tensors;
pub mod ort;
mod own_folder;
pub mod preflight;
pub mod registry;
pub mod signature;
#[cfg(feature = "embedded")]
pub mod tract;
mod wire;

pub use backend::{Device, EngineChoice, Loaded, Options, load};
pub use contract::Model;
pub use network::{Caches, Call, Network};

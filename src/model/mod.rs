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
pub mod device;
pub mod drivers;
pub mod fake;
pub mod library;
pub mod network;
pub mod onnx_meta;
mod onnx_tensors;
pub mod ort;
mod own_folder;
pub mod pace;
pub mod preflight;
mod recurrence;
pub mod registry;
pub mod rewrite;
pub mod signature;
#[cfg(feature = "embedded")]
pub mod tract;
pub mod unroll;
pub mod vulkan;
mod wire;

pub use backend::{EngineChoice, Loaded, Options, Purpose, load};
pub use contract::Model;
pub use device::Device;
pub use network::{Caches, Call, Network};

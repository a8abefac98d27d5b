//! Networks: the card in the ONNX file, the engines that run it, the caches, and the models that ship.

pub mod card;
pub mod network;

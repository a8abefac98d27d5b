//! Graphics cards: what is said where there is none, and the same numbers where there is one.
//!
//! The tests that are ignored need a card with a Vulkan driver; `cargo xtask test --gpu-software` runs them on a
//! software one.

#![allow(clippy::unwrap_used, missing_docs)]

mod drivers;
mod pace;
mod software;
mod unroll;

/// The library with WebGPU if it was fetched: a process can load one only, and it must serve every test here.
fn library() -> Option<std::path::PathBuf> {
    let program = std::env::current_exe().unwrap();
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .unwrap();
    let library = target.join("onnxruntime/webgpu/libonnxruntime.so.1.27.0");
    library.is_file().then_some(library)
}

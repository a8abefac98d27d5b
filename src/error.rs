//! The one error type. Each variant names the value, what was expected and the way out.

use std::path::PathBuf;

/// What every fallible function of the crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, each with its remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // ---- settings (diffusion, engine) ----
    /// A setting has a value outside of what it allows.
    #[error("{name} is {value}, but must be {expected}")]
    Setting {
        /// The setting, as the user knows it (`--steps`, `seed`, …).
        name: &'static str,
        /// The value that was given.
        value: String,
        /// What it may be.
        expected: String,
    },

    // ---- files (io) ----
    /// The operating system refused a file operation.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// "read", "write", "create" …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds no audio that can be decoded, or lies about what it holds.
    #[error("{}: {problem}; {remedy}", path.display())]
    Audio {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, with the numbers found.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// A standard stream failed.
    #[error("cannot {action}: {source}")]
    Stream {
        /// "read standard input", …
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The target exists and must not be overwritten.
    #[error("{} exists already; pass --overwrite to replace it or -o to name another file", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
    },

    /// Whoever read our output has had enough (`diffwav … | head`): no failure, to be treated as success.
    #[error("the output was closed by its reader")]
    OutputClosed,

    // ---- models ----
    /// A model file does not fit the contract.
    #[error("model {origin}: {field} is {found}, expected {expected}")]
    Model {
        /// The file or the built-in name.
        origin: String,
        /// The field of the card, or the tensor.
        field: String,
        /// What was found.
        found: String,
        /// What the contract wants.
        expected: String,
    },
    /// A network failed while it ran.
    #[error("the network failed on {engine}: {problem}; try {alternative}")]
    Inference {
        /// The engine that ran it.
        engine: String,
        /// What it said.
        problem: String,
        /// The options of another engine or device.
        alternative: &'static str,
    },
    /// No engine or device of the wanted kind could be used.
    #[error("{wanted} cannot be used: {reasons}; {remedy}")]
    Engine {
        /// The engine or device that was asked for.
        wanted: String,
        /// Each way that was tried, and why it failed.
        reasons: String,
        /// What the user can do.
        remedy: String,
    },

    // ---- live ----
    /// A sound device or the audio system refuses.
    #[error("{device}: {problem}; {remedy}")]
    Device {
        /// The device, as the user knows it.
        device: String,
        /// What it said.
        problem: String,
        /// What the user can do.
        remedy: String,
    },

    // ---- the command ----
    /// The user asked to stop.
    #[error("interrupted; no half file was left")]
    Interrupted,
}

impl Error {
    /// The device that failed, if it was one: the processor does not get lost.
    #[must_use]
    pub fn lost_device(&self) -> Option<&str> {
        let Self::Inference { engine, .. } = self else {
            return None;
        };
        device(engine)
    }

    /// A setting outside of its range.
    pub fn setting(name: &'static str, value: impl ToString, expected: impl Into<String>) -> Self {
        Self::Setting {
            name,
            value: value.to_string(),
            expected: expected.into(),
        }
    }
}

/// The device in the name of an engine ("onnxruntime 1.28.0 on webgpu"); `None` for the CPU.
#[must_use]
pub fn device(engine: &str) -> Option<&str> {
    let (_, device) = engine.rsplit_once(" on ")?;
    (device != "cpu").then_some(device)
}

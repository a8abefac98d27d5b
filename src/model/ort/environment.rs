//! The one environment of the process, and the library that it came from.

use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;

use crate::model::library::Found;
use crate::model::preflight;

/// A second environment cannot be made, nor can a library be exchanged: the first of each stays.
static RUNTIME: Mutex<Option<(Environment, Found)>> = Mutex::new(None);

/// The environment of the process, and its library; the first healthy library makes it.
///
/// # Errors
/// What ONNX Runtime said.
pub fn environment(found: &Found) -> Result<(Environment, Found), String> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((environment, loaded)) = &*runtime {
        return Ok((environment.clone(), loaded.clone()));
    }
    quiet(&found.version);
    let builder = ort::init_from(&found.path).map_err(|e| e.to_string())?;
    let environment = builder
        .with_name("diffwav")
        .with_telemetry(false)
        .build()
        .map_err(|e| e.to_string())?;
    // What goes wrong comes back as an error; the log of ONNX Runtime would say it again, on the user's terminal.
    environment.set_log_level(ort::logging::LogLevel::Fatal);
    *runtime = Some((environment.clone(), found.clone()));
    Ok((environment, found.clone()))
}

/// Releases from 1.29 on start a telemetry thread unless this variable forbids it, whatever the API is told.
fn quiet(version: &str) {
    const VARIABLE: &str = "ORT_DISABLE_TELEMETRY";
    if preflight::minor(version).is_some_and(|minor| minor < 29)
        || std::env::var_os(VARIABLE).is_some()
    {
        return;
    }
    // SAFETY: done once in the life of the process, under the lock of RUNTIME and before the environment exists.
    // Rust's own readers are serialised with it; a C thread of a host that calls getenv at this very moment is the
    // remaining risk, which is why the versions that ship, 1.27 and 1.28, need no variable.
    unsafe { std::env::set_var(VARIABLE, "1") };
}

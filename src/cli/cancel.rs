//! Ctrl-C: the first one asks the work to stop cleanly, the second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, Result};

/// Set by the first signal; every job looks at it once a chunk. Never cleared.
static REQUESTED: AtomicBool = AtomicBool::new(false);

/// The exit code of an interrupted program: 128 + SIGINT.
pub const EXIT_CODE: u8 = 130;

/// Listens from now on. A second call, or a system that refuses, leaves the system's own behaviour in place.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            std::process::exit(EXIT_CODE.into());
        }
    });
}

/// Whether to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// An error when the user asked to stop, for use with `?` between two chunks.
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C.
pub fn check() -> Result<()> {
    if requested() {
        Err(Error::Interrupted)
    } else {
        Ok(())
    }
}

//! The source that ships.

use diffwav::error::{Error, Result};

use super::source::HitSource;

/// The model that plays.
pub const MODEL: &str = "oneshot-v1";

/// Loads it.
///
/// # Errors
/// Always, until the generator is there.
pub fn load(_: Option<usize>) -> Result<Box<dyn HitSource>> {
    Err(Error::setting("model", MODEL, "one that ships"))
}

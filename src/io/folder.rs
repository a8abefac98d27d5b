//! Folders for what is written.

use std::path::Path;

use crate::error::{Error, Result};

/// Makes `folder` and those above it, where they are not there.
///
/// # Errors
/// [`Error::File`] names it.
pub fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|source| Error::File {
        action: "create",
        path: folder.to_owned(),
        source,
    })
}

/// Makes the folder that `file` is to lie in.
///
/// # Errors
/// As [`make`].
pub fn make_for(file: &Path) -> Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => make(folder),
        _ => Ok(()),
    }
}

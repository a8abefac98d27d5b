//! `diffwav man`: the man pages, made from the same definition as the help. `cargo xtask man` calls it.

use std::path::Path;

use super::exit::Outcome;
use crate::Error;

/// Writes one page for the program and one for each subcommand.
pub fn run(out: &Path) -> Outcome {
    let file = |action| {
        move |source| Error::File {
            action,
            path: out.to_owned(),
            source,
        }
    };
    std::fs::create_dir_all(out).map_err(file("create"))?;
    clap_mangen::generate_to(super::command(), out).map_err(file("write man pages to"))?;
    Ok(())
}

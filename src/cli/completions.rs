//! `diffwav completions`: the completion script of a shell, made from the same definition as the help.

use std::io::Write as _;

use clap_complete::Shell;

use super::exit::Outcome;
use crate::Error;

/// Prints the script.
pub fn run(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "diffwav", &mut script);
    std::io::stdout()
        .write_all(&script)
        .map_err(|source| Error::Stream { action: "write to standard output", source })?;
    Ok(())
}

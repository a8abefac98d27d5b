//! `diffwav completions`: the completion script of a shell, made from the same definition as the help.

use clap_complete::Shell;

use super::exit::Outcome;
use super::report;

/// Prints the script.
pub fn run(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "diffwav", &mut script);
    Ok(report::print(
        &String::from_utf8_lossy(&script),
        &mut std::io::stdout(),
    )?)
}

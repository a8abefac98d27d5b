//! Asking before something is installed or fetched.

use std::io::{IsTerminal as _, Write as _};

/// Whether the person agrees. Nobody is asked with `--yes` or where CI is set; without a terminal the answer is no.
pub fn agreed(question: &str, yes: bool) -> bool {
    if yes || std::env::var_os("CI").is_some() {
        return true;
    }
    if !std::io::stdin().is_terminal() {
        println!("{question} Not without being asked to: run `cargo xtask setup --yes`.");
        return false;
    }
    print!("{question} [Y/n] ");
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

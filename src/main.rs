//! The `diffwav` command. Everything it does is listed in [`diffwav::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    diffwav::cli::main()
}

//! The command line: parse → plan → run → report.
//!
//! Exit codes: 0 everything went well (a reader that closed the pipe early is no failure), 1 something failed
//! (with several files: at least one of them), 2 the command was not understood, 130 interrupted with Ctrl-C.

pub mod args;
mod bench;
mod cancel;
mod completions;
mod denoise;
mod devices;
mod exit;
mod explain;
mod live;
mod man;
mod measure;
mod models;
mod plan;
mod plot;
mod progress;
mod report;
mod runtime;
mod studio;
mod synth;
mod vary;
mod vocode;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::Arguments;

/// The whole command line as clap sees it: the source of the help, the completions and the man pages.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the program with the arguments that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        args::Command::Denoise(arguments) => denoise::run(&arguments),
        args::Command::Live(arguments) => live::run(&arguments),
        args::Command::Synth(arguments) => synth::run(&arguments),
        args::Command::Vary(arguments) => vary::run(&arguments),
        args::Command::Vocode(arguments) => vocode::run(&arguments),
        args::Command::Bench(arguments) => bench::run(&arguments),
        args::Command::Models(arguments) => models::run(&arguments),
        args::Command::Devices(arguments) => devices::run(&arguments),
        args::Command::Explain(arguments) => explain::run(&arguments),
        args::Command::Completions { shell } => completions::run(shell),
        args::Command::Man { out } => man::run(&out),
    };
    exit::code(outcome)
}

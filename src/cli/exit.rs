//! From what happened to the exit code, and the one place that prints errors.

use std::process::ExitCode;

use super::cancel;
use crate::Error;

/// What a command comes to.
pub type Outcome = Result<(), Failure>;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The command line makes no sense; printed as clap prints its own errors.
    Usage(clap::Error),
    /// The work failed.
    Error(Error),
    /// Something failed and has been reported already.
    Reported,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    /// A usage error of `subcommand`, in clap's form, with its usage line.
    pub fn usage(subcommand: &str, message: impl std::fmt::Display) -> Self {
        let mut command = super::command();
        command.build();
        let command = command.find_subcommand_mut(subcommand);
        let error = clap::Error::raw(
            clap::error::ErrorKind::ValueValidation,
            format!("{message}\n"),
        );
        Self::Usage(match command {
            Some(command) => error.format(command),
            None => error,
        })
    }

    /// A setting that is out of range is a matter of the command line; any other error stays what it is.
    pub fn setting(subcommand: &str, error: Error) -> Self {
        match error {
            Error::Setting {
                name,
                value,
                expected,
            } => {
                let flag = name.replace(' ', "-");
                let message =
                    format!("invalid value '{value}' for --{flag}: it must be {expected}");
                Self::usage(subcommand, message)
            }
            other => other.into(),
        }
    }
}

/// Prints what is left to print and names the exit code.
pub fn code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => {
            let _ = error.print();
            ExitCode::from(2)
        }
        // Whoever read our output has had enough (`| head`), which is its right.
        Err(Failure::Error(Error::OutputClosed)) => ExitCode::SUCCESS,
        Err(Failure::Error(Error::Interrupted)) => {
            eprintln!("diffwav: {}", Error::Interrupted);
            ExitCode::from(cancel::EXIT_CODE)
        }
        Err(Failure::Error(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
        Err(Failure::Reported) => ExitCode::FAILURE,
    }
}

//! `diffwav devices`: sound cards, and with `--compute` what can run the network.

mod compute;
#[cfg(feature = "live")]
mod sound;

use clap::Args;

use super::args::{Device, Runtime, Style};
use super::exit::Outcome;
#[cfg(not(feature = "live"))]
use super::report;

/// `diffwav devices`
#[derive(Debug, Args)]
pub struct Devices {
    /// What can run the network: CPU and graphics cards, with versions, and why one cannot be used
    #[arg(long)]
    pub compute: bool,

    /// Only those of this audio system [default: of every system that can be reached]
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Try this compute device only, in this process, and print one line of JSON
    #[arg(long, hide = true, requires = "compute")]
    pub only: Option<Device>,

    /// How they are printed
    #[arg(long, value_enum, default_value_t = Style::Human, help_heading = "Output")]
    pub report: Style,

    /// The network that the compute devices are tried with, and the library.
    #[command(flatten)]
    pub runtime: Runtime,
}

/// Prints what was asked for.
pub fn run(typed: &Devices) -> Outcome {
    if typed.compute {
        compute::run(typed)
    } else {
        sound(typed)
    }
}

#[cfg(feature = "live")]
fn sound(typed: &Devices) -> Outcome {
    sound::run(typed)
}

#[cfg(not(feature = "live"))]
fn sound(_: &Devices) -> Outcome {
    let text = "This build has no live mode, so it uses no sound card (build with --features live).\n\
                `diffwav devices --compute` lists what can run the network.\n";
    Ok(report::print(text, &mut std::io::stdout())?)
}

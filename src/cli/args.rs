//! What was typed. The doc comments are the help texts; `plan` says what they mean.

mod choices;
mod denoise;
mod limit;
mod live;
mod synth;
mod vary;
mod vocode;

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use super::devices::Devices;
pub use super::explain::Explain;
pub use choices::{Container, Depth, Device, Engine, Keep, OnDeviceLoss, Preserve, Style};
pub use denoise::Denoise;
pub use limit::Limit;
pub use live::{Live, Monitor};
pub use synth::{Saving, Sound, Synth};
pub use vary::Vary;
pub use vocode::Vocode;

/// Remove noise from recordings with a streaming diffusion model, on your own machine.
#[derive(Debug, Parser)]
#[command(
    name = "diffwav",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 all went well, 1 something failed, 2 the command was not understood, 130 interrupted.\n\
                        Nothing is sent anywhere: every file stays on this machine."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Remove the noise from files, folders or a stream
    Denoise(Box<Denoise>),
    /// Clean a microphone while you speak, for your ears or for other programs
    Live(Box<Live>),
    /// Make sounds from noise: one-shots of a class, each seed another one
    Synth(Box<Synth>),
    /// Make variations of your own sounds, or of a whole folder of them
    Vary(Box<Vary>),
    /// Make speech from mel frames
    Vocode(Box<Vocode>),
    /// Measure how fast a model runs here, hop by hop and in large blocks
    Bench(Bench),
    /// Look at the models: those that ship and your own
    Models(Models),
    /// Name the devices: sound cards, and what can run the network
    Devices(Devices),
    /// Show on a recording how diffusion works: sounds and pictures of noise coming and going
    Explain(Box<Explain>),
    /// Print the completion script for a shell
    #[command(
        after_help = "Example: diffwav completions bash > ~/.local/share/bash-completion/completions/diffwav"
    )]
    Completions {
        /// The shell to complete for
        shell: Shell,
    },
    /// Write the man pages
    #[command(hide = true)]
    Man {
        /// The folder to write them to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Which network runs, and on what.
#[derive(Debug, Clone, Args)]
pub struct Runtime {
    /// The model: the name of one that ships (see `diffwav models list`) or an ONNX file [default: the one that ships
    /// for this command]
    #[arg(long, value_name = "NAME|FILE", help_heading = "Model")]
    pub model: Option<String>,

    /// What runs the network. auto: ONNX Runtime where its library is found, otherwise the built-in tract
    #[arg(long, value_name = "ENGINE", value_enum, default_value_t = Engine::Auto, help_heading = "Model")]
    pub engine: Engine,

    /// Where it runs. auto: the graphics card if there is one and it is faster, otherwise the processor
    #[arg(long, value_name = "DEVICE", value_enum, default_value_t = Device::Auto, help_heading = "Model")]
    pub device: Device,

    /// The ONNX Runtime library to use, and no other [default: searched for in DIFFWAV_ONNXRUNTIME, ORT_DYLIB_PATH, beside
    /// the program and where the system keeps libraries]
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    pub onnxruntime_library: Option<PathBuf>,
}

/// `diffwav bench`
#[derive(Debug, Args)]
pub struct Bench {
    /// Step counts to measure, separated by commas [default: 1,2,3; of a model that makes sounds all that it allows]
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = denoise::steps())]
    pub steps: Vec<usize>,

    /// Seconds of audio for each measurement
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub seconds: u32,

    /// Channels, processed together; of a model that makes sounds: sounds that are asked for at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    pub channels: usize,

    /// Frames of the network a call for files [default: what is fastest here]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=512))]
    pub frames: Option<usize>,

    /// How the numbers are printed
    #[arg(long, value_enum, default_value_t = Style::Human)]
    pub report: Style,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

/// `diffwav models`
#[derive(Debug, Args)]
pub struct Models {
    /// What to do with them.
    #[command(subcommand)]
    pub action: Action,
}

/// What `diffwav models` can do.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Name the models that ship with diffwav
    List,
    /// Print the card of a model: what it does, how it was trained, its licence
    Info {
        /// The name of a model that ships, or an ONNX file
        #[arg(value_name = "NAME|FILE")]
        model: String,
        /// Print the card as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say whether a model fits, and what is wrong if it does not: loads it and runs it once
    Check {
        /// An ONNX file, or the name of a model that ships
        #[arg(value_name = "FILE|NAME")]
        model: String,
        /// Where it runs: says whether the whole graph does
        #[arg(long, value_name = "DEVICE", value_enum, default_value_t = Device::Auto)]
        device: Device,
        /// What runs it
        #[arg(long, value_name = "ENGINE", value_enum, default_value_t = Engine::Auto)]
        engine: Engine,
        /// The ONNX Runtime library to use, and no other
        #[arg(long, value_name = "FILE")]
        onnxruntime_library: Option<PathBuf>,
    },
}

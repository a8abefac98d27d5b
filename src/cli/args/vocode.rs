//! `diffwav vocode`, as typed.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::denoise::steps;
use super::{Container, Depth, Runtime, Style};

/// `diffwav vocode`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    diffwav vocode mel.npy -o speech.wav       mel frames as np.save writes them, [M, T] or [1, M, T]\n  \
    diffwav vocode talk.wav                    to mel frames and back: writes talk.vocoded.wav\n  \
    diffwav vocode mels/*.npy -o out/\n  \
    diffwav vocode --mel-definition            what the mel frames must be")]
pub struct Vocode {
    /// Mel frames (.npy, natural logarithm) or recordings
    #[arg(value_name = "IN", required_unless_present = "mel_definition")]
    pub inputs: Vec<PathBuf>,

    /// Where the sound goes: a file, or a folder for several [default: beside the input as NAME.vocoded.wav]
    #[arg(short, long, value_name = "OUT|DIR")]
    pub output: Option<PathBuf>,

    /// Replace outputs that exist already
    #[arg(long)]
    pub overwrite: bool,

    /// Print what mel frames the model takes, with the Python that makes them, and stop there
    #[arg(long)]
    pub mel_definition: bool,

    /// Reverse steps of the diffusion [default: what the model advises]
    #[arg(long, value_name = "N", value_parser = steps(), help_heading = "Sound")]
    pub steps: Option<usize>,

    /// Times that the sound is projected onto the mel frames at the end; 0 leaves it as the network made it [default: what
    /// the model advises]
    #[arg(long, value_name = "N", value_parser = projections(), help_heading = "Sound")]
    pub projections: Option<usize>,

    /// Seed of the noise: the same seed gives the same file, bit for bit
    #[arg(long, value_name = "SEED", default_value_t = 0, help_heading = "Sound")]
    pub seed: u64,

    /// Container of the output [default: from the name given to -o, otherwise wav]
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<Container>,

    /// Bits of a sample [default: as the recording; 16 for mel frames]
    #[arg(long, value_enum, value_name = "BITS", help_heading = "Output")]
    pub bit_depth: Option<Depth>,

    /// How the report is printed
    #[arg(long, value_enum, default_value_t = Style::Human, help_heading = "Output")]
    pub report: Style,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

fn projections() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(0..=64)
}

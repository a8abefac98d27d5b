//! `diffwav denoise`, as typed.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::{Container, Depth, Keep, Limit, OnDeviceLoss, Runtime, Style};
use crate::diffusion::sampler::Sampler;

/// Most reverse steps that may be asked for; the model may allow fewer.
const STEPS_MAX: u64 = 64;

/// `diffwav denoise`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    diffwav denoise talk.wav                          writes talk.denoised.wav beside it\n  \
    diffwav denoise interviews/ -o clean/ --jobs 4    a folder tree, four files at a time\n  \
    diffwav denoise talk.wav --keep removed -o rest.wav --plot talk.png\n  \
    ffmpeg -i film.mkv -f wav - | diffwav denoise - | ffplay -")]
pub struct Denoise {
    /// Audio files or folders (searched with everything below them), or - for a WAV on standard input
    #[arg(value_name = "IN", required = true)]
    pub inputs: Vec<PathBuf>,

    /// Where the result goes: a file, a folder for several, or - for standard output [default: beside the input as
    /// NAME.denoised.wav; standard output when the input is -]
    #[arg(short, long, value_name = "OUT|DIR")]
    pub output: Option<PathBuf>,

    /// Replace outputs that exist already
    #[arg(long)]
    pub overwrite: bool,

    /// Check everything, say what would be written, and stop there
    #[arg(long)]
    pub dry_run: bool,

    /// Files worked on at the same time; a graphics card takes them in the same calls [default: one for each processor core]
    #[arg(short, long, value_name = "N", value_parser = jobs())]
    pub jobs: Option<usize>,

    /// Reverse steps of the diffusion: more are slower and keep more texture [default: what the model advises]
    #[arg(long, value_name = "N", value_parser = steps(), help_heading = "Sound")]
    pub steps: Option<usize>,

    /// How the reverse steps are taken [default: what the model advises]
    #[arg(long, value_name = "SAMPLER", value_parser = sampler, help_heading = "Sound")]
    pub sampler: Option<Sampler>,

    /// Seed of the noise that the diffusion draws: the same seed gives the same file, bit for bit
    #[arg(long, value_name = "SEED", default_value_t = 0, help_heading = "Sound")]
    pub seed: u64,

    /// How much may go.
    #[command(flatten)]
    pub limit: Limit,

    /// How much of the cleaned sound: 1 is only cleaned, 0 only the original
    #[arg(long, value_name = "0..1", default_value_t = 1.0, value_parser = fraction, help_heading = "Sound")]
    pub mix: f32,

    /// Treat all channels alike, so that nothing moves in the stereo image; without it each is cleaned for itself
    #[arg(long, help_heading = "Sound")]
    pub link_channels: bool,

    /// Seconds at the beginning of a file that are heard once before it is cleaned from its start, so that a voice or a
    /// noise is known there as it is later on; 0: none, as in real time
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = seconds, help_heading = "Sound")]
    pub pre_roll: f64,

    /// Which part is written
    #[arg(long, value_enum, default_value_t = Keep::Cleaned, help_heading = "Sound")]
    pub keep: Keep,

    /// Container of the output [default: from the name given to -o, otherwise wav]
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<Container>,

    /// Bits of a sample [default: as the input]
    #[arg(long, value_enum, value_name = "BITS", help_heading = "Output")]
    pub bit_depth: Option<Depth>,

    /// How the report is printed, on standard output (on standard error when the audio goes to standard output)
    #[arg(long, value_enum, default_value_t = Style::Human, help_heading = "Output")]
    pub report: Style,

    /// Draw the spectrogram before and after to a PNG file (several inputs: to a folder, as NAME.png)
    #[arg(long, value_name = "PNG|DIR", help_heading = "Output")]
    pub plot: Option<PathBuf>,

    /// What happens when the device fails in the middle of a file [default: cpu with --device auto, otherwise fail]
    #[arg(long, value_name = "WHAT", value_enum, help_heading = "Model")]
    pub on_device_loss: Option<OnDeviceLoss>,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

/// A number of reverse steps.
pub(super) fn steps() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=STEPS_MAX)
}

/// A number of files at a time.
pub(super) fn jobs() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=256)
}

/// A sampler, by the name that model cards use.
pub(super) fn sampler(typed: &str) -> Result<Sampler, String> {
    typed.parse().map_err(|error: crate::Error| match error {
        crate::Error::Setting { expected, .. } => format!("it must be {expected}"),
        other => other.to_string(),
    })
}

/// A limit in decibels, zero or more.
pub(super) fn decibels(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err("give decibels as a number from 0 up, for example 12".into()),
    }
}

/// Seconds of a file that are held in memory.
fn seconds(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(value) if (0.0..=60.0).contains(&value) => Ok(value),
        _ => Err("give seconds as a number from 0 to 60".into()),
    }
}

/// A share from nothing to all.
pub(super) fn fraction(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 (only the original) to 1 (only cleaned)".into()),
    }
}

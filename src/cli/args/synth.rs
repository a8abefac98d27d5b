//! `diffwav synth`, as typed, and what it shares with `diffwav vary`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::denoise::{jobs, sampler, steps};
use super::{Container, Depth, Runtime, Style};
use crate::diffusion::sampler::Sampler;

/// Most sounds of a class in one run.
const SOUNDS_MAX: u64 = 100_000;

/// `diffwav synth`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    diffwav synth --list                       the classes\n  \
    diffwav synth kick                         16 kicks: synth/kick-0.wav to synth/kick-15.wav\n  \
    diffwav synth all -n 4 --seed 100 -o kit   four of each class\n  \
    diffwav synth snare --velocity 120 --length 0.5 --normalise\n\n\
    The same model, engine, settings and seed give the same file, bit for bit, however many are made at a time.")]
pub struct Synth {
    /// What to make: classes (see --list), all for one after the other, or none for sounds of no class
    #[arg(value_name = "CLASS|all|none", required_unless_present = "list")]
    pub classes: Vec<String>,

    /// Name the classes and controls of the model, and stop there
    #[arg(long)]
    pub list: bool,

    /// Sounds of each class
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 16, value_parser = count())]
    pub count: usize,

    /// Length of each sound [default: the longest that the model makes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Sound")]
    pub length: Option<f32>,

    /// How hard it is struck, as in MIDI: sets the brightness and the level [default: brightness by the seed, full level]
    #[arg(long, value_name = "0..127", value_parser = clap::value_parser!(u8).range(0..=127), help_heading = "Sound")]
    pub velocity: Option<u8>,

    /// What all sounds have in common.
    #[command(flatten)]
    pub sound: Sound,

    /// The folder that the sounds go to, as CLASS-SEED.wav
    #[arg(short, long, value_name = "DIR", default_value = "synth")]
    pub output: PathBuf,

    /// Bring the peak of each sound to -1 dBFS
    #[arg(long, help_heading = "Output")]
    pub normalise: bool,

    /// How they are written.
    #[command(flatten)]
    pub saving: Saving,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

/// What a sound is made of.
#[derive(Debug, Clone, Args)]
pub struct Sound {
    /// Seed of the first sound; the others follow by one
    #[arg(long, value_name = "SEED", default_value_t = 0, help_heading = "Sound")]
    pub seed: u64,

    /// How bright, in standard deviations of the class: -2 to 2, 0 is typical [default: drawn by the seed]
    #[arg(
        long,
        value_name = "-2..2",
        allow_negative_numbers = true,
        help_heading = "Sound"
    )]
    pub brightness: Option<f32>,

    /// Any other control that the model has (see `diffwav synth --list`), in standard deviations of the class; repeatable
    #[arg(long = "control", value_name = "NAME=VALUE", value_parser = control, help_heading = "Sound")]
    pub controls: Vec<(String, f32)>,

    /// How strongly the class is followed; 0 runs the network half as often [default: what the model advises]
    #[arg(long, value_name = "SCALE", help_heading = "Sound")]
    pub guidance: Option<f32>,

    /// Reverse steps of the diffusion: more are slower and better [default: what the model advises]
    #[arg(long, value_name = "N", value_parser = steps(), help_heading = "Sound")]
    pub steps: Option<usize>,

    /// How the reverse steps are taken [default: what the model advises]
    #[arg(long, value_name = "SAMPLER", value_parser = sampler, help_heading = "Sound")]
    pub sampler: Option<Sampler>,
}

/// How sounds are written.
#[derive(Debug, Clone, Args)]
pub struct Saving {
    /// Container of the files
    #[arg(long, value_enum, default_value_t = Container::Wav, help_heading = "Output")]
    pub format: Container,

    /// Bits of a sample [default: 24, for variations as the input]
    #[arg(long, value_enum, value_name = "BITS", help_heading = "Output")]
    pub bit_depth: Option<Depth>,

    /// Replace files that exist already
    #[arg(long, help_heading = "Output")]
    pub overwrite: bool,

    /// Sounds made at the same time [default: one for each processor core]
    #[arg(short, long, value_name = "N", value_parser = jobs())]
    pub jobs: Option<usize>,

    /// How the report is printed, on standard output
    #[arg(long, value_enum, default_value_t = Style::Human, help_heading = "Output")]
    pub report: Style,
}

/// A number of sounds.
pub(super) fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=SOUNDS_MAX)
}

/// A length above zero.
fn seconds(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("give seconds as a number above 0, for example 0.5".into()),
    }
}

/// `length=1.5`
fn control(typed: &str) -> Result<(String, f32), String> {
    let parts = typed.split_once('=');
    match parts.and_then(|(name, value)| Some((name.trim().to_owned(), value.trim().parse().ok()?)))
    {
        Some((name, value)) if f32::is_finite(value) => Ok((name, value)),
        _ => Err("give a name and a number, for example length=1.5".into()),
    }
}

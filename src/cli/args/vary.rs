//! `diffwav vary`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::synth::count;
use super::{Runtime, Saving, Sound};

/// `diffwav vary`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    diffwav vary kick.wav                                eight variations beside it: kick.vary-0.wav to kick.vary-7.wav\n  \
    diffwav vary kick.wav --strength 0.2 --class kick    closer to the original, and kept a kick\n  \
    diffwav vary --dataset drums/ -n 4 -o more/          a whole folder tree, with more/manifest.csv\n  \
    diffwav vary --dataset drums/ --from-manifest more/manifest.csv -o again/    the same files again, bit for bit\n\n\
    A variation starts at the transient and is as long as its source from there, at most as the model's longest sound\n\
    (the rest is cut off, and the report says so). Its rate and channels are those of the source: each channel is varied\n\
    with the same noise, so channels that are equal stay equal. Strength 0 copies the samples of the source, all of them.")]
pub struct Vary {
    /// Sounds to vary; any format, rate and number of channels
    #[arg(value_name = "IN", required_unless_present = "dataset")]
    pub inputs: Vec<PathBuf>,

    /// Vary every recording of a folder and of those below it, and write a manifest that reproduces the result
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "inputs",
        requires = "output"
    )]
    pub dataset: Option<PathBuf>,

    /// Make what this manifest (CSV or JSON) of an earlier run lists, from the same sources
    #[arg(long, value_name = "FILE", requires = "dataset", conflicts_with_all = ["count", "strength", "class", "seed", "steps", "sampler", "guidance", "brightness", "controls", "bit_depth", "format"])]
    pub from_manifest: Option<PathBuf>,

    /// The manifest of --dataset; its name says CSV or JSON [default: manifest.csv in the output folder]
    #[arg(long, value_name = "FILE", requires = "dataset")]
    pub manifest: Option<PathBuf>,

    /// Variations of each sound
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 8, value_parser = count())]
    pub count: usize,

    /// How far from the sound: 0 is the sound itself, 1 has nothing of it left
    #[arg(long, value_name = "0..1", default_value_t = 0.4, value_parser = strength, help_heading = "Sound")]
    pub strength: f32,

    /// The class that the variations are drawn towards (see `diffwav synth --list`) [default: no class]
    #[arg(long, value_name = "CLASS", help_heading = "Sound")]
    pub class: Option<String>,

    /// What all sounds have in common.
    #[command(flatten)]
    pub sound: Sound,

    /// The folder that the variations go to, as NAME.vary-SEED.wav [default: beside each source]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// How they are written.
    #[command(flatten)]
    pub saving: Saving,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

fn strength(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 (the sound itself) to 1 (nothing of it left)".into()),
    }
}

//! `diffwav explain`: the ideas behind the program, made audible and visible on a recording.
//!
//! Three chapters: the forward process (noise comes), the smallest model that learns to undo it (one number), the
//! reverse process of the denoiser that ships (noise goes).

mod clip;
mod forward;
mod reverse;
mod toy;

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Runtime;
use super::exit::{Failure, Outcome};
use super::report;
use crate::Result;
use crate::io::{self, Container, Dither, Metadata, OutputSpec, SampleFormat, Target, Writer};
use crate::units::Hz;
use clip::Clip;

/// `diffwav explain`
#[derive(Debug, Args)]
#[command(after_help = "Example: diffwav explain voice.wav -o lesson/")]
pub struct Explain {
    /// The recording to explain it with; its first four seconds are used [default: one that ships]
    #[arg(value_name = "IN")]
    pub input: Option<PathBuf>,

    /// The folder for pictures and sounds
    #[arg(short, long, value_name = "DIR", default_value = "diffwav-explained")]
    pub output: PathBuf,

    /// Replace files that exist already
    #[arg(long)]
    pub overwrite: bool,

    /// Reverse steps of the last chapter
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub steps: usize,

    /// Seed of all noise: the same seed gives the same files
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,

    /// Which network runs in the last chapter
    #[command(flatten)]
    pub runtime: Runtime,
}

/// Writes the three chapters and says what to look at.
pub fn run(typed: &Explain) -> Outcome {
    let clip = Clip::open(typed.input.as_deref())?;
    let denoiser =
        reverse::Denoiser::new(typed).map_err(|error| Failure::setting("explain", error))?;
    let shelf = Shelf::open(&typed.output, typed.overwrite)?;
    let chapters = [
        forward::write(&clip, typed.seed, &shelf)?,
        toy::write(typed, &shelf)?,
        denoiser.write(&clip, typed.seed, &shelf)?,
    ];
    let mut text = chapters.join("\n");
    text += &format!("\nAll of it is in {}\n", typed.output.display());
    Ok(report::print(&text, &mut std::io::stdout())?)
}

/// The folder that everything goes to.
#[derive(Debug)]
struct Shelf {
    folder: PathBuf,
    overwrite: bool,
}

impl Shelf {
    fn open(folder: &Path, overwrite: bool) -> Result<Self> {
        io::folder::make(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            overwrite,
        })
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A mono sound as 24-bit WAV, made quieter by `gain`.
    fn sound(&self, name: &str, rate: Hz, sound: &[f32], gain: f32) -> Result<()> {
        let target = Target::File {
            path: self.place(name),
            overwrite: self.overwrite,
        };
        let spec = OutputSpec {
            rate,
            channels: 1,
            container: Container::Wav,
            sample: SampleFormat::Int24,
            channel_mask: None,
            frames: Some(sound.len() as u64),
            dither: Dither::Triangular { seed: 0 },
            riff_limit: u32::MAX.into(),
        };
        let mut writer = Writer::create(&target, &spec, Metadata::default())?;
        let scaled: Vec<f32> = sound.iter().map(|sample| gain * sample).collect();
        writer.write(&[&scaled])?;
        writer.finish().map(drop)
    }
}

/// The gain with which none of these sounds clips; 1 when none would.
fn headroom<'a>(sounds: impl Iterator<Item = &'a [f32]>) -> f32 {
    let peak = sounds
        .flatten()
        .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    (0.99 / peak.max(0.99)).min(1.0)
}

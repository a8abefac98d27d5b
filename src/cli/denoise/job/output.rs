//! What a job writes: the sound, and the picture.

use std::path::Path;

use crate::Result;
use crate::cli::args::{Container, Depth};
use crate::cli::plan::{Job, Target};
use crate::cli::plot::{Labels, Plot};
use crate::cli::report;
use crate::cli::runtime::Shared;
use crate::engine::mix::Gains;
use crate::io::{self, Dither, OutputSpec, Reader, SampleFormat, Writer};

/// Opens the output, with what the input says about the recording.
pub fn create(job: &Job, reader: &Reader, shared: &Shared) -> Result<Writer> {
    let target = match &job.target {
        Target::Stdout => io::Target::Stdout,
        Target::File(path) => {
            io::folder::make_for(path)?;
            io::Target::File {
                path: path.clone(),
                overwrite: shared.overwrite,
            }
        }
    };
    let mut output = OutputSpec::like(reader.spec());
    output.container = match job.container {
        Container::Wav => io::Container::Wav,
        Container::Flac => io::Container::Flac,
    };
    output.sample = match job.depth {
        Some(Depth::Int16) => SampleFormat::Int16,
        Some(Depth::Int24) => SampleFormat::Int24,
        Some(Depth::Float32) => SampleFormat::Float32,
        // FLAC holds integers of up to 24 bits here.
        None if job.container == Container::Flac && output.sample.bits() > 24 => {
            SampleFormat::Int24
        }
        None => output.sample,
    };
    // A signal that nothing was done to is on the steps of its integers already.
    let untouched = Gains::new(&shared.settings).wet == 0.0;
    if untouched && output.sample.bits() >= reader.spec().sample.bits() {
        output.dither = Dither::Off;
    }
    Writer::create(&target, &output, reader.metadata().clone())
}

/// The title and the notes of the picture.
pub fn labels(job: &Job, process: &report::Process, reduction: Option<f64>) -> Labels {
    let title = match &job.source {
        io::Source::File(path) => path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        io::Source::Stdin => "standard input".into(),
    };
    let reduction = reduction
        .map(|db| format!(", pauses {db:.1} dB quieter"))
        .unwrap_or_default();
    let notes = format!(
        "{}, {} x {}{reduction}",
        process.model, process.steps, process.sampler
    );
    Labels { title, notes }
}

/// Draws the picture and writes it.
pub fn draw(plot: &mut Plot, labels: &Labels, path: &Path, overwrite: bool) -> Result<()> {
    io::folder::make_for(path)?;
    plot.draw(labels).save(path, overwrite)
}

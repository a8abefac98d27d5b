//! One file: read mel frames or a recording, make the sound, write it. Chunk by chunk.

use std::path::Path;

use super::outputs::Job;
use super::{Done, Shared, frames};
use crate::Result;
use crate::cli::args::{Container, Depth};
use crate::cli::cancel;
use crate::cli::progress::{Progress, Stopwatch};
use crate::cli::runtime::engine_and_device;
use crate::engine::recipe::Recipe;
use crate::engine::vocode::{self, CopySynthesis, Vocoder};
use crate::io::{self, Dither, Metadata, OutputSpec, Reader, SampleFormat, Source, Writer};
use crate::model::{self, Loaded, Network, pace};
use crate::units::{Frames, Hz};

/// Frames of a recording that are read at a time.
const CHUNK: usize = 16_384;
/// Mel frames that are pushed at a time.
const MEL_CHUNK: usize = 64;

/// Makes one file. On an error nothing of it is left.
///
/// # Errors
/// Of reading, of writing, of the network; [`crate::Error::Interrupted`] after Ctrl-C.
pub fn run(job: &Job, shared: &Shared, recipe: &Recipe, loaded: Option<Loaded>) -> Result<Done> {
    let watch = Stopwatch::start();
    let loaded = match loaded {
        Some(loaded) => loaded,
        None => model::load(&shared.model, &shared.options)?,
    };
    let is_mel = job
        .input
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("npy"));
    let made = if is_mel {
        from_mel(job, shared, loaded.network)?
    } else {
        from_recording(job, shared, loaded.network)?
    };
    let card = &shared.model.card;
    let (engine, device) = engine_and_device(&made.engine);
    let (duration, seconds) = (made.rate.seconds(made.frames), watch.seconds());
    Ok(Done {
        input: job.input.display().to_string(),
        output: job.output.display().to_string(),
        model: card.name.clone(),
        model_version: card.version.clone(),
        model_licence: card.licence.clone(),
        engine,
        device,
        not_used: loaded.notes,
        steps: recipe.steps,
        sampler: recipe.sampler.to_string(),
        projections: shared
            .choice
            .projections
            .unwrap_or(card.project.map_or(0, |project| project.stages)),
        seed: shared.choice.settings.seed,
        duration,
        sample_rate: made.rate.0,
        channels: made.channels,
        latency_ms: Frames(made.delay).milliseconds(Hz(card.sample_rate)),
        seconds,
        speed: duration / seconds.max(1e-9),
        warnings: made.warnings,
    })
}

/// What was written.
struct Made {
    frames: u64,
    rate: Hz,
    channels: u16,
    engine: String,
    delay: u64,
    warnings: Vec<String>,
}

fn from_mel(job: &Job, shared: &Shared, mut network: Box<dyn Network>) -> Result<Made> {
    let mel = vocode::definition(&shared.model.card)?;
    let frames::Frames {
        values,
        mut warnings,
    } = frames::read(&job.input, &mel)?;
    let rate = Hz(mel.rate);
    let frames = (values.len() / mel.bands * mel.hop) as u64;
    let spec = OutputSpec {
        rate,
        channels: 1,
        container: io::Container::Wav,
        sample: SampleFormat::Int16,
        channel_mask: None,
        frames: Some(frames),
        dither: Dither::Triangular { seed: 0 },
        riff_limit: u32::MAX.into(),
    };
    let mut writer = create(job, shared, spec, Metadata::default())?;
    let call = pace::frames_per_call(&mut *network, 1);
    let mut vocoder = Vocoder::new(network, 1, call, &shared.choice)?;
    let progress = progress(&job.input, Some(rate.seconds(frames)));
    let mut write = |out: &[&[f32]]| put(&mut writer, &progress, rate, out);
    for chunk in values.chunks(MEL_CHUNK * mel.bands) {
        vocoder.push(&[chunk], &mut write)?;
    }
    vocoder.finish(&mut write)?;
    progress.finish();
    warnings.extend(writer.warnings().iter().map(ToString::to_string));
    close(writer, &mut warnings)?;
    Ok(Made {
        frames,
        rate,
        channels: 1,
        engine: vocoder.network().engine().to_owned(),
        delay: vocoder.delay(),
        warnings,
    })
}

fn from_recording(job: &Job, shared: &Shared, mut network: Box<dyn Network>) -> Result<Made> {
    let mut reader = Reader::open(&Source::File(job.input.clone()))?;
    let spec = reader.spec().clone();
    let mut writer = create(
        job,
        shared,
        OutputSpec::like(&spec),
        reader.metadata().clone(),
    )?;
    let channels = usize::from(spec.channels);
    let call = pace::frames_per_call(&mut *network, channels);
    let mut copy = CopySynthesis::new(network, spec.rate, channels, call, &shared.choice)?;
    let (engine, delay) = (
        copy.vocoder().network().engine().to_owned(),
        copy.vocoder().delay(),
    );
    let progress = progress(
        &job.input,
        spec.frames.map(|frames| spec.rate.seconds(frames)),
    );
    let mut write = |out: &[&[f32]]| put(&mut writer, &progress, spec.rate, out);
    let (mut planar, mut total) = (Vec::new(), 0);
    loop {
        let frames = reader.read(&mut planar, CHUNK)?;
        if frames == 0 {
            break;
        }
        total += frames as u64;
        let chunk: Vec<&[f32]> = planar.iter().map(Vec::as_slice).collect();
        copy.push(&chunk, &mut write)?;
    }
    copy.finish(&mut write)?;
    progress.finish();
    let mut warnings: Vec<String> = reader.warnings().iter().map(ToString::to_string).collect();
    warnings.extend(writer.warnings().iter().map(ToString::to_string));
    close(writer, &mut warnings)?;
    Ok(Made {
        frames: total,
        rate: spec.rate,
        channels: spec.channels,
        engine,
        delay,
        warnings,
    })
}

fn progress(input: &Path, seconds: Option<f64>) -> Progress {
    let progress = Progress::new(seconds);
    progress.name(input.display().to_string());
    progress
}

fn put(writer: &mut Writer, progress: &Progress, rate: Hz, out: &[&[f32]]) -> Result<()> {
    cancel::check()?;
    writer.write(out)?;
    progress.advance(rate.seconds(out.first().map_or(0, |channel| channel.len()) as u64));
    Ok(())
}

/// Lets the file appear; says so if it had to be clipped.
fn close(writer: Writer, warnings: &mut Vec<String>) -> Result<()> {
    let written = writer.finish()?;
    if written.clipped > 0 {
        warnings.push(format!(
            "{} samples were beyond full scale and clipped; --bit-depth 32f keeps them",
            written.clipped
        ));
    }
    Ok(())
}

fn create(job: &Job, shared: &Shared, mut spec: OutputSpec, metadata: Metadata) -> Result<Writer> {
    spec.container = match job.container {
        Container::Wav => io::Container::Wav,
        Container::Flac => io::Container::Flac,
    };
    spec.sample = match job.depth {
        Some(Depth::Int16) => SampleFormat::Int16,
        Some(Depth::Int24) => SampleFormat::Int24,
        Some(Depth::Float32) => SampleFormat::Float32,
        // FLAC holds integers of up to 24 bits here.
        None if job.container == Container::Flac && spec.sample.bits() > 24 => SampleFormat::Int24,
        None => spec.sample,
    };
    io::folder::make_for(&job.output)?;
    let target = io::Target::File {
        path: job.output.clone(),
        overwrite: shared.overwrite,
    };
    Writer::create(&target, &spec, metadata)
}

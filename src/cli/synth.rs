//! `diffwav synth`: sounds from noise.

mod report;

use std::path::PathBuf;

use super::args::{Container, Depth, Synth};
use super::exit::{Failure, Outcome};
use super::plan::outputs;
use super::progress::{Progress, Stopwatch};
use super::studio::{self, Form, Saved, Studio};
use super::{cancel, report as printing};
use crate::engine::generate::{Generator, Request, Velocity};
use crate::io::SampleFormat;
use crate::model::card::Card;
use crate::units::{Db, Hz};
use crate::{Error, Result};

/// Where peaks go with `--normalise`.
const PEAK: Db = Db(-1.0);

/// One sound.
#[derive(Debug, Clone)]
struct Job {
    /// Name of its class, or "none".
    class: String,
    request: Request,
    path: PathBuf,
}

/// Plans, makes, writes and reports.
pub fn run(typed: &Synth) -> Outcome {
    let studio = Studio::open(
        "synth",
        &typed.runtime,
        typed.sound.steps,
        typed.sound.sampler,
    )?;
    let mut out = std::io::stdout();
    if typed.list {
        printing::print(&report::list(studio.card(), studio.seconds_max()), &mut out)?;
        return Ok(());
    }
    if typed.saving.format == Container::Flac && typed.saving.bit_depth == Some(Depth::Float32) {
        let message = "FLAC has no floating point: use --bit-depth 24, or --format wav";
        return Err(Failure::usage("synth", message));
    }
    let jobs = plan(typed, &studio)?;
    cancel::listen();
    let watch = Stopwatch::start();
    let seconds: f64 = jobs.iter().map(|job| f64::from(job.request.seconds)).sum();
    let progress = Progress::new(Some(seconds));
    let gain = match typed.velocity {
        Some(velocity) => Velocity::new(velocity)?.amplitude(),
        None => 1.0,
    };
    let calls: Vec<&[Job]> = jobs.chunks(studio.together()).collect();
    let done = studio.run(&calls, typed.saving.jobs, |generator, jobs| {
        make(typed, generator, jobs, gain, &progress)
    });
    progress.finish();
    let mut failure = None;
    let mut files = Vec::new();
    for (jobs, done) in calls.iter().zip(done) {
        match done {
            Ok(saved) => files.extend(jobs.iter().zip(saved).map(|(job, saved)| {
                report::File::new(job.path.display(), &job.class, &job.request, saved)
            })),
            // The first one is said; what was finished is reported too.
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    let run = report::Run {
        diffwav: env!("CARGO_PKG_VERSION"),
        about: studio.about.clone(),
        sample_rate: studio.card().sample_rate,
        guidance: jobs.first().map_or(0.0, |job| job.request.guidance),
        files,
        work_seconds: watch.seconds(),
    };
    run.print(&typed.output, typed.saving.report, &mut out)?;
    match (cancel::requested(), failure) {
        (true, Some(_)) => Err(Error::Interrupted.into()),
        (_, Some(error)) => Err(error.into()),
        (_, None) => Ok(()),
    }
}

/// Every sound, checked before the first is made.
fn plan(typed: &Synth, studio: &Studio) -> Result<Vec<Job>, Failure> {
    let card = studio.card();
    let mut jobs = Vec::new();
    for class in classes(&typed.classes, card)? {
        let mut request = studio::request("synth", card, class, &typed.sound)?;
        request.seconds = typed.length.unwrap_or(studio.seconds_max());
        if let (Some(velocity), None) = (typed.velocity, typed.sound.brightness) {
            strike(&mut request, card, Velocity::new(velocity)?);
        }
        request
            .check(card, studio.seconds_max())
            .map_err(|error| Failure::setting("synth", error))?;
        let class = class.unwrap_or("none");
        for index in 0..typed.count {
            let seed = typed.sound.seed.wrapping_add(index as u64);
            let name = format!("{class}-{seed}.{}", typed.saving.format.extension());
            jobs.push(Job {
                class: class.to_owned(),
                request: Request {
                    seed,
                    ..request.clone()
                },
                path: typed.output.join(name),
            });
        }
    }
    for job in &jobs {
        outputs::free(&job.path, typed.saving.overwrite)?;
    }
    Ok(jobs)
}

/// The classes that were named, each once; `None` for no class.
fn classes<'a>(named: &'a [String], card: &'a Card) -> Result<Vec<Option<&'a str>>, Failure> {
    let mut classes: Vec<Option<&str>> = Vec::new();
    for name in named {
        match name.as_str() {
            "all" if card.labels.is_empty() => {
                let message = format!("the model {} has no classes: use none", card.name);
                return Err(Failure::usage("synth", message));
            }
            "all" => classes.extend(card.labels.iter().map(|label| Some(label.as_str()))),
            "none" => classes.push(None),
            class => classes.push(Some(class)),
        }
    }
    let mut seen = std::collections::HashSet::new();
    classes.retain(|class| seen.insert(*class));
    Ok(classes)
}

/// What is struck harder is brighter, where the model knows brightness.
fn strike(request: &mut Request, card: &Card, velocity: Velocity) {
    for (value, control) in request.controls.iter_mut().zip(&card.controls) {
        if control.name == "brightness" && value.is_none() {
            *value = Some(velocity.brightness().clamp(control.min, control.max));
        }
    }
}

fn make(
    typed: &Synth,
    generator: &mut Generator,
    jobs: &[Job],
    gain: f32,
    progress: &Progress,
) -> Result<Vec<Saved>> {
    let requests: Vec<Request> = jobs.iter().map(|job| job.request.clone()).collect();
    let sounds = generator.generate(&requests)?;
    let rate = Hz(generator.card().sample_rate);
    let mut saved = Vec::with_capacity(jobs.len());
    for (job, mut sound) in jobs.iter().zip(sounds) {
        cancel::check()?;
        let peak = sound.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        let level = match typed.normalise && peak > 0.0 {
            true => gain * PEAK.amplitude() / peak,
            false => gain,
        };
        sound.iter_mut().for_each(|sample| *sample *= level);
        let form = Form {
            rate,
            container: typed.saving.format,
            sample: studio::depth(typed.saving.bit_depth, SampleFormat::Int24),
            dither: Some(job.request.seed),
            overwrite: typed.saving.overwrite,
        };
        let seconds = rate.seconds(sound.len() as u64);
        saved.push(studio::save(&job.path, &[sound], form)?);
        progress.name(job.path.display().to_string());
        progress.advance(seconds);
    }
    Ok(saved)
}

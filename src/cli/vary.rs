//! `diffwav vary`: variations of own sounds, one by one or a whole folder with a manifest.

mod csv;
mod manifest;
mod own;
mod plan;
mod report;
mod work;

use super::args::{Style, Vary};
use super::exit::{Failure, Outcome};
use super::progress::{Progress, Stopwatch};
use super::studio::Studio;
use super::{cancel, plan as denoise_plan};
use crate::Error;
use manifest::Manifest;
use plan::Plan;
use work::Made;

/// Plans, makes, writes and reports.
pub fn run(typed: &Vary) -> Outcome {
    let earlier = match &typed.from_manifest {
        Some(path) => Some(Manifest::read(path)?),
        None => None,
    };
    let (steps, sampler) = match &earlier {
        Some(manifest) => manifest.process()?,
        None => (typed.sound.steps, typed.sound.sampler),
    };
    let mut runtime = typed.runtime.clone();
    if let (Some(manifest), None) = (&earlier, &runtime.model) {
        runtime.model = manifest.model();
    }
    let studio = Studio::open("vary", &runtime, steps, sampler)?;
    let plan = match &earlier {
        Some(manifest) => Plan::again(typed, manifest, &studio)?,
        None => Plan::new(typed, &studio)?,
    };
    cancel::listen();
    let watch = Stopwatch::start();
    let progress = Progress::new(None);
    let done = studio.run(&plan.jobs, typed.saving.jobs, |generator, job| {
        work::vary(&studio, generator, job, typed.saving.overwrite, &progress)
    });
    progress.finish();
    let mut failures: Vec<(String, Error)> = plan
        .refused
        .into_iter()
        .map(|(source, error)| (denoise_plan::name(&source), error))
        .collect();
    let mut made: Vec<Made> = Vec::new();
    for (job, done) in plan.jobs.iter().zip(done) {
        match done {
            Ok(mut more) => made.append(&mut more),
            Err(error) => failures.push((job.source.display().to_string(), error)),
        }
    }
    let manifest = plan.manifest.filter(|_| !made.is_empty());
    if let Some(path) = &manifest {
        Manifest::of(&studio, &made).write(path, typed.saving.overwrite)?;
    }
    let interrupted = failures
        .iter()
        .any(|(_, error)| matches!(error, Error::Interrupted));
    if let ([(_, error)], true) = (failures.as_mut_slice(), made.is_empty())
        && typed.saving.report != Style::Json
    {
        return Err(Failure::Error(std::mem::replace(error, Error::Interrupted)));
    }
    for (_, error) in failures
        .iter()
        .filter(|(_, error)| !matches!(error, Error::Interrupted))
    {
        eprintln!("error: {error}");
    }
    let changed = changed(earlier.as_ref(), &made, &studio);
    report::Run {
        diffwav: env!("CARGO_PKG_VERSION"),
        about: studio.about.clone(),
        files: made.iter().map(report::File::new).collect(),
        failed: failures
            .iter()
            .map(|(source, error)| report::Failed::new(source, error))
            .collect(),
        manifest: manifest.map(|path| path.display().to_string()),
        work_seconds: watch.seconds(),
    }
    .print(typed.saving.report)?;
    match (interrupted, failures.is_empty() && !changed) {
        (true, _) => Err(Error::Interrupted.into()),
        (false, true) => Ok(()),
        (false, false) => Err(Failure::Reported),
    }
}

/// Says which files are not what the manifest lists.
fn changed(earlier: Option<&Manifest>, made: &[Made], studio: &Studio) -> bool {
    let Some(manifest) = earlier else {
        return false;
    };
    let different = manifest.different(made);
    if let Some(first) = different.first() {
        eprintln!(
            "error: {} of {} files are not what the manifest lists, the first is {first}; it was made with {}, this is {} on {}",
            different.len(),
            made.len(),
            manifest.engine(),
            studio.about.engine,
            studio.about.device
        );
    }
    !different.is_empty()
}

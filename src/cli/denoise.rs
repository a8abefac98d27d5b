//! `diffwav denoise`: every job of the plan, several at a time, and the report.

mod groups;
mod job;

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::args::{Denoise, Style};
use super::exit::{Failure, Outcome};
use super::plan::{self, Plan};
use super::progress::{Progress, Stopwatch};
use super::runtime::Prepared;
use super::{cancel, report};
use crate::error::device;
use crate::io::Reader;
use crate::{Error, Result};
use job::Worker;

/// Plans, runs and reports.
pub fn run(typed: &Denoise) -> Outcome {
    let plan = Plan::make(typed)?;
    let prepared = Prepared::new(typed)?;
    let mut out: Box<dyn Write> = if plan.writes_to_stdout() {
        Box::new(std::io::stderr())
    } else {
        Box::new(std::io::stdout())
    };
    if typed.dry_run {
        return dry_run(&plan, &prepared, &mut out);
    }
    cancel::listen();
    let watch = Stopwatch::start();
    let progress = Progress::new(total_seconds(&plan));
    let mut ended = run_jobs(&plan, prepared, &progress);
    progress.finish();
    ended.splice(
        0..0,
        plan.refused
            .into_iter()
            .map(|(source, error)| (plan::name(&source), Err(error))),
    );
    if let [(_, Err(error))] = ended.as_mut_slice()
        && typed.report != Style::Json
    {
        return Err(Failure::Error(std::mem::replace(error, Error::Interrupted)));
    }
    conclude(ended, watch, typed.report, &mut out)
}

/// What became of an input, by its name.
type Ended = (String, Result<report::Done>);

/// Runs the jobs on as many threads as planned, or side by side in the calls of a device; the results come in the order
/// of the plan.
fn run_jobs(plan: &Plan, prepared: Prepared, progress: &Progress) -> Vec<Ended> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<report::Done>>>> =
        plan.jobs.iter().map(|_| Mutex::new(None)).collect();
    let (settings, mut first) = prepared.split();
    let device = first
        .as_ref()
        .is_some_and(|loaded| device(loaded.network.engine()).is_some());
    // Linked channels are all of a call.
    let (threads, groups) = if device && !settings.settings.link {
        (1, groups::together(&plan.jobs, plan.workers))
    } else {
        (plan.workers, groups::alone(&plan.jobs))
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let mut worker = Worker::new(&settings, first.take());
            let (next, results, groups) = (&next, &results, &groups);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(group) = groups.get(index) else {
                        break;
                    };
                    if cancel::check().is_err() {
                        break;
                    }
                    let jobs: Vec<_> = group.iter().map(|job| &plan.jobs[*job]).collect();
                    let outcomes = worker.run(&jobs, progress);
                    for (outcome, job) in outcomes.into_iter().zip(group) {
                        if let Ok(mut slot) = results[*job].lock() {
                            *slot = Some(outcome);
                        }
                    }
                }
            });
        }
    });
    let results = results.into_iter().map(|slot| {
        slot.into_inner()
            .ok()
            .flatten()
            .unwrap_or(Err(Error::Interrupted))
    });
    plan.jobs
        .iter()
        .map(|job| plan::name(&job.source))
        .zip(results)
        .collect()
}

/// Prints failures and the report, and says what it comes to.
fn conclude(ended: Vec<Ended>, watch: Stopwatch, style: Style, out: &mut dyn Write) -> Outcome {
    let mut failed = false;
    let mut files = Vec::new();
    for (input, result) in ended {
        match result {
            Ok(done) => files.push(report::File::Done(Box::new(done))),
            Err(Error::OutputClosed) => return Ok(()),
            Err(error) => {
                failed = true;
                if !matches!(error, Error::Interrupted) {
                    eprintln!("error: {error}");
                }
                files.push(report::File::Failed {
                    input,
                    error: error.to_string(),
                });
            }
        }
    }
    report::Run::new(files, watch.seconds()).print(style, out)?;
    match (failed, cancel::requested()) {
        (true, true) => Err(Error::Interrupted.into()),
        (true, false) => Err(Failure::Reported),
        (false, _) => Ok(()),
    }
}

/// The length of all the audio, where every header says it.
fn total_seconds(plan: &Plan) -> Option<f64> {
    plan.jobs
        .iter()
        .map(|job| match &job.source {
            crate::io::Source::Stdin => None,
            source => {
                let reader = Reader::open(source).ok()?;
                Some(reader.spec().rate.seconds(reader.spec().frames?))
            }
        })
        .sum()
}

/// Says what would be done.
fn dry_run(plan: &Plan, prepared: &Prepared, out: &mut dyn Write) -> Outcome {
    let mut text = format!("{}\n", prepared.describe());
    let mut failed = !plan.refused.is_empty();
    for (_, error) in &plan.refused {
        eprintln!("error: {error}");
    }
    for job in &plan.jobs {
        let opened = match &job.source {
            crate::io::Source::Stdin => Ok(String::new()),
            source => Reader::open(source).map(|reader| {
                let spec = reader.spec();
                format!("  ({}, {} channels)", spec.rate, spec.channels)
            }),
        };
        match opened {
            Ok(form) => {
                let plot = job
                    .plot
                    .as_ref()
                    .map(|path| format!(" and {}", path.display()))
                    .unwrap_or_default();
                text += &format!("{} → {}{plot}{form}\n", plan::name(&job.source), job.target);
            }
            Err(error) => {
                failed = true;
                eprintln!("error: {error}");
            }
        }
    }
    report::print(&text, out)?;
    if failed {
        Err(Failure::Reported)
    } else {
        Ok(())
    }
}

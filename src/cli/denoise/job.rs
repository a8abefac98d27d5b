//! Files on their way: read, clean, measure, write. Chunk by chunk, in constant memory.

mod output;
mod pump;
#[cfg(test)]
mod tests;
mod track;

use crate::cli::plan::{self, Job, Target};
use crate::cli::progress::{Progress, Stopwatch};
use crate::cli::report;
use crate::cli::runtime::Shared;
use crate::engine::{Format, Offline};
use crate::io;
use crate::model::{self, Device, Loaded, Options, pace};
use crate::units::Hz;
use crate::{Error, Result};
use pump::{pre_roll, pump};
use track::Track;

/// Works on one file after the other, or on several side by side, and keeps the engine while their form stays the same.
pub struct Worker<'a> {
    shared: &'a Shared,
    loaded: Option<Loaded>,
    engine: Option<(Offline, Vec<String>)>,
    /// Why the device is not used any more.
    lost: Option<String>,
}

impl<'a> Worker<'a> {
    /// A worker; the network may have been loaded already.
    pub fn new(shared: &'a Shared, loaded: Option<Loaded>) -> Self {
        Self {
            shared,
            loaded,
            engine: None,
            lost: None,
        }
    }

    /// Processes files of one sample rate, in the same calls of the network; what fails for one of them is no matter to
    /// the others. On an error nothing of its output is left.
    ///
    /// A file whose device fails is done again from its start on the processor, where that was asked for and where its
    /// input can be read twice: so it is, bit for bit, what the processor alone would have made of it.
    ///
    /// The results are in the order of the jobs. Errors are of reading, of writing, of the network;
    /// [`Error::Interrupted`] after Ctrl-C.
    pub fn run(&mut self, jobs: &[&Job], progress: &Progress) -> Vec<Result<report::Done>> {
        let outcomes = self.attempt(jobs, progress);
        let again = outcomes
            .into_iter()
            .zip(jobs)
            .map(|(outcome, job)| match outcome {
                Err(error) if error.lost_device().is_some() => self.rescue(job, error, progress),
                outcome => outcome,
            });
        again.collect()
    }

    /// The same file on the processor, after its device was lost.
    fn rescue(&mut self, job: &Job, error: Error, progress: &Progress) -> Result<report::Done> {
        let twice = matches!(
            (&job.source, &job.target),
            (io::Source::File(_), Target::File(_))
        );
        if !self.shared.rescue || !twice {
            return Err(error);
        }
        self.lost.get_or_insert_with(|| error.to_string());
        let outcome = self.attempt(&[job], progress).pop();
        let mut outcome = outcome.unwrap_or(Err(Error::Interrupted))?;
        outcome.warnings.push(format!(
            "the device failed, so this file was done from its start on the CPU: {error}"
        ));
        Ok(outcome)
    }

    fn attempt(&mut self, jobs: &[&Job], progress: &Progress) -> Vec<Result<report::Done>> {
        let watch = Stopwatch::start();
        let mut tracks: Vec<Result<Track<'_>>> = jobs
            .iter()
            .map(|job| {
                progress.name(plan::name(&job.source));
                Track::open(job)
            })
            .collect();
        match self.carry(&mut tracks, progress) {
            Ok((engine, notes)) => {
                let rate = engine.format().rate;
                let process = self
                    .shared
                    .process(engine.engine(), &notes, engine.delay(), rate);
                self.engine = Some((engine, notes));
                let finish = |track: Track<'_>| track.finish(self.shared, &process, watch);
                tracks
                    .into_iter()
                    .map(|track| track.and_then(finish))
                    .collect()
            }
            // An engine that failed in the middle is not used again.
            Err(error) => {
                let copy = again(&error);
                let mut error = Some(error);
                let mut abandon = |track: Track<'_>| {
                    let own = track.abandon(progress).or_else(|| error.take());
                    Err(own.unwrap_or_else(|| again(&copy)))
                };
                tracks
                    .into_iter()
                    .map(|track| track.and_then(&mut abandon))
                    .collect()
            }
        }
    }

    /// Moves the files that could be opened through one engine.
    ///
    /// # Errors
    /// Of the engine; of whatever kind when each file has failed by itself.
    fn carry(
        &mut self,
        tracks: &mut [Result<Track<'_>>],
        progress: &Progress,
    ) -> Result<(Offline, Vec<String>)> {
        let mut open: Vec<&mut Track<'_>> = tracks.iter_mut().flatten().collect();
        let rate = open.first().map(|track| track.rate());
        let rate = rate.ok_or(Error::Interrupted)?;
        let channels = open.iter().map(|track| track.channels()).sum();
        let (mut engine, notes) = self.engine(rate, channels)?;
        open.iter_mut().for_each(|track| track.begin(self.shared));
        pre_roll(&mut open, &mut engine, self.shared.pre_roll)?;
        pump(&mut open, &mut engine, progress)?;
        Ok((engine, notes))
    }

    /// The engine of the last files if it fits, otherwise a new one.
    fn engine(&mut self, rate: Hz, channels: usize) -> Result<(Offline, Vec<String>)> {
        if let Some((engine, notes)) = self.engine.take() {
            let format = engine.format();
            if format.rate == rate && format.channels == channels {
                return Ok((engine, notes));
            }
        }
        let Loaded {
            mut network,
            mut notes,
        } = match (self.loaded.take(), &self.lost) {
            (Some(loaded), None) => loaded,
            (None, None) => model::load(&self.shared.model, &self.shared.options)?,
            (_, Some(_)) => {
                let options = Options {
                    device: Device::Cpu,
                    ..self.shared.options.clone()
                };
                model::load(&self.shared.model, &options)?
            }
        };
        notes.extend(
            self.lost
                .iter()
                .map(|lost| format!("the device is not used any more: {lost}")),
        );
        let format = Format {
            rate,
            channels,
            frames_per_call: pace::frames_per_call(&mut *network, channels),
        };
        Ok((Offline::new(network, format, &self.shared.settings)?, notes))
    }
}

/// The error of an engine once more, for another file that it carried.
fn again(error: &Error) -> Error {
    match error {
        Error::Inference {
            engine,
            problem,
            alternative,
        } => Error::Inference {
            engine: engine.clone(),
            problem: problem.clone(),
            alternative,
        },
        Error::Interrupted => Error::Interrupted,
        other => Error::Stream {
            action: "run the network",
            source: std::io::Error::other(other.to_string()),
        },
    }
}

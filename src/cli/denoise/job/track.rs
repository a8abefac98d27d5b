//! A file on its way through an engine that may carry others beside it.

use std::collections::VecDeque;

use super::output::{create, draw, labels};
use crate::cli::measure::Meters;
use crate::cli::plan::{self, Job};
use crate::cli::plot::Plot;
use crate::cli::progress::{Progress, Stopwatch};
use crate::cli::report;
use crate::cli::runtime::Shared;
use crate::io::{Reader, Writer};
use crate::units::Hz;
use crate::{Error, Result};

/// One file: what is read, what is written, and what listens to both.
pub struct Track<'a> {
    job: &'a Job,
    reader: Reader,
    /// Once the engine is there, and as long as nothing failed.
    writer: Option<Writer>,
    meters: Meters,
    plot: Option<Plot>,
    /// What the reader gave last.
    planar: Vec<Vec<f32>>,
    /// What was read to be heard before the file begins, and is still to be given out.
    held: Vec<VecDeque<f32>>,
    read: u64,
    written: u64,
    ended: bool,
    failure: Option<Error>,
}

impl<'a> Track<'a> {
    /// Opens the input.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open(job: &'a Job) -> Result<Self> {
        let reader = Reader::open(&job.source)?;
        let (rate, channels) = (reader.spec().rate, reader.spec().channels);
        Ok(Self {
            job,
            reader,
            writer: None,
            meters: Meters::new(rate, channels.into()),
            plot: job.plot.as_ref().map(|_| Plot::new(rate)),
            planar: Vec::new(),
            held: Vec::new(),
            read: 0,
            written: 0,
            ended: false,
            failure: None,
        })
    }

    /// Sample rate of the file.
    pub fn rate(&self) -> Hz {
        self.reader.spec().rate
    }

    /// Channels of the file.
    pub fn channels(&self) -> usize {
        self.reader.spec().channels.into()
    }

    /// Opens the output; a failure is kept.
    pub fn begin(&mut self, shared: &Shared) {
        match create(self.job, &self.reader, shared) {
            Ok(writer) => self.writer = Some(writer),
            Err(error) => self.fail(error),
        }
    }

    /// Whether there is nothing more to do for this file.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Reads the first frames of the file, at most `most`, and keeps them; [`read`](Self::read) still gives them.
    pub fn hold(&mut self, most: usize) {
        let mut held = vec![Vec::new(); self.channels()];
        self.read(&mut held, most);
        self.held = held.into_iter().map(VecDeque::from).collect();
    }

    /// What is held, channel by channel.
    pub fn held(&self) -> &[VecDeque<f32>] {
        &self.held
    }

    /// Appends the next frames, at most `most`, to `block`, one `Vec` a channel: none only at the end, or after a
    /// failure, which is kept. Returns their number.
    pub fn read(&mut self, block: &mut [Vec<f32>], most: usize) -> usize {
        let held = self.held.first().map_or(0, VecDeque::len).min(most);
        if held > 0 {
            for (to, from) in block.iter_mut().zip(&mut self.held) {
                to.extend(from.drain(..held));
            }
            return held;
        }
        let mut frames = 0;
        while frames < most && !self.ended {
            match self.reader.read(&mut self.planar, most - frames) {
                Ok(0) => self.ended = true,
                Ok(more) => {
                    let chunk: Vec<&[f32]> = self.planar.iter().map(Vec::as_slice).collect();
                    self.meters.before(&chunk);
                    if let Some(plot) = &mut self.plot {
                        plot.before(&chunk);
                    }
                    for (to, from) in block.iter_mut().zip(chunk) {
                        to.extend_from_slice(from);
                    }
                    frames += more;
                }
                Err(error) => self.fail(error),
            }
        }
        self.read += frames as u64;
        frames
    }

    /// Writes what came out of the engine, as far as the file goes: behind its end there is silence. A failure is kept.
    pub fn write(&mut self, out: &[&[f32]], progress: &Progress) {
        let there = out.first().map_or(0, |channel| channel.len());
        let frames = there.min((self.read - self.written) as usize);
        let (Some(writer), 1..) = (&mut self.writer, frames) else {
            return;
        };
        let out: Vec<&[f32]> = out.iter().map(|channel| &channel[..frames]).collect();
        self.meters.after(&out);
        if let Some(plot) = &mut self.plot {
            plot.after(&out);
        }
        match writer.write(&out) {
            Ok(()) => {
                self.written += frames as u64;
                progress.advance(self.rate().seconds(frames as u64));
            }
            Err(error) => self.fail(error),
        }
    }

    /// Completes the file and describes it.
    ///
    /// # Errors
    /// What failed before; of writing the picture and the file.
    pub fn finish(
        mut self,
        shared: &Shared,
        process: &report::Process,
        watch: Stopwatch,
    ) -> Result<report::Done> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let Some(writer) = self.writer else {
            return Err(Error::Interrupted);
        };
        let warnings = self
            .reader
            .warnings()
            .iter()
            .chain(writer.warnings())
            .map(ToString::to_string)
            .collect();
        let measured = self.meters.finish();
        if let (Some(plot), Some(path)) = (&mut self.plot, &self.job.plot) {
            let labels = labels(self.job, process, measured.noise_reduction_db);
            draw(plot, &labels, path, shared.overwrite)?;
        }
        writer.finish()?;
        let spec = self.reader.spec();
        let (duration, seconds) = (spec.rate.seconds(self.read), watch.seconds());
        Ok(report::Done {
            input: plan::name(&self.job.source),
            output: self.job.target.to_string(),
            plot: self
                .job
                .plot
                .as_ref()
                .map(|path| path.display().to_string()),
            process: process.clone(),
            audio: report::Audio {
                duration,
                frames: self.read,
                sample_rate: spec.rate.0,
                channels: spec.channels,
            },
            seconds,
            speed: duration / seconds.max(1e-9),
            measured,
            warnings,
        })
    }

    /// Ends without a file: what failed before, if this file did, otherwise nothing.
    pub fn abandon(self, progress: &Progress) -> Option<Error> {
        progress.retreat(self.rate().seconds(self.written));
        self.failure
    }

    /// Nothing of the output is left.
    fn fail(&mut self, error: Error) {
        self.writer = None;
        self.ended = true;
        self.failure.get_or_insert(error);
    }
}

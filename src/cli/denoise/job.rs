//! One file: read, clean, measure, write. Chunk by chunk, in constant memory.

mod output;
#[cfg(test)]
mod tests;

use crate::Result;
use crate::cli::measure::Meters;
use crate::cli::plan::{self, Job, Target};
use crate::cli::plot::Plot;
use crate::cli::progress::{Progress, Stopwatch};
use crate::cli::runtime::Shared;
use crate::cli::{cancel, report};
use crate::engine::{Format, Offline};
use crate::io::{self, Reader, Spec, Writer};
use crate::model::{self, Device, Loaded, Options, pace};
use crate::units::Hz;
use output::{create, draw, labels};

/// Frames that are read at a time.
const CHUNK: usize = 16_384;

/// Works on one file after the other and keeps the engine while their form stays the same.
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

    /// Processes one file. On an error nothing of its output is left.
    ///
    /// A file whose device fails is done again from its start on the processor, where that was asked for and where its
    /// input can be read twice: so it is, bit for bit, what the processor alone would have made of it.
    ///
    /// # Errors
    /// Of reading, of writing, of the network; [`Error::Interrupted`] after Ctrl-C.
    pub fn run(&mut self, job: &Job, progress: &Progress) -> Result<report::Done> {
        let mut done = 0.0;
        let error = match self.attempt(job, progress, &mut done) {
            Err(error) if self.lost.is_none() && error.lost_device().is_some() => error,
            outcome => return outcome,
        };
        let twice = matches!(
            (&job.source, &job.target),
            (io::Source::File(_), Target::File(_))
        );
        if !self.shared.rescue || !twice {
            return Err(error);
        }
        progress.retreat(done);
        self.lost = Some(error.to_string());
        let mut outcome = self.attempt(job, progress, &mut done)?;
        outcome.warnings.push(format!(
            "the device failed, so this file was done from its start on the CPU: {error}"
        ));
        Ok(outcome)
    }

    fn attempt(&mut self, job: &Job, progress: &Progress, done: &mut f64) -> Result<report::Done> {
        let watch = Stopwatch::start();
        progress.name(plan::name(&job.source));
        let mut reader = Reader::open(&job.source)?;
        let spec = reader.spec().clone();
        // An engine that failed in the middle is not used again.
        let (mut engine, notes) = self.engine(&spec)?;
        let mut writer = create(job, &reader, self.shared)?;
        let mut taps = Taps {
            meters: Meters::new(spec.rate, spec.channels.into()),
            plot: job.plot.as_ref().map(|_| Plot::new(spec.rate)),
            done,
        };
        let frames = pump(&mut reader, &mut engine, &mut writer, &mut taps, progress)?;

        let warnings = reader
            .warnings()
            .iter()
            .chain(writer.warnings())
            .map(ToString::to_string)
            .collect();
        let process = self
            .shared
            .process(engine.engine(), &notes, engine.delay(), spec.rate);
        let measured = taps.meters.finish();
        if let (Some(plot), Some(path)) = (&mut taps.plot, &job.plot) {
            let labels = labels(job, &process, measured.noise_reduction_db);
            draw(plot, &labels, path, self.shared.overwrite)?;
        }
        writer.finish()?;
        self.engine = Some((engine, notes));
        let (duration, seconds) = (spec.rate.seconds(frames), watch.seconds());
        Ok(report::Done {
            input: plan::name(&job.source),
            output: job.target.to_string(),
            plot: job.plot.as_ref().map(|path| path.display().to_string()),
            process,
            audio: report::Audio {
                duration,
                frames,
                sample_rate: spec.rate.0,
                channels: spec.channels,
            },
            seconds,
            speed: duration / seconds.max(1e-9),
            measured,
            warnings,
        })
    }

    /// The engine of the last file if it fits, otherwise a new one.
    fn engine(&mut self, spec: &Spec) -> Result<(Offline, Vec<String>)> {
        if let Some((engine, notes)) = self.engine.take() {
            let format = engine.format();
            if format.rate == spec.rate && format.channels == usize::from(spec.channels) {
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
        let channels = spec.channels.into();
        let format = Format {
            rate: spec.rate,
            channels,
            frames_per_call: pace::frames_per_call(&mut *network, channels),
        };
        Ok((Offline::new(network, format, &self.shared.settings)?, notes))
    }
}

/// What listens to both sides.
struct Taps<'a> {
    meters: Meters,
    plot: Option<Plot>,
    /// Seconds of audio that were written.
    done: &'a mut f64,
}

/// Moves the whole file through the engine; returns its frames.
fn pump(
    reader: &mut Reader,
    engine: &mut Offline,
    writer: &mut Writer,
    taps: &mut Taps<'_>,
    progress: &Progress,
) -> Result<u64> {
    let rate = reader.spec().rate;
    let mut planar = Vec::new();
    let mut total = 0;
    loop {
        cancel::check()?;
        let frames = reader.read(&mut planar, CHUNK)?;
        if frames == 0 {
            break;
        }
        total += frames as u64;
        let chunk: Vec<&[f32]> = planar.iter().map(Vec::as_slice).collect();
        taps.before(&chunk);
        engine.push(&chunk, &mut |out| taps.write(out, writer, progress, rate))?;
    }
    engine.finish(&mut |out| taps.write(out, writer, progress, rate))?;
    Ok(total)
}

impl Taps<'_> {
    fn before(&mut self, chunk: &[&[f32]]) {
        self.meters.before(chunk);
        if let Some(plot) = &mut self.plot {
            plot.before(chunk);
        }
    }

    fn write(
        &mut self,
        out: &[&[f32]],
        writer: &mut Writer,
        progress: &Progress,
        rate: Hz,
    ) -> Result<()> {
        cancel::check()?;
        self.meters.after(out);
        if let Some(plot) = &mut self.plot {
            plot.after(out);
        }
        writer.write(out)?;
        let seconds = rate.seconds(out.first().map_or(0, |channel| channel.len()) as u64);
        *self.done += seconds;
        progress.advance(seconds);
        Ok(())
    }
}

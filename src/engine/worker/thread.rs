//! The worker's loop: a hop in, a hop out, and a nap until the next is there.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};
use ringbuf::{HeapCons, HeapProd};

use super::Blocks;
use super::pacing::Pacing;
use super::shared::{Failure, Shared};
use super::swap::Streams;
use crate::engine::meter::Columns;
use crate::engine::priority;
use crate::engine::stream::Stream;
use crate::error::{Error, Result};

/// The worker looks by itself this often, should a wake-up have been missed.
const NAP: Duration = Duration::from_millis(20);

/// From any thread but the audio thread.
#[derive(Debug)]
pub(super) enum Command {
    Swap(Box<Stream>),
}

/// The worker's side of the rings and of the owner's channels.
pub(super) struct Ends {
    pub input: HeapCons<f32>,
    pub output: HeapProd<f32>,
    pub commands: Receiver<Command>,
    pub retire: Sender<Box<Stream>>,
}

pub(super) struct Run {
    streams: Streams,
    ends: Ends,
    pacing: Pacing,
    columns: Columns,
    shared: Arc<Shared>,
    channels: usize,
    taken: u64,
    /// After another stream took the place of one that failed: until the audio thread begins anew, what the ring holds
    /// belongs to the old one.
    held: bool,
    interleaved: Vec<f32>,
    planes: Vec<Vec<f32>>,
    finished: Vec<f32>,
}

/// Tells the audio thread when this one ends by a panic: dry plays, and nobody waits for what will not come.
struct Watch(Arc<Shared>);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Failure {
                text: "the worker stopped by a fault of diffwav; please report it".into(),
                device_lost: false,
            });
        }
    }
}

impl Run {
    pub fn new(
        stream: Stream,
        ends: Ends,
        blocks: Blocks,
        columns: Columns,
        shared: Arc<Shared>,
    ) -> Self {
        let channels = stream.format().channels;
        let most = stream.hop() * stream.format().frames_per_call + 64;
        shared.wanted.store(stream.wanted() as u64, Release);
        Self {
            pacing: Pacing::new(&stream, blocks, Arc::clone(&shared)),
            streams: Streams::new(stream),
            ends,
            columns,
            shared,
            channels,
            taken: 0,
            held: false,
            interleaved: vec![0.0; most * channels],
            planes: vec![vec![0.0; most]; channels],
            finished: Vec::with_capacity(4 * most * channels),
        }
    }

    pub fn run(mut self) {
        let _watch = Watch(Arc::clone(&self.shared));
        let playing = self.streams.playing();
        let granted = priority::raise(playing.hop(), playing.format().rate.0);
        self.shared.realtime.store(granted, Relaxed);
        while !self.shared.stop.load(Relaxed) {
            if let Ok(Command::Swap(stream)) = self.ends.commands.try_recv() {
                if self.shared.failed.load(Relaxed) {
                    self.renew(*stream);
                } else {
                    self.streams.swap(*stream);
                }
            }
            if self.shared.failed.load(Relaxed) {
                // Dry plays; only another stream can help.
                std::thread::park_timeout(NAP);
                continue;
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => std::thread::park_timeout(NAP),
                Err(error) => self.fail(&error),
            }
        }
    }

    /// The network failed: dry plays until another stream is there.
    fn fail(&mut self, error: &Error) {
        self.shared.fail(Failure {
            text: error.to_string(),
            device_lost: error.lost_device().is_some(),
        });
        if let Some(next) = self.streams.take_next() {
            self.renew(next);
        }
    }

    /// Begins anew with `stream`, once the audio thread does.
    fn renew(&mut self, stream: Stream) {
        self.streams.renew(stream);
        self.retire();
        self.held = true;
        self.shared.swaps.fetch_add(1, Relaxed);
        self.shared.renew();
    }

    /// One hop, or as much as is there; false when there was nothing to do.
    fn turn(&mut self) -> Result<bool> {
        let generation = self.shared.generation.load(Acquire);
        if generation != self.shared.acknowledged.load(Relaxed) {
            // The audio thread hands nothing over until this is acknowledged.
            self.ends.input.clear();
            self.streams.reset()?;
            self.retire();
            self.columns
                .reset(self.streams.playing().delay().0 as usize);
            self.taken = 0;
            self.publish();
            self.held = false;
            self.shared.acknowledged.store(generation, Release);
        }
        if self.held {
            return Ok(false);
        }
        let wanted = self.streams.playing().wanted();
        let there = self.ends.input.occupied_len() / self.channels;
        if there == 0 {
            return Ok(false);
        }
        let frames = wanted.clamp(1, self.planes[0].len()).min(there);
        let samples = frames * self.channels;
        self.ends.input.pop_slice(&mut self.interleaved[..samples]);
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            let source = self.interleaved[..samples]
                .iter()
                .skip(channel)
                .step_by(self.channels);
            for (to, from) in plane.iter_mut().zip(source) {
                *to = *from;
            }
        }
        let runs = frames >= wanted;
        let pace = self.pacing.pace(self.streams.playing(), there - frames);
        self.streams.set_pace(pace);
        let began = Instant::now();
        self.work(frames)?;
        let took = began.elapsed();
        self.taken += frames as u64;
        self.publish();
        self.hand_back();
        if runs {
            let there = self.ends.input.occupied_len() / self.channels;
            self.pacing.measure(self.streams.playing(), took, there);
        }
        self.show(frames);
        Ok(true)
    }

    /// What the screen sees; after the audio is on its way.
    fn show(&mut self, frames: usize) {
        self.columns.hear_input(&self.planes, frames);
        self.columns.hear_output(&self.finished);
        self.finished.clear();
    }

    /// Sends the stream that was replaced to where there is time to free it.
    fn retire(&mut self) {
        if let Some(stream) = self.streams.take_retired() {
            let _ = self.ends.retire.send(Box::new(stream));
            self.pacing.begin(self.streams.playing());
        }
    }

    fn work(&mut self, frames: usize) -> Result<()> {
        let input: Vec<&[f32]> = self.planes.iter().map(|plane| &plane[..frames]).collect();
        let (finished, channels) = (&mut self.finished, self.channels);
        let swapped = self.streams.push(&input, &mut |planes| {
            let frames = planes.first().map_or(0, Vec::len);
            let start = finished.len();
            finished.resize(start + frames * channels, 0.0);
            for (channel, plane) in planes.iter().enumerate() {
                let places = finished[start..].iter_mut().skip(channel).step_by(channels);
                for (place, sample) in places.zip(plane) {
                    *place = *sample;
                }
            }
        })?;
        if swapped {
            self.retire();
            self.shared.swaps.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    /// Tells the audio thread when it is worth waking this one.
    fn publish(&self) {
        let wanted = self.taken + self.streams.playing().wanted() as u64;
        self.shared.wanted.store(wanted, Release);
    }

    fn hand_back(&mut self) {
        let mut sent = 0;
        while sent < self.finished.len() {
            sent += self.ends.output.push_slice(&self.finished[sent..]);
            if sent < self.finished.len() {
                // The audio thread stands still, or a restart is on its way that makes this audio void.
                let restarting =
                    self.shared.generation.load(Acquire) != self.shared.acknowledged.load(Relaxed);
                if restarting || self.shared.stop.load(Relaxed) {
                    break;
                }
                std::thread::park_timeout(NAP);
            }
        }
    }
}

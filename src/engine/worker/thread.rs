//! The worker's loop: a hop in, a hop out, and a nap until the next is there.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};
use ringbuf::{HeapCons, HeapProd};

use super::shared::Shared;
use super::swap::Streams;
use crate::engine::priority;
use crate::engine::stream::Stream;
use crate::error::Result;

/// The worker looks by itself this often, should a wake-up have been missed.
const NAP: Duration = Duration::from_millis(20);

/// From any thread but the audio thread.
#[derive(Debug)]
pub(super) enum Command {
    Swap(Box<Stream>),
}

pub(super) struct Run {
    streams: Streams,
    input: HeapCons<f32>,
    output: HeapProd<f32>,
    commands: Receiver<Command>,
    shared: Arc<Shared>,
    channels: usize,
    taken: u64,
    interleaved: Vec<f32>,
    planes: Vec<Vec<f32>>,
    finished: Vec<f32>,
}

/// Tells the audio thread when this one ends by a panic: dry plays, and nobody waits for what will not come.
struct Watch(Arc<Shared>);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, Release);
            if let Ok(mut failure) = self.0.failure.lock() {
                *failure =
                    Some("the worker stopped by a fault of diffwav; please report it".into());
            }
        }
    }
}

impl Run {
    pub fn new(
        stream: Stream,
        input: HeapCons<f32>,
        output: HeapProd<f32>,
        commands: Receiver<Command>,
        shared: Arc<Shared>,
    ) -> Self {
        let channels = stream.format().channels;
        let most = stream.hop() * stream.format().frames_per_call + 64;
        shared.wanted.store(stream.wanted() as u64, Release);
        Self {
            streams: Streams::new(stream),
            input,
            output,
            commands,
            shared,
            channels,
            taken: 0,
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
            if let Ok(Command::Swap(stream)) = self.commands.try_recv() {
                self.streams.swap(*stream);
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => std::thread::park_timeout(NAP),
                Err(error) => {
                    if let Ok(mut failure) = self.shared.failure.lock() {
                        *failure = Some(error.to_string());
                    }
                    self.shared.failed.store(true, Release);
                    return;
                }
            }
        }
    }

    /// One hop, or as much as is there; false when there was nothing to do.
    fn turn(&mut self) -> Result<bool> {
        let generation = self.shared.generation.load(Acquire);
        if generation != self.shared.acknowledged.load(Relaxed) {
            // The audio thread hands nothing over until this is acknowledged.
            self.input.clear();
            self.streams.reset()?;
            self.taken = 0;
            self.publish();
            self.shared.acknowledged.store(generation, Release);
        }
        let wanted = self.streams.playing().wanted();
        let there = self.input.occupied_len() / self.channels;
        if there == 0 {
            return Ok(false);
        }
        let frames = wanted.clamp(1, self.planes[0].len()).min(there);
        let samples = frames * self.channels;
        self.input.pop_slice(&mut self.interleaved[..samples]);
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
        let began = Instant::now();
        self.work(frames)?;
        if runs {
            self.measure(began.elapsed(), wanted.max(1));
        }
        self.taken += frames as u64;
        self.publish();
        self.hand_back();
        Ok(true)
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
            sent += self.output.push_slice(&self.finished[sent..]);
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
        self.finished.clear();
    }

    fn measure(&self, took: Duration, frames: usize) {
        let rate = f64::from(self.streams.playing().format().rate.0);
        let hop = self.streams.playing().hop().max(frames.min(1)) as f64 / rate;
        let load = (took.as_secs_f64() / hop) as f32;
        let before = f32::from_bits(self.shared.load.load(Relaxed));
        // About a second of hops of 10 ms.
        self.shared
            .load
            .store((before + 0.01 * (load - before)).to_bits(), Relaxed);
        self.shared.worst.fetch_max(took.as_nanos() as u64, Relaxed);
        self.shared.hops.fetch_add(1, Relaxed);
    }
}

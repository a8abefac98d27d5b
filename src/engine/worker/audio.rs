//! The audio thread's half: copies, mixes, never waits unless told to.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread::Thread;
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};
use ringbuf::{HeapCons, HeapProd};

use super::fallback::Fallback;
use super::shared::Shared;
use crate::dsp::fifo::Fifo;
use crate::dsp::sanitise;
use crate::engine::mix::{self, Gains, Mixer};
use crate::engine::settings::{Format, Settings};
use crate::units::Frames;

/// Seconds of a fade between cleaned and dry.
const FADE_SECONDS: f64 = 0.008;

/// Frames that are copied at a time.
const CHUNK: usize = 512;

/// How often a waiting (offline) call looks for the worker's result.
const LOOK: Duration = Duration::from_micros(100);

/// The rings and the thread to wake.
pub(super) struct Ends {
    pub to_worker: HeapProd<f32>,
    pub from_worker: HeapCons<f32>,
    pub worker: Thread,
}

/// All in host frames.
pub(super) struct Timing {
    pub delay: Frames,
    pub waiting: usize,
    pub most: usize,
}

/// What the audio thread holds. Every method but [`AudioSide::process_patiently`] is real-time safe.
pub struct AudioSide {
    ends: Ends,
    shared: Arc<Shared>,
    channels: usize,
    latency: Frames,
    /// Frames that the worker is given before its first output is due.
    waiting: usize,
    /// Of those, the frames still to pass.
    lead: usize,
    /// Frames that dry stood in for and that are dropped when they arrive.
    debt: usize,
    /// After a restart: the worker's first frames know nothing of the signal before, and dry stands in for them.
    void: usize,
    /// Whether the signal began with the worker: then there is nothing before to fade from.
    fresh: bool,
    /// Part of the latency that the stream causes.
    stream_delay: usize,
    /// The generation that was asked for; until the worker has acknowledged it nothing is handed over.
    generation: u64,
    pushed: u64,
    late: bool,
    dry: Fifo,
    mixer: Mixer,
    fallback: Fallback,
    /// Interleaved frames on their way to and from the rings.
    outgoing: Vec<f32>,
    incoming: Vec<f32>,
    /// Planar delayed dry frames.
    delayed: Vec<Vec<f32>>,
}

impl AudioSide {
    pub(super) fn new(
        ends: Ends,
        format: Format,
        settings: &Settings,
        timing: Timing,
        shared: Arc<Shared>,
    ) -> Self {
        let Format { rate, channels, .. } = format;
        let latency = timing.delay;
        let mut dry = Fifo::new(
            channels,
            latency.0 as usize + timing.most.max(CHUNK) + CHUNK,
        );
        dry.push_silence(latency.0 as usize);
        let frames = |seconds: f64| (f64::from(rate.0) * seconds) as usize;
        Self {
            ends,
            shared,
            channels,
            latency,
            waiting: timing.waiting,
            lead: timing.waiting,
            debt: 0,
            void: 0,
            fresh: true,
            stream_delay: (latency.0 as usize).saturating_sub(timing.waiting),
            generation: 0,
            pushed: 0,
            late: false,
            dry,
            mixer: Mixer::new(
                Gains::new(settings),
                frames(crate::engine::stream::GLIDE_SECONDS),
            ),
            fallback: Fallback::new(channels, frames(FADE_SECONDS)),
            outgoing: vec![0.0; CHUNK * channels],
            incoming: vec![0.0; CHUNK * channels],
            delayed: vec![vec![0.0; CHUNK]; channels],
        }
    }

    /// Replaces the input in `planes` (one slice of one length per channel, any length) by the output.
    ///
    /// # Panics
    /// When the number of planes is not the stream's.
    pub fn process(&mut self, planes: &mut [&mut [f32]]) {
        self.process_patiently(planes, Duration::ZERO);
    }

    /// The same, but waits up to `patience` for the worker before it plays dry: for offline bounces.
    ///
    /// # Panics
    /// When the number of planes is not the stream's.
    pub fn process_patiently(&mut self, planes: &mut [&mut [f32]], patience: Duration) {
        assert_eq!(planes.len(), self.channels, "one plane per channel");
        let frames = planes.first().map_or(0, |plane| plane.len());
        let mut start = 0;
        while start < frames {
            let end = (start + CHUNK).min(frames);
            self.hand_over(planes, start, end);
            if !patience.is_zero() {
                self.wait(end - start, patience);
            }
            self.take(planes, start, end);
            start = end;
        }
    }

    /// Glides to another amount, mix or kept part.
    pub fn set_amount(&mut self, settings: &Settings) {
        self.mixer.set(Gains::new(settings));
    }

    /// Delay of the output against the input, in host frames.
    #[must_use]
    pub fn latency(&self) -> Frames {
        self.latency
    }

    /// Forgets the signal, as at the start, without waiting for the worker.
    pub fn reset(&mut self) {
        self.restart();
        self.fallback.reset();
        (self.void, self.fresh) = (0, true);
        self.dry.clear();
        self.dry.push_silence(self.latency.0 as usize);
    }

    fn hand_over(&mut self, planes: &[&mut [f32]], start: usize, end: usize) {
        let frames = end - start;
        for (channel, plane) in planes.iter().enumerate() {
            for (index, value) in plane[start..end].iter().enumerate() {
                self.outgoing[index * self.channels + channel] = sanitise::sample(*value);
            }
            let samples = self
                .outgoing
                .iter()
                .skip(channel)
                .step_by(self.channels)
                .take(frames);
            self.dry.push(channel, samples.copied());
        }
        if self.shared.acknowledged.load(Acquire) != self.generation {
            return;
        }
        if self.generation_is_new() {
            self.ends.from_worker.clear();
        }
        if self.ends.to_worker.vacant_len() < frames * self.channels {
            self.restart();
            return;
        }
        self.ends
            .to_worker
            .push_slice(&self.outgoing[..frames * self.channels]);
        self.pushed += frames as u64;
        self.shared.pushed.store(self.pushed, Release);
        if self.pushed >= self.shared.wanted.load(Acquire) {
            self.ends.worker.unpark();
        }
    }

    /// True once after a restart was acknowledged: what the ring holds is of the time before.
    fn generation_is_new(&self) -> bool {
        self.pushed == 0 && self.generation > 0
    }

    /// Begins anew with the worker: after a reset, or when a stall outlasted the ring.
    fn restart(&mut self) {
        self.generation += 1;
        self.pushed = 0;
        self.shared.pushed.store(0, Release);
        self.shared.generation.store(self.generation, Release);
        (self.lead, self.debt) = (self.waiting, 0);
        (self.void, self.fresh) = (self.stream_delay, false);
        self.ends.worker.unpark();
    }

    fn ready(&self) -> usize {
        self.ends.from_worker.occupied_len() / self.channels
    }

    fn wait(&self, frames: usize, patience: Duration) {
        let until = Instant::now() + patience;
        let due = (frames + self.debt).saturating_sub(self.lead);
        loop {
            let acknowledged = self.shared.acknowledged.load(Acquire) == self.generation;
            let done = acknowledged && self.ready() >= due;
            if done || self.shared.failed.load(Relaxed) || Instant::now() >= until {
                return;
            }
            self.ends.worker.unpark();
            std::thread::sleep(LOOK);
        }
    }

    fn take(&mut self, planes: &mut [&mut [f32]], start: usize, end: usize) {
        for (channel, delayed) in self.delayed.iter_mut().enumerate() {
            self.dry.pop(channel, &mut delayed[..end - start]);
        }
        // Before the first output is due, the delayed input is silence or the end of what was before a restart.
        let first = start + self.lead.min(end - start);
        if self.pushed > 0 {
            self.lead -= first - start;
        }
        let current = self.pushed > 0;
        if current {
            let dropped = self.debt.min(self.ready());
            self.ends.from_worker.skip(dropped * self.channels);
            self.debt -= dropped;
        }
        // Void frames are taken from the ring like any, and dry plays in their place.
        let ready = if current {
            (end - first).min(self.ready())
        } else {
            0
        };
        let void = ready.min(self.void);
        self.void -= void;
        self.ends.from_worker.skip(void * self.channels);
        let wet = ready - void;
        let begin = first + void;
        self.ends
            .from_worker
            .pop_slice(&mut self.incoming[..wet * self.channels]);
        for frame in start..end {
            let gains = self.mixer.next_gains();
            let index = frame - start;
            let delayed = &self.delayed;
            if frame >= begin && frame < begin + wet {
                let source = &self.incoming[(frame - begin) * self.channels..];
                let channels = (0..self.channels).map(|c| {
                    let dry = delayed[c][index];
                    (c, mix::mix(gains, dry, source[c]), dry)
                });
                self.fallback
                    .wet(channels, |c, value| planes[c][frame] = value);
            } else if self.fresh && frame < first {
                for (plane, delayed) in planes.iter_mut().zip(delayed) {
                    plane[frame] = delayed[index];
                }
            } else {
                let channels = (0..self.channels).map(|c| (c, delayed[c][index]));
                self.fallback
                    .dry(channels, |c, value| planes[c][frame] = value);
            }
        }
        let missing = if current { end - begin - wet } else { 0 };
        self.debt += missing;
        self.count(missing);
    }

    fn count(&mut self, missing: usize) {
        if missing > 0 {
            self.shared.late_frames.fetch_add(missing as u64, Relaxed);
            if !self.late {
                self.shared.late_events.fetch_add(1, Relaxed);
            }
        }
        self.late = missing > 0;
    }
}

impl std::fmt::Debug for AudioSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "AudioSide({} channels, latency {:?})",
            self.channels, self.latency
        )
    }
}

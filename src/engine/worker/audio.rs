//! The audio thread's half: copies, mixes, never waits unless told to.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::thread::Thread;
use std::time::Duration;

use ringbuf::{HeapCons, HeapProd};

use super::fallback::Fallback;
use super::shared::Shared;
use crate::dsp::fifo::Fifo;
use crate::engine::meter::LevelWriter;
use crate::engine::mix::{Gains, Mixer};
use crate::engine::settings::{Format, Settings};
use crate::units::Frames;

/// Seconds of a fade between cleaned and dry.
const FADE_SECONDS: f64 = 0.008;

/// Frames that are copied at a time.
const CHUNK: usize = 512;

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
    pub(super) ends: Ends,
    pub(super) shared: Arc<Shared>,
    pub(super) channels: usize,
    latency: Frames,
    /// Frames that the worker is given before its first output is due.
    pub(super) waiting: usize,
    /// Of those, the frames still to pass.
    pub(super) lead: usize,
    /// Frames that dry stood in for and that are dropped when they arrive.
    pub(super) debt: usize,
    /// After a restart: the worker's first frames know nothing of the signal before, and dry stands in for them.
    pub(super) void: usize,
    /// Whether the signal began with the worker: then there is nothing before to fade from.
    pub(super) fresh: bool,
    /// Part of the latency that the stream causes.
    pub(super) stream_delay: usize,
    /// The generation that was asked for; until the worker has acknowledged it nothing is handed over.
    pub(super) generation: u64,
    pub(super) pushed: u64,
    /// Renewals of the stream that this side has begun anew for.
    pub(super) renewals: u64,
    pub(super) late: bool,
    pub(super) dry: Fifo,
    pub(super) mixer: Mixer,
    pub(super) fallback: Fallback,
    /// Interleaved frames on their way to and from the rings.
    pub(super) outgoing: Vec<f32>,
    pub(super) incoming: Vec<f32>,
    /// Planar delayed dry frames.
    pub(super) delayed: Vec<Vec<f32>>,
    /// What the screen sees.
    levels: LevelWriter,
    /// The amount that was last taken from the other threads.
    amount: u64,
}

impl AudioSide {
    pub(super) fn new(
        ends: Ends,
        format: Format,
        settings: &Settings,
        timing: Timing,
        shared: Arc<Shared>,
        levels: LevelWriter,
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
            renewals: 0,
            late: false,
            dry,
            mixer: Mixer::new(
                Gains::new(settings),
                frames(crate::engine::ends::GLIDE_SECONDS),
            ),
            fallback: Fallback::new(channels, frames(FADE_SECONDS)),
            outgoing: vec![0.0; CHUNK * channels],
            incoming: vec![0.0; CHUNK * channels],
            delayed: vec![vec![0.0; CHUNK]; channels],
            amount: shared.amount.load(Relaxed),
            levels,
            shared,
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
        self.take_amount();
        let frames = planes.first().map_or(0, |plane| plane.len());
        let mut start = 0;
        while start < frames {
            let end = (start + CHUNK).min(frames);
            if !patience.is_zero() {
                self.wait_for_worker(patience);
            }
            self.hand_over(planes, start, end);
            if !patience.is_zero() {
                self.wait(end - start, patience);
            }
            self.take(planes, start, end);
            self.meter(planes, start, end);
            start = end;
        }
        self.levels.publish();
    }

    /// Glides to another amount, mix or kept part. Other threads use [`Worker::set_amount`](super::Worker::set_amount).
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
        self.renewals = self.shared.renewals.load(Acquire);
        self.restart();
        self.fallback.reset();
        (self.void, self.fresh) = (0, true);
        self.dry.clear();
        self.dry.push_silence(self.latency.0 as usize);
    }

    /// What another thread asked for since the last block.
    fn take_amount(&mut self) {
        let amount = self.shared.amount.load(Relaxed);
        if amount != self.amount {
            self.amount = amount;
            self.mixer.set(unpack(amount));
        }
    }

    fn meter(&mut self, planes: &[&mut [f32]], start: usize, end: usize) {
        for (plane, delayed) in planes.iter().zip(&self.delayed) {
            for (output, input) in plane[start..end].iter().zip(delayed) {
                self.levels.add(*input, *output);
            }
        }
    }
}

/// Both gains in one number that is written and read at once.
pub(super) fn pack(gains: Gains) -> u64 {
    u64::from(gains.dry.to_bits()) << 32 | u64::from(gains.wet.to_bits())
}

fn unpack(amount: u64) -> Gains {
    Gains {
        dry: f32::from_bits((amount >> 32) as u32),
        wet: f32::from_bits(amount as u32),
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

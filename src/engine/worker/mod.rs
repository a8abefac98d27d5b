//! The engine behind an audio thread: one worker thread, two lock-free rings, a deadline and a fallback.
//!
//! ```text
//! audio thread: AudioSide::process ──ring──▶ worker thread: Stream ──ring──▶ AudioSide::process
//!               └────────────── delayed dry signal, same latency ──────────▶ mix, fallback
//! ```
//!
//! The audio thread copies and mixes; it does not allocate, lock, log, wait or run the network. When the worker is
//! late the *delayed dry* signal plays, without a click, and is counted; when the late audio arrives, as many frames are
//! dropped as were substituted, so the latency is again the reported one.

mod audio;
mod exchange;
mod fallback;
mod pacing;
mod shared;
mod swap;
mod thread;

use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use ringbuf::HeapRb;
use ringbuf::traits::Split;

use super::latency::{self, Budget};
use super::meter::{Columns, LevelWriter, Levels, Meter};
use super::mix::Gains;
use super::settings::Settings;
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::units::Frames;

pub use audio::AudioSide;
pub use shared::Report;
use shared::Shared;
use thread::{Command, Run};

/// Seconds of audio that each ring holds: a stall of that length loses no state.
const RING_SECONDS: f64 = 2.0;

/// Columns of the spectrogram that wait for a slow screen.
const COLUMNS: usize = 64;

/// How the host calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocks {
    /// The most frames in a call.
    pub most: usize,
    /// Whether every call has just that many.
    pub fixed: bool,
    /// Run time that is planned for.
    pub budget: Budget,
}

/// The part of the latency that waiting causes, in host frames, for hops of `hop` host frames (rounded up).
#[must_use]
pub fn waiting(hop: usize, resampled: bool, blocks: Blocks) -> usize {
    let run = blocks.budget.samples(hop);
    if resampled {
        // Hops are not whole host frames: each is at most one frame late on either side of the network.
        latency::varying_blocks(hop, blocks.most, run) + 2
    } else if blocks.fixed {
        latency::fixed_blocks(hop, blocks.most, run)
    } else {
        latency::varying_blocks(hop, blocks.most, run)
    }
}

/// The worker's thread and the way to speak to it; dropping it ends the thread. Not for the audio thread.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Streams that were replaced: freed here, for the worker has no time for it.
    retired: Mutex<Receiver<Box<Stream>>>,
    meter: Mutex<Option<Meter>>,
    delay: Frames,
    latency: Frames,
}

impl Worker {
    /// Puts `stream` on a thread of its own; the other half belongs to the audio thread.
    ///
    /// `settings` gives the amount that the audio thread mixes; the stream itself must give the cleaned signal alone.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(stream: Stream, settings: &Settings, blocks: Blocks) -> Result<(Self, AudioSide)> {
        let format = stream.format();
        let delay = stream.delay();
        let waiting = waiting(stream.hop(), stream.resampled(), blocks);
        let latency = Frames(delay.0 + waiting as u64);
        let room = (f64::from(format.rate.0) * RING_SECONDS) as usize + 2 * blocks.most + waiting;
        let (to_worker, from_audio) = HeapRb::new(room * format.channels).split();
        let (to_audio, from_worker) = HeapRb::new(2 * room * format.channels).split();
        let shared = Arc::new(Shared::default());
        shared
            .amount
            .store(audio::pack(Gains::new(settings)), Relaxed);
        let (commands, orders) = channel();
        let (retire, retired) = channel();
        let (to_screen, levels) = triple_buffer::triple_buffer(&Levels::default());
        let levels_writer = LevelWriter::new(to_screen, format.rate, format.channels);
        let (to_screen, columns) = HeapRb::new(COLUMNS).split();
        let run = Run::new(
            stream,
            thread::Ends {
                input: from_audio,
                output: to_audio,
                commands: orders,
                retire,
            },
            blocks,
            Columns::new(to_screen, format.rate, format.channels, delay.0 as usize),
            Arc::clone(&shared),
        );
        let thread = std::thread::Builder::new()
            .name("diffwav worker".into())
            .spawn(move || run.run())
            .map_err(|source| Error::Stream {
                action: "start the worker thread",
                source,
            })?;
        let audio = AudioSide::new(
            audio::Ends {
                to_worker,
                from_worker,
                worker: thread.thread().clone(),
            },
            format,
            settings,
            audio::Timing {
                delay: latency,
                waiting,
                most: blocks.most,
            },
            Arc::clone(&shared),
            levels_writer,
        );
        Ok((
            Self {
                commands,
                shared,
                thread: Some(thread),
                retired: Mutex::new(retired),
                meter: Mutex::new(Some(Meter { levels, columns })),
                delay,
                latency,
            },
            audio,
        ))
    }

    /// Puts another stream in the place of the one that runs: it is warmed up beside it, then faded in. Where that one
    /// has failed, the signal begins anew with the other, at the same latency.
    ///
    /// # Errors
    /// [`Error::Setting`] when its delay is another: the latency that was reported must stay.
    pub fn swap(&self, stream: Stream) -> Result<()> {
        if stream.delay() != self.delay {
            let expected = format!("{} frames, as the one that runs", self.delay.0);
            return Err(Error::setting(
                "delay of the new model",
                stream.delay().0,
                expected,
            ));
        }
        self.free_retired();
        // A worker that is gone has reported why; nothing is left to tell it.
        let _ = self.commands.send(Command::Swap(Box::new(stream)));
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
        Ok(())
    }

    /// Glides to the amount, mix and kept part of `settings`, from any thread; the audio thread takes it up with its
    /// next block.
    pub fn set_amount(&self, settings: &Settings) {
        let amount = audio::pack(Gains::new(settings));
        self.shared.amount.store(amount, Relaxed);
    }

    /// Lets the governor leave reverse steps out when time is short, or takes that back. Off at first: with it the
    /// output depends on the machine.
    pub fn set_adaptive(&self, adaptive: bool) {
        self.shared.adaptive.store(adaptive, Relaxed);
    }

    /// Promises that the owner swaps another stream in when a device is lost ([`Report::device_lost`]): who may wait
    /// then waits for it. Off at first.
    pub fn set_rescued(&self, rescued: bool) {
        self.shared.rescued.store(rescued, Relaxed);
    }

    /// Takes that back for a device that is lost already: no other stream can be had.
    pub fn give_up(&self) {
        self.shared.awaited.store(false, Release);
    }

    /// The reading side of the meters, for the one screen that shows them; `None` when it was taken before.
    #[must_use]
    pub fn take_meter(&self) -> Option<Meter> {
        self.meter.lock().ok()?.take()
    }

    /// What happened so far; for meters and reports.
    #[must_use]
    pub fn report(&self) -> Report {
        self.free_retired();
        self.shared.report()
    }

    fn free_retired(&self) {
        if let Ok(retired) = self.retired.lock() {
            while retired.try_recv().is_ok() {}
        }
    }

    /// Delay of the output against the input, in host frames: analysis, conversion and waiting.
    #[must_use]
    pub fn latency(&self) -> Frames {
        self.latency
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

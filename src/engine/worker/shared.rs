//! Numbers that cross the threads, each written by one side only.

use std::sync::Mutex;
use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release,
};

/// Written by the audio thread and the worker without locks.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Frames that the audio thread has handed over since the last resynchronisation (audio writes).
    pub pushed: AtomicU64,
    /// Value of `pushed` at which the worker can run its next hop (worker writes).
    pub wanted: AtomicU64,
    /// Asked-for resynchronisations (audio writes) …
    pub generation: AtomicU64,
    /// … and those that the worker has made (worker writes).
    pub acknowledged: AtomicU64,
    /// Frames that the dry signal stood in for (audio writes).
    pub late_frames: AtomicU64,
    /// Times that this began (audio writes).
    pub late_events: AtomicU64,
    /// Hops that ran (worker writes).
    pub hops: AtomicU64,
    /// Smoothed run time of a hop as a share of its duration, f32 bits (worker writes).
    pub load: AtomicU32,
    /// Longest run of a hop in nanoseconds (worker writes).
    pub worst: AtomicU64,
    /// Whether the system granted real-time priority (worker writes).
    pub realtime: AtomicBool,
    /// Streams that were swapped in so far (worker writes).
    pub swaps: AtomicU64,
    /// Both gains of the amount, packed (any thread but the audio thread writes).
    pub amount: AtomicU64,
    /// Whether the governor may leave stages out (owner writes).
    pub adaptive: AtomicBool,
    /// Stages that run, of all stages of the reverse process (worker writes).
    pub stages: AtomicU32,
    pub stages_full: AtomicU32,
    /// Times that the governor left stages out (worker writes).
    pub lowered: AtomicU64,
    /// The worker's thread is to end, whatever it waits for (owner writes).
    pub stop: AtomicBool,
    /// Why the network stopped, if it did. Never locked by the audio thread.
    pub failure: Mutex<Option<Failure>>,
    /// The same as a flag that the audio thread may read.
    pub failed: AtomicBool,
    /// Whether the owner puts another stream in the place of one whose device is lost (owner writes).
    pub rescued: AtomicBool,
    /// Whether that stream is on its way (worker and owner write; the audio thread, when it has waited in vain).
    pub awaited: AtomicBool,
    /// Streams that took the place of one that had failed (worker writes).
    pub renewals: AtomicU64,
}

/// Why the network stopped.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub text: String,
    /// Whether a device was lost, so that the CPU could go on.
    pub device_lost: bool,
}

/// A snapshot for meters and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Frames for which the delayed dry signal stood in.
    pub late_frames: u64,
    /// How often that began.
    pub late_events: u64,
    /// Times that a stall outlasted the rings and the engine began anew.
    pub restarts: u64,
    /// Hops that the worker ran.
    pub hops: u64,
    /// Run time of a hop as a share of its duration, smoothed over about a second.
    pub load: f32,
    /// Longest run of a hop, in milliseconds.
    pub worst_milliseconds: f64,
    /// Whether the system granted real-time priority to the worker.
    pub realtime: bool,
    /// Streams that were swapped in.
    pub swaps: u64,
    /// Network evaluations a hop at present …
    pub stages: u32,
    /// … of those that the settings ask for; fewer when the governor saves time.
    pub stages_full: u32,
    /// How often the governor left some out.
    pub lowered: u64,
    /// Why the network stopped, if it did; the dry signal plays then, until another stream is swapped in.
    pub failure: Option<String>,
    /// Whether it stopped because a device was lost: then the CPU could go on.
    pub device_lost: bool,
    /// Streams that took the place of one that had failed.
    pub renewals: u64,
}

impl Shared {
    /// Whether nothing runs, and nothing will until the user does something.
    pub fn hopeless(&self) -> bool {
        self.failed.load(Acquire) && !self.awaited.load(Acquire)
    }

    /// Tells everybody that the network has stopped.
    pub fn fail(&self, failure: Failure) {
        let awaited = failure.device_lost && self.rescued.load(Relaxed);
        if let Ok(mut place) = self.failure.lock() {
            *place = Some(failure);
        }
        self.awaited.store(awaited, Release);
        self.failed.store(true, Release);
    }

    /// Tells everybody that another stream runs in its place.
    pub fn renew(&self) {
        if let Ok(mut place) = self.failure.lock() {
            *place = None;
        }
        // First of all: who no longer waits must see it.
        self.renewals.fetch_add(1, Release);
        self.failed.store(false, Release);
        self.awaited.store(false, Release);
    }

    pub fn report(&self) -> Report {
        let failure = self.failure.lock().ok().and_then(|place| place.clone());
        Report {
            late_frames: self.late_frames.load(Relaxed),
            late_events: self.late_events.load(Relaxed),
            restarts: self.generation.load(Relaxed),
            hops: self.hops.load(Relaxed),
            load: f32::from_bits(self.load.load(Relaxed)),
            worst_milliseconds: self.worst.load(Relaxed) as f64 * 1e-6,
            realtime: self.realtime.load(Relaxed),
            swaps: self.swaps.load(Relaxed),
            stages: self.stages.load(Relaxed),
            stages_full: self.stages_full.load(Relaxed),
            lowered: self.lowered.load(Relaxed),
            device_lost: failure.as_ref().is_some_and(|it| it.device_lost),
            failure: failure.map(|it| it.text),
            renewals: self.renewals.load(Relaxed),
        }
    }
}

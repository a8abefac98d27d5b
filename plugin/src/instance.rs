//! What one plugin instance runs, and what its threads share.
//!
//! The main thread says where the instance stands ([`Instance::activate`]), the keeper builds what the parameters
//! ask for ([`Instance::tend`]), the audio thread takes the engine when it is there ([`Instance::take_engine`]).

mod tend;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Acquire, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diffwav::engine::Format;
use diffwav::engine::meter::Meter;
use diffwav::engine::worker::{AudioSide, Blocks, Report, Worker};
use diffwav::error::Result;
use diffwav::model::Device;

use crate::params::DenoiseParams;
use crate::place::Place;
use crate::wanted::{self, Wanted};

/// What the user sees of it.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// The model's name and version, and the engine, once it runs.
    pub about: Option<diffwav::engine::session::Description>,
    /// What went wrong, and what is done instead.
    pub messages: Vec<String>,
    /// Nothing runs and nothing will, as the parameters are.
    pub failed: bool,
    /// Where the instance stands, once it was activated.
    pub place: Option<Place>,
}

struct Running {
    worker: Worker,
    wanted: Wanted,
    place: Place,
}

impl Running {
    /// The device that was lost, as the parameters name it, and why.
    fn loss(&self) -> Option<(Device, String)> {
        let report = self.worker.report();
        let why = report.failure.filter(|_| report.device_lost)?;
        Some((self.wanted.device, why))
    }
}

#[derive(Default)]
struct Inner {
    place: Option<Place>,
    running: Option<Running>,
    /// What was tried last, so that a failure is not tried for ever.
    tried: Option<(Wanted, Place)>,
    /// The device that was lost, as the parameters name it, and why: it is left alone until another one is chosen or the
    /// host starts audio anew.
    lost: Option<(Device, String)>,
    status: Status,
    meter: Option<Meter>,
}

/// Shared by the threads of one plugin instance.
pub struct Instance {
    params: Arc<DenoiseParams>,
    inner: Mutex<Inner>,
    /// The engine on its way to the audio thread.
    engine: Mutex<Option<AudioSide>>,
    /// The engine whose place it took, on its way back: the audio thread must not free it.
    retired: Mutex<Option<AudioSide>>,
    /// Held while an engine is built.
    building: Mutex<()>,
    arrived: Condvar,
    /// The [`wanted::key`] that was built last, or in vain; 0 at first.
    built: AtomicU32,
    /// Whether a frame was processed since the start of the signal: then engines are swapped and faded.
    begun: AtomicBool,
    /// Whether the host plays in real time; only then may fewer steps run than are asked for.
    live: AtomicBool,
    /// The latency has to change: the host must restart the plugin.
    restart: AtomicBool,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Instance({:?})", self.lock().status)
    }
}

impl Instance {
    /// One that was not activated yet.
    pub fn new(params: Arc<DenoiseParams>) -> Arc<Self> {
        Arc::new(Self {
            params,
            inner: Mutex::default(),
            engine: Mutex::default(),
            retired: Mutex::default(),
            building: Mutex::default(),
            arrived: Condvar::new(),
            built: AtomicU32::new(0),
            begun: AtomicBool::new(false),
            live: AtomicBool::new(false),
            restart: AtomicBool::new(false),
        })
    }

    /// From the main thread: says where it stands and waits up to `patience` for the engine. Returns the place, with
    /// the latency that the model causes there, and whether an engine that the audio thread already has still fits.
    ///
    /// # Errors
    /// For a format that the engine does not take.
    pub fn activate(
        &self,
        format: Format,
        blocks: Blocks,
        patience: Duration,
    ) -> Result<(Place, bool)> {
        let until = Instant::now() + patience;
        let wanted = Wanted::of(&self.params);
        let (model, _) = wanted::model(&wanted);
        let place = Place::new(&model?, format, blocks)?;
        self.restart.store(false, Relaxed);
        self.live.store(false, Relaxed);
        let mut inner = self.lock();
        let fits = inner.place == Some(place) && inner.running.is_some();
        inner.place = Some(place);
        inner.status.place = Some(place);
        inner.tried = None;
        if !fits {
            inner.lost = None;
        }
        inner.status.failed = false;
        self.begun.store(false, Relaxed);
        if !fits {
            inner.running = None;
            *self.engine_slot() = None;
            self.built.store(0, Relaxed);
        }
        crate::keeper::wake();
        while !self.is_current() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            inner = self
                .arrived
                .wait_timeout(inner, left)
                .map_or_else(|error| error.into_inner().0, |(inner, _)| inner);
        }
        Ok((place, fits))
    }

    /// From the main thread, when the plugin goes: ends the worker and waits for a build that is under way. The host may
    /// unload us or exit right after, and nothing of ours may then be inside the engine's library.
    pub fn close(&self) {
        let running = {
            let mut inner = self.lock();
            inner.place = None;
            inner.running.take()
        };
        drop(running);
        drop(self.building.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// From the audio thread: the engine, once. Never waits.
    pub fn take_engine(&self) -> Option<AudioSide> {
        self.engine.try_lock().ok()?.take()
    }

    /// From the audio thread: gives back the engine whose place another one took.
    pub fn retire(&self, engine: AudioSide) {
        match self.retired.try_lock() {
            Ok(mut retired) if retired.is_none() => *retired = Some(engine),
            // The keeper is just freeing the one before: leaking is better than freeing here.
            _ => std::mem::forget(engine),
        }
    }

    /// Whether what the parameters ask for was built, or cannot be. From any thread.
    pub fn is_current(&self) -> bool {
        self.built.load(Acquire) == wanted::key(&self.params)
    }

    /// From the audio thread: whether the signal has begun.
    pub fn set_begun(&self, begun: bool) {
        self.begun.store(begun, Relaxed);
    }

    /// From the audio thread, at any time: whether the host plays in real time.
    pub fn set_live(&self, live: bool) {
        self.live.store(live, Relaxed);
    }

    /// From the audio thread: whether to ask the host for a restart, once.
    pub fn take_restart(&self) -> bool {
        self.restart.load(Relaxed) && self.restart.swap(false, Relaxed)
    }

    /// What the user sees.
    pub fn status(&self) -> Status {
        self.lock().status.clone()
    }

    /// What the worker did so far.
    pub fn report(&self) -> Option<Report> {
        Some(self.lock().running.as_ref()?.worker.report())
    }

    /// The reading side of the meters, when another engine has come since the last call.
    pub fn take_meter(&self) -> Option<Meter> {
        self.lock().meter.take()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn engine_slot(&self) -> MutexGuard<'_, Option<AudioSide>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

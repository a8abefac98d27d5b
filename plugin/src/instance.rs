//! What one plugin instance runs, and what its threads share.
//!
//! The main thread says where the instance stands ([`Instance::activate`]), the keeper builds what the parameters
//! ask for ([`Instance::tend`]), the audio thread takes the engine when it is there ([`Instance::take_engine`]).

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diffwav::engine::meter::Meter;
use diffwav::engine::worker::{self, AudioSide, Blocks, Report, Worker};
use diffwav::engine::{Format, Stream};
use diffwav::error::Result;
use diffwav::model::Model;

use crate::models::Unloaded;
use crate::params::DenoiseParams;
use crate::wanted::{self, Wanted};

/// Where an instance stands in its host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The signal.
    pub format: Format,
    /// The calls.
    pub blocks: Blocks,
    /// Delay of both paths in frames, as it was reported.
    pub latency: usize,
}

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

#[derive(Default)]
struct Inner {
    place: Option<Place>,
    running: Option<Running>,
    /// What was tried last, so that a failure is not tried for ever.
    tried: Option<(Wanted, Place)>,
    status: Status,
    meter: Option<Meter>,
}

/// Shared by the threads of one plugin instance.
pub struct Instance {
    params: Arc<DenoiseParams>,
    inner: Mutex<Inner>,
    /// The engine on its way to the audio thread.
    engine: Mutex<Option<AudioSide>>,
    arrived: Condvar,
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
            arrived: Condvar::new(),
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
        let place = place(&model?, format, blocks)?;
        self.restart.store(false, Relaxed);
        self.live.store(false, Relaxed);
        let mut inner = self.lock();
        let fits = inner.place == Some(place) && inner.running.is_some();
        inner.place = Some(place);
        inner.status.place = Some(place);
        inner.tried = None;
        inner.status.failed = false;
        if !fits {
            inner.running = None;
            *self.engine_slot() = None;
        }
        crate::keeper::wake();
        while inner.running.is_none() && !inner.status.failed {
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

    /// From the audio thread: the engine, once. Never waits.
    pub fn take_engine(&self) -> Option<AudioSide> {
        self.engine.try_lock().ok()?.take()
    }

    /// Whether an engine may still come. For threads that may wait.
    pub fn is_loading(&self) -> bool {
        let inner = self.lock();
        inner.place.is_some() && inner.running.is_none() && !inner.status.failed
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

    /// From the keeper's thread: builds what the parameters ask for, if it does not run yet.
    pub fn tend(&self) {
        let wanted = Wanted::of(&self.params);
        let place = {
            let mut inner = self.lock();
            let Some(place) = inner.place else { return };
            if let Some(running) = &inner.running {
                let adaptive = self.params.adaptive.value() && self.live.load(Relaxed);
                running.worker.set_adaptive(adaptive);
                if running.wanted == wanted && running.place == place {
                    return;
                }
            }
            if inner.tried.as_ref() == Some(&(wanted.clone(), place)) {
                return;
            }
            inner.tried = Some((wanted.clone(), place));
            inner.status.failed = false;
            place
        };
        // Without the lock: this takes its time, and the host goes on.
        let built = wanted::build(&wanted, place.format);
        let mut inner = self.lock();
        if inner.place != Some(place) {
            return;
        }
        inner.status.messages = built.messages;
        match built.prepared {
            Err(error) => {
                inner.status.messages.push(error.to_string());
                inner.status.failed = inner.running.is_none();
            }
            Ok(prepared) => {
                let latency = latency(&prepared.stream, place.blocks);
                inner.status.about = Some(prepared.about);
                if latency == place.latency {
                    self.put(&mut inner, prepared.stream, wanted, place);
                } else {
                    // The host activates again, and then the new latency counts from the start.
                    self.restart.store(true, Relaxed);
                    let message =
                        "this model has another latency: the host is asked to restart the plugin";
                    inner.status.messages.push(message.to_owned());
                }
            }
        }
        self.arrived.notify_all();
    }

    fn put(&self, inner: &mut Inner, stream: Stream, wanted: Wanted, place: Place) {
        if let Some(running) = &mut inner.running {
            match running.worker.swap(stream) {
                Ok(()) => running.wanted = wanted,
                Err(error) => inner.status.messages.push(error.to_string()),
            }
            return;
        }
        match Worker::spawn(stream, &self.params.settings(), place.blocks) {
            Ok((worker, engine)) => {
                inner.meter = worker.take_meter();
                *self.engine_slot() = Some(engine);
                inner.running = Some(Running {
                    worker,
                    wanted,
                    place,
                });
            }
            Err(error) => {
                inner.status.messages.push(error.to_string());
                inner.status.failed = true;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn engine_slot(&self) -> MutexGuard<'_, Option<AudioSide>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an instance with this model stands: the latency comes from the same objects that will cause it.
fn place(model: &Model, format: Format, blocks: Blocks) -> Result<Place> {
    let network = Box::new(Unloaded(model.card.clone()));
    let stream = Stream::new(network, format, &diffwav::engine::Settings::default())?;
    Ok(Place {
        format,
        blocks,
        latency: latency(&stream, blocks),
    })
}

fn latency(stream: &Stream, blocks: Blocks) -> usize {
    stream.delay().0 as usize + worker::waiting(stream.hop(), stream.resampled(), blocks)
}

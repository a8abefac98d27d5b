//! What one instance of the instrument is, and what its threads share.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ringbuf::traits::Split;
use ringbuf::{HeapProd, HeapRb};

use super::book::Book;
use super::controls::Delivery;
use super::jobs::Job;
use super::maker::{Maker, Wanted};
use super::pads::PADS;
use super::params::SynthParams;
use super::player::Player;
use super::recipe::Recipe;
use super::shared::{Shared, key};
use super::shelf::{AHEAD, OPENING};
use super::source::HitSource;

/// Hits on their way to the audio thread: more than twice as many as it keeps.
const RING: usize = 4 * PADS * (OPENING + AHEAD);

/// What the window shows of a pad.
#[derive(Debug, Clone, Default)]
pub struct PadView {
    /// Magnitudes of the newest hit along its time.
    pub picture: Option<Arc<[f32]>>,
    /// What it was made from.
    pub recipe: Option<Recipe>,
}

/// What the window shows.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Model, engine, steps.
    pub about: Option<String>,
    /// What happened last, or what is wrong.
    pub message: Option<String>,
    /// Classes of the network.
    pub classes: Vec<String>,
    /// The pads.
    pub pads: [PadView; PADS],
}

#[derive(Default)]
struct Inner {
    status: Status,
    jobs: VecDeque<Job>,
    /// Until the thread begins.
    outgoing: Option<HeapProd<Delivery>>,
    thread: Option<JoinHandle<()>>,
}

/// Shared by the threads of an instance.
pub struct Instance {
    /// Numbers that the audio thread reads and writes.
    pub shared: Arc<Shared>,
    params: Arc<SynthParams>,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instance")
    }
}

impl Instance {
    /// With its player; nothing runs before [`Self::activate`].
    pub fn new(params: Arc<SynthParams>) -> (Arc<Self>, Player) {
        let (outgoing, incoming) = HeapRb::new(RING).split();
        let shared = Arc::<Shared>::default();
        let inner = Inner {
            outgoing: Some(outgoing),
            ..Inner::default()
        };
        let instance = Arc::new(Self {
            shared: Arc::clone(&shared),
            params,
            inner: Mutex::new(inner),
        });
        (instance, Player::new(shared, incoming))
    }

    /// From the main thread: hits are made for this rate from now on.
    pub fn activate(self: &Arc<Self>, rate: u32) {
        self.shared.rate.store(rate, Release);
        let mut inner = self.lock();
        if let Some(outgoing) = inner.outgoing.take() {
            let instance = Arc::clone(self);
            let thread = std::thread::Builder::new().name("diffwav maker".into());
            match thread.spawn(move || Maker::new(instance, outgoing).run()) {
                Ok(handle) => {
                    let _ = self.shared.maker.set(handle.thread().clone());
                    inner.thread = Some(handle);
                }
                Err(error) => {
                    inner.status.message = Some(format!("no thread to make hits: {error}"));
                    self.shared.failed.store(true, Release);
                }
            }
        }
        drop(inner);
        self.shared.wake();
    }

    /// From the main thread, when the plugin goes: the host may unload us or exit right after, and nothing of ours may
    /// then be inside the engine's library.
    pub fn close(&self) {
        self.shared.closing.store(true, Release);
        self.shared.wake();
        let thread = self.lock().thread.take();
        if let Some(thread) = thread {
            // A maker that panicked has nothing more to do.
            let _ = thread.join();
        }
    }

    /// What is saved.
    pub fn book(&self) -> &Book {
        &self.params.book
    }

    /// Reverse steps that are asked for; 0: as the model's card says.
    pub fn steps(&self) -> i32 {
        self.params.steps.value()
    }

    /// The pads as they are to be now.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let (steps, rate) = (self.steps(), self.shared.rate.load(Relaxed));
        self.book().with(|pages| {
            (0..PADS)
                .map(|pad| {
                    let shape = self.params.pads[pad].shape();
                    Wanted {
                        song: pages.song,
                        page: pages.pads[pad].clone(),
                        shape,
                        key: key(self.book().revision(pad), steps, rate, &shape),
                    }
                })
                .collect()
        })
    }

    /// The recipe of the hit that a pad played last, or would play first.
    pub fn last_recipe(&self, pad: usize) -> Recipe {
        let number = self.shared.pads[pad].played.load(Relaxed);
        let wanted = &self.wanted()[pad];
        wanted
            .pad(pad)
            .recipe(&wanted.shape, number.saturating_sub(1))
    }

    /// From the window: the hit that was heard last is the one that plays from now on; or no more.
    pub fn lock_pad(&self, pad: usize, locked: bool) {
        let recipe = locked.then(|| self.last_recipe(pad));
        self.book().edit(|pages| pages.pads[pad].locked = recipe);
        self.shared.wake();
    }

    /// From the window: writes the hit that was heard last.
    pub fn export(&self, pad: usize, folder: PathBuf) {
        let recipe = self.last_recipe(pad);
        self.ask(Job::Export {
            pad,
            recipe,
            folder,
        });
    }

    /// From the window: has the maker do something.
    pub fn ask(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.shared.wake();
    }

    pub(super) fn take_job(&self) -> Option<Job> {
        self.lock().jobs.pop_front()
    }

    /// What the window shows.
    pub fn status(&self) -> Status {
        self.lock().status.clone()
    }

    pub(super) fn tell(&self, message: String) {
        self.lock().status.message = Some(message);
    }

    pub(super) fn introduce(&self, source: &dyn HitSource) {
        let mut inner = self.lock();
        inner.status.about = Some(source.about());
        inner.status.classes = source.classes().to_vec();
        inner.status.message = None;
    }

    pub(super) fn show(&self, pad: usize, picture: Arc<[f32]>, recipe: Recipe) {
        let mut inner = self.lock();
        inner.status.pads[pad] = PadView {
            picture: Some(picture),
            recipe: Some(recipe),
        };
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

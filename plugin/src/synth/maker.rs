//! The thread that makes hits: what is due first is made first, and what nobody plays any more is freed here.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::time::{Duration, Instant};

use diffwav::error::Result;
use diffwav::units::Hz;
use ringbuf::HeapProd;
use ringbuf::traits::{Observer, Producer};

use super::book::PadPage;
use super::controls::Delivery;
use super::hit::{Hit, picture};
use super::instance::Instance;
use super::pads::PADS;
use super::recipe::{Pad, Recipe, Shape};
use super::shared::Shared;
use super::shelf::{Name, Shelf};
use super::source::{self, Lent, lock};
use super::turns::{Look, Turns};

/// How long it sleeps when all is ready.
const LOOK: Duration = Duration::from_millis(50);

/// Most sounds at a time, for a source that can: the others wait meanwhile.
const BATCH: usize = 4;

/// After a failure it tries again so much later.
const RETRY: Duration = Duration::from_secs(5);

/// Time constant of the load that is shown.
const LOAD_SECONDS: f32 = 2.0;

/// A pad as the parameters and the book have it now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) song: u64,
    pub(super) page: PadPage,
    pub(super) shape: Shape,
    pub(super) key: u64,
}

impl Wanted {
    /// The parts that make recipes.
    pub(super) fn pad(&self, index: usize) -> Pad<'_> {
        Pad {
            index,
            class: &self.page.class,
            song: self.song,
            seed: self.page.seed,
            own: self.page.sample.is_some(),
            locked: self.page.locked.as_ref(),
        }
    }
}

/// A hit to be made.
struct Task {
    pad: usize,
    name: Name,
    recipe: Recipe,
    fixed: bool,
}

/// What the thread owns.
pub(super) struct Maker {
    pub(super) instance: Arc<Instance>,
    outgoing: HeapProd<Delivery>,
    shelves: [Shelf<()>; PADS],
    turns: Turns,
    /// Pads whose only hit is there, by its key.
    only: [Option<u64>; PADS],
    /// The sounds that variations start from.
    pub(super) bases: [Option<(Recipe, Arc<[f32]>)>; PADS],
    /// Every hit that may still be played: the audio thread never holds the last reference.
    kept: Vec<Arc<Hit>>,
    pub(super) source: Option<(i32, Lent)>,
    /// Sounds at a time.
    together: usize,
    /// Steps that failed to load, and when.
    failed: Option<(i32, Instant)>,
    /// Pads whose hits could not be made, by their key, and when: the others go on.
    broken: [Option<(u64, Instant)>; PADS],
    load: f32,
    last: Instant,
}

impl Maker {
    pub(super) fn new(instance: Arc<Instance>, outgoing: HeapProd<Delivery>) -> Self {
        Self {
            instance,
            outgoing,
            shelves: Default::default(),
            turns: Turns::default(),
            only: [None; PADS],
            bases: Default::default(),
            kept: Vec::new(),
            source: None,
            together: 1,
            failed: None,
            broken: [None; PADS],
            load: 0.0,
            last: Instant::now(),
        }
    }

    fn shared(&self) -> &Shared {
        &self.instance.shared
    }

    /// Until the instance goes.
    pub(super) fn run(&mut self) {
        while !self.shared().closing.load(Relaxed) {
            let began = Instant::now();
            let busy = self.turn();
            self.measure(began.elapsed(), busy);
            if !busy {
                std::thread::park_timeout(LOOK);
            }
        }
    }

    fn measure(&mut self, spent: Duration, busy: bool) {
        let passed = self.last.elapsed().as_secs_f32().max(1e-6);
        self.last = Instant::now();
        let share = if busy {
            (spent.as_secs_f32() / passed).min(1.0)
        } else {
            0.0
        };
        self.load += (share - self.load) * (1.0 - (-passed / LOAD_SECONDS).exp());
        self.shared()
            .load
            .store((1000.0 * self.load) as u32, Relaxed);
    }

    /// One piece of work; whether there was any.
    fn turn(&mut self) -> bool {
        self.kept.retain(|hit| Arc::strong_count(hit) > 1);
        if !self.prepare() {
            return false;
        }
        if self.work_off_a_job() {
            return true;
        }
        let rate = self.shared().rate.load(Relaxed);
        if rate == 0 || self.outgoing.vacant_len() < 2 * BATCH {
            return false;
        }
        let wanted = self.instance.wanted();
        let tasks = self.due(&wanted);
        if tasks.is_empty() {
            return false;
        }
        match self.make(&wanted, &tasks, Hz(rate)) {
            Ok(hits) => {
                for (task, hit) in tasks.into_iter().zip(hits) {
                    self.send(task, hit);
                }
            }
            Err(error) => {
                self.instance.tell(error.to_string());
                for task in tasks {
                    self.broken[task.pad] = Some((task.name.key, Instant::now()));
                    // Nobody is to wait for what cannot be made.
                    self.shared().pads[task.pad].failed.store(true, Release);
                }
            }
        }
        true
    }

    /// Whether there is a source for the steps that are asked for.
    fn prepare(&mut self) -> bool {
        let steps = self.instance.steps();
        if self.source.as_ref().is_some_and(|(had, _)| *had == steps) {
            return true;
        }
        if self
            .failed
            .is_some_and(|(tried, at)| tried == steps && at.elapsed() < RETRY)
        {
            return false;
        }
        match source::lend((steps > 0).then_some(steps as usize)) {
            Ok(source) => {
                {
                    let source = lock(&source);
                    self.instance.introduce(&**source);
                    self.together = source.together().clamp(1, BATCH);
                }
                self.source = Some((steps, source));
                self.bases = Default::default();
                self.failed = None;
                self.shared().failed.store(false, Release);
                true
            }
            Err(error) => {
                self.failed = Some((steps, Instant::now()));
                self.instance.tell(error.to_string());
                self.shared().failed.store(true, Release);
                false
            }
        }
    }

    /// Sends what a pad's hits vary: until they are there it is better than silence.
    pub(super) fn send_base(&mut self, pad: usize, sound: &[f32], from: Hz) {
        let rate = Hz(self.shared().rate.load(Relaxed));
        let Ok(hit) = Hit::new(sound, from, rate, false).map(Arc::new) else {
            return;
        };
        self.kept.push(Arc::clone(&hit));
        let name = None;
        // Without room it is not missed.
        let _ = self.outgoing.try_push(Delivery { pad, name, hit });
    }

    /// What comes next.
    fn due(&self, wanted: &[Wanted]) -> Vec<Task> {
        let waiting = self.shared().waiting();
        let looks = wanted.iter().enumerate().filter_map(|(pad, wanted)| {
            let broken = |(key, at): (u64, Instant)| key == wanted.key && at.elapsed() < RETRY;
            if self.only[pad] == Some(wanted.key) || self.broken[pad].is_some_and(broken) {
                return None;
            }
            Some(Look {
                pad,
                key: wanted.key,
                next: self.shared().next(pad),
                shelf: &self.shelves[pad],
                waited_for: waiting == Some(pad),
            })
        });
        let chosen = self.turns.choose(looks, self.together);
        chosen
            .into_iter()
            .map(|(pad, number)| Task {
                pad,
                name: Name {
                    number,
                    key: wanted[pad].key,
                },
                recipe: wanted[pad].pad(pad).recipe(&wanted[pad].shape, number),
                fixed: wanted[pad].pad(pad).is_fixed(&wanted[pad].shape),
            })
            .collect()
    }

    fn make(&mut self, wanted: &[Wanted], tasks: &[Task], rate: Hz) -> Result<Vec<Arc<Hit>>> {
        let recipes: Vec<(usize, &Recipe)> =
            tasks.iter().map(|task| (task.pad, &task.recipe)).collect();
        let sounds = self.sounds(wanted, &recipes)?;
        let from = self.source_rate();
        tasks
            .iter()
            .zip(sounds)
            .map(|(task, sound)| Hit::new(&sound, from, rate, task.fixed).map(Arc::new))
            .collect()
    }

    fn send(&mut self, task: Task, hit: Arc<Hit>) {
        self.instance
            .show(task.pad, picture(&hit.sound), task.recipe);
        self.broken[task.pad] = None;
        self.shared().pads[task.pad].failed.store(false, Release);
        self.kept.push(Arc::clone(&hit));
        let delivery = Delivery {
            pad: task.pad,
            name: Some(task.name),
            hit,
        };
        // There is room: it was looked for, and nobody else sends.
        if self.outgoing.try_push(delivery).is_ok() {
            self.shelves[task.pad].put(task.name, ());
            let next = self.instance.shared.next(task.pad);
            self.turns.made(task.pad, task.name, next);
            self.only[task.pad] = task.fixed.then_some(task.name.key);
        }
    }
}

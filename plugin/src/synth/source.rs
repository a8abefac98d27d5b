//! Where sounds come from: the one-shot network, shared by the instances of a process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use diffwav::error::Result;
use diffwav::units::Hz;

/// One sound to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Index of the class; none: no class.
    pub class: Option<usize>,
    /// Seed of all noise in it.
    pub seed: u64,
    /// −2 … 2 standard deviations of the class.
    pub brightness: f32,
    /// Likewise.
    pub length: f32,
    /// Guidance scale; 0: none.
    pub guidance: f32,
    /// At most so long.
    pub seconds: f32,
    /// The sound that is varied, at the source's rate, and how far from it (0 … 1).
    pub base: Option<(Arc<[f32]>, f32)>,
}

/// Makes sounds. Not on an audio thread: it takes its time.
pub trait HitSource: Send {
    /// Model, engine and device, for the user.
    fn about(&self) -> String;
    /// Sample rate of what it makes.
    fn rate(&self) -> Hz;
    /// Its classes.
    fn classes(&self) -> &[String];
    /// Longest sound in seconds.
    fn seconds_max(&self) -> f32;
    /// Sounds that it makes at a time; more are made one after the other.
    fn together(&self) -> usize {
        1
    }
    /// One sound an order, mono, from the transient on. The same order gives the same bits, whatever is beside it.
    ///
    /// # Errors
    /// When the network fails.
    fn make(&mut self, orders: &[Order]) -> Result<Vec<Vec<f32>>>;
}

/// A source that several instances use in turn.
pub type Lent = Arc<Mutex<Box<dyn HitSource>>>;

/// A source, whoever used it before.
pub fn lock(source: &Lent) -> MutexGuard<'_, Box<dyn HitSource>> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The source for this number of reverse steps (None: as the model's card says), loaded if nobody has it yet.
///
/// # Errors
/// When the model or an engine for it cannot be had.
pub fn lend(steps: Option<usize>) -> Result<Lent> {
    if let Some(source) = substitute() {
        return Ok(Arc::new(Mutex::new(source)));
    }
    type Known = Vec<(Option<usize>, Weak<Mutex<Box<dyn HitSource>>>)>;
    static KNOWN: Mutex<Known> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(_, source)| source.strong_count() > 0);
    let found = known.iter().find(|(known, _)| *known == steps);
    if let Some(source) = found.and_then(|(_, source)| source.upgrade()) {
        return Ok(source);
    }
    let source: Lent = Arc::new(Mutex::new(super::network::load(steps)?));
    known.push((steps, Arc::downgrade(&source)));
    Ok(source)
}

type Substitute = Box<dyn Fn() -> Box<dyn HitSource> + Send + Sync>;
static SUBSTITUTE: RwLock<Option<Substitute>> = RwLock::new(None);

/// Makes every later instance of this process use another source: for tests of what cannot be had from a real one
/// (a machine that is too slow, a network that fails). A plugin in a host has no way to reach this.
pub fn substitute_sources(source: Option<Substitute>) {
    *SUBSTITUTE.write().unwrap_or_else(PoisonError::into_inner) = source;
}

fn substitute() -> Option<Box<dyn HitSource>> {
    let source = SUBSTITUTE.read().unwrap_or_else(PoisonError::into_inner);
    Some(source.as_ref()?())
}

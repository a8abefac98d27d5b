//! What the engine asks of a network, whichever engine runs it.

use std::any::Any;
use std::fmt;

use crate::error::Result;
use crate::model::card::Card;

/// The caches of one reverse stage: flat f32 tensors, zero at the start, batch axis first.
#[derive(Debug, Default)]
pub struct Caches {
    /// Read by the next call. One vector per `state_*` input, in the order of the graph.
    pub now: Vec<Vec<f32>>,
    /// Written by the call; swapped with `now` when it succeeded.
    pub next: Vec<Vec<f32>>,
    /// Where a device keeps them between calls: then `now` and `next` are not used.
    pub(super) resident: Resident,
}

/// Caches in the memory of a device, known to the network that put them there only.
#[derive(Default)]
pub(super) struct Resident(pub Option<Box<dyn Any + Send>>);

impl fmt::Debug for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "on the device"
        } else {
            "on the host"
        })
    }
}

impl Caches {
    /// Caches that start from `now`.
    #[must_use]
    pub fn new(now: Vec<Vec<f32>>) -> Self {
        Self {
            next: now.clone(),
            now,
            resident: Resident::default(),
        }
    }

    /// Makes what the call wrote the input of the next one.
    pub fn swap(&mut self) {
        std::mem::swap(&mut self.now, &mut self.next);
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) {
        self.resident = Resident::default();
        for state in &mut self.now {
            state.fill(0.0);
        }
    }
}

/// One evaluation over `frames` consecutive frames of `batch` signals.
#[derive(Debug)]
pub struct Call<'a> {
    /// B: channels or variations.
    pub batch: usize,
    /// T: frames, at most [`Network::frames_max`].
    pub frames: usize,
    /// State of the reverse process, `[B, C, T, F]`.
    pub x: &'a [f32],
    /// Condition, `[B, C, T, F]`; empty for unconditional networks.
    pub y: &'a [f32],
    /// Diffusion time or noise level, as the card's path defines it; the same for all of the batch.
    pub time: f32,
    /// Class of each signal, `[B]`; the number of classes means "no class". Empty where the network has no classes.
    pub labels: &'a [i64],
    /// What else the network is told, `[B, K]`; empty where it has no controls.
    pub controls: &'a [f32],
    /// The caches of this stage, swapped on success.
    pub caches: &'a mut Caches,
    /// What the card says the network predicts, `[B, C, T, F]`.
    pub out: &'a mut [f32],
}

/// The labels and controls of `batch` signals of which nothing is said: no class, and what is typical.
#[must_use]
pub fn unspecified(card: &Card, batch: usize) -> (Vec<i64>, Vec<f32>) {
    let classes = card.labels.len();
    let labels = if classes > 0 { batch } else { 0 };
    (
        vec![classes as i64; labels],
        vec![0.0; batch * card.controls.len()],
    )
}

/// A network with explicit caches; causal where its card says so.
pub trait Network: Send {
    /// The contract that it was loaded with.
    fn card(&self) -> &Card;

    /// What really runs: engine, its version and the device, for reports ("onnxruntime 1.28.0 on cpu").
    fn engine(&self) -> &str;

    /// How much of the graph runs on the device that [`engine`](Self::engine) names, where that was asked for: a
    /// sentence.
    fn placement(&self) -> Option<String> {
        None
    }

    /// The most frames that one call may hold.
    fn frames_max(&self) -> usize;

    /// Caches for a batch of `batch` signals, all zero.
    fn caches(&self, batch: usize) -> Caches;

    /// Runs one call. On an error neither caches nor anything else has changed.
    ///
    /// # Errors
    /// [`crate::Error::Inference`] when the engine fails or a shape does not fit.
    fn run(&mut self, call: Call<'_>) -> Result<()>;
}

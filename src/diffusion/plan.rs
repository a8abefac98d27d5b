//! A reverse sampler, unrolled into stages with fixed coefficients.
//!
//! Every sampler of this crate is linear in (x, D, remembered x, remembered D, y, z), with D = x̂0 the data
//! prediction. So a sampler with its schedule compiles into a [`Plan`]: a list of [`Stage`]s, one network
//! evaluation each. The engine walks the stages; no schedule arithmetic happens while audio runs.
//!
//! One stage, on slices of any length (all elements are independent):
//!
//! ```text
//! stage.evaluation.input(x, network_input)            network_input = c_in·x
//! out = network(network_input, y, evaluation.time)
//! stage.evaluation.data(x, y, out)                    out becomes D, in place
//! stage.advance(x, D, y, z, memory)                   x ← next state; memory ← (old x, D) if it remembers
//! ```

use std::ops::{Add, Mul};

/// `f32` for audio, `f64` for proofs.
pub trait Real: Copy + Default + Add<Output = Self> + Mul<Output = Self> {
    /// A coefficient, rounded to this precision.
    fn coefficient(value: f64) -> Self;
}

impl Real for f32 {
    fn coefficient(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    fn coefficient(value: f64) -> Self {
        value
    }
}

/// Coefficients of one linear update: `x ← x·x + data·D + memory_x·X + memory_data·D' + y·y + noise·z`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Update {
    /// Of the current state x.
    pub x: f64,
    /// Of the data prediction D of this stage.
    pub data: f64,
    /// Of the remembered state (see [`Stage::remember`]).
    pub memory_x: f64,
    /// Of the remembered data prediction.
    pub memory_data: f64,
    /// Of the condition y.
    pub y: f64,
    /// Of fresh standard Gaussian noise z.
    pub noise: f64,
}

/// What an [`Update`] adds to x. A slice whose coefficient is zero is not read and may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a, T> {
    /// D of this stage.
    pub data: &'a [T],
    /// The remembered state X.
    pub memory_x: &'a [T],
    /// The remembered data prediction D'.
    pub memory_data: &'a [T],
    /// The condition y.
    pub y: &'a [T],
    /// Standard Gaussian noise z.
    pub noise: &'a [T],
}

impl Update {
    /// Replaces x by the next state. Does not allocate; the terms are added in the order of the fields.
    ///
    /// # Panics
    /// When a slice that is read has not the length of `x`.
    pub fn apply<T: Real>(&self, x: &mut [T], terms: &Terms<'_, T>) {
        scale(x, self.x);
        accumulate(x, self.data, terms.data);
        accumulate(x, self.memory_x, terms.memory_x);
        accumulate(x, self.memory_data, terms.memory_data);
        accumulate(x, self.y, terms.y);
        accumulate(x, self.noise, terms.noise);
    }
}

/// `x ← factor·x`; a factor of zero forgets even infinities.
fn scale<T: Real>(x: &mut [T], factor: f64) {
    if factor == 0.0 {
        x.fill(T::default());
    } else if factor != 1.0 {
        let factor = T::coefficient(factor);
        x.iter_mut().for_each(|x| *x = factor * *x);
    }
}

/// `x ← x + factor·term`, without looking at the term when the factor is zero.
fn accumulate<T: Real>(x: &mut [T], factor: f64, term: &[T]) {
    if factor == 0.0 {
        return;
    }
    assert_eq!(x.len(), term.len(), "a term must be as long as the state");
    let factor = T::coefficient(factor);
    for (x, &term) in x.iter_mut().zip(term) {
        *x = *x + factor * term;
    }
}

/// How a network's input and output become the data prediction: `D = x·x + y·y + out·F(input_gain·x, time)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The number that the network's `t` input receives.
    pub time: f64,
    /// c_in of EDM; 1 otherwise.
    pub input_gain: f64,
    /// Coefficient of the state in D (c_skip of EDM, 1/a for a noise prediction).
    pub x: f64,
    /// Coefficient of the condition in D (of a noise or score prediction around a mean that holds y).
    pub y: f64,
    /// Coefficient of the network's output in D (c_out of EDM).
    pub out: f64,
}

impl Evaluation {
    /// Writes what the network sees as `x`.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn input<T: Real>(&self, x: &[T], into: &mut [T]) {
        into.copy_from_slice(x);
        scale(into, self.input_gain);
    }

    /// Turns the network's output into D, in place. `y` may be empty when its coefficient is zero.
    ///
    /// # Panics
    /// When a slice that is read has not the length of `out`.
    pub fn data<T: Real>(&self, x: &[T], y: &[T], out: &mut [T]) {
        scale(out, self.out);
        accumulate(out, self.x, x);
        accumulate(out, self.y, y);
    }
}

/// One network evaluation and the update that follows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// What the network sees and how its output is read.
    pub evaluation: Evaluation,
    /// The new state.
    pub update: Update,
    /// Afterwards, replace the memory by (x before this update, D of this stage).
    ///
    /// The update itself still reads what an *earlier* stage remembered. Memory is kept until the next stage
    /// that remembers; no update reads it before the first one did.
    pub remember: bool,
}

impl Stage {
    /// The update, then the memory. Does not allocate. Empty slices as in [`Terms`].
    ///
    /// # Panics
    /// When a slice that is read has not the length of `x`, or `memory` is needed and has another length.
    pub fn advance<T: Real>(
        &self,
        x: &mut [T],
        data: &[T],
        y: &[T],
        noise: &[T],
        memory: &mut Memory<T>,
    ) {
        if self.remember {
            memory.before.copy_from_slice(x);
        }
        self.update.apply(
            x,
            &Terms {
                data,
                memory_x: &memory.x,
                memory_data: &memory.data,
                y,
                noise,
            },
        );
        if self.remember {
            std::mem::swap(&mut memory.x, &mut memory.before);
            memory.data.copy_from_slice(data);
        }
    }
}

/// What a stage left for the stages that follow, for one block of elements.
#[derive(Debug, Clone, Default)]
pub struct Memory<T> {
    x: Vec<T>,
    data: Vec<T>,
    /// x of the stage that runs, until its update has read the old memory.
    before: Vec<T>,
}

impl<T: Real> Memory<T> {
    /// For blocks of `len` elements; 0 will do for a plan that does not remember.
    pub fn new(len: usize) -> Self {
        let empty = vec![T::default(); len];
        Self {
            x: empty.clone(),
            data: empty.clone(),
            before: empty,
        }
    }
}

/// The start of the reverse process: `x_T = y·y + noise·z`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// Of the condition y.
    pub y: f64,
    /// Of standard Gaussian noise.
    pub noise: f64,
}

impl Start {
    /// The noisy signal itself: DiffWave's zero-shot denoising enters a diffusion model so (2009.09761).
    pub const SIGNAL: Self = Self { y: 1.0, noise: 0.0 };

    /// Writes x_T. Empty slices as in [`Terms`].
    ///
    /// # Panics
    /// When a slice that is read has not the length of `x`.
    pub fn apply<T: Real>(&self, x: &mut [T], y: &[T], noise: &[T]) {
        x.fill(T::default());
        accumulate(x, self.y, y);
        accumulate(x, self.noise, noise);
    }
}

/// A whole reverse process.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where it starts.
    pub start: Start,
    /// Its stages, in the order in which they run; one network evaluation each.
    pub stages: Vec<Stage>,
}

impl Plan {
    /// Whether any stage needs a [`Memory`].
    pub fn remembers(&self) -> bool {
        self.stages.iter().any(|stage| stage.remember)
    }
}

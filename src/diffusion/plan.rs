//! A reverse sampler, unrolled into stages with fixed coefficients.
//!
//! Every sampler of this crate is linear in (x, D, remembered x, remembered D, y, z), with D = x̂0 the data
//! prediction. So a sampler with its schedule compiles into a [`Plan`]: a list of [`Stage`]s, one network
//! evaluation each. The engine walks the stages; no schedule arithmetic happens while audio runs.

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

/// How a network's input and output become the data prediction: `D = x·x + out·F(input_gain·x, time)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The number that the network's `t` input receives.
    pub time: f64,
    /// c_in of EDM; 1 otherwise.
    pub input_gain: f64,
    /// Coefficient of the state in D (c_skip of EDM).
    pub x: f64,
    /// Coefficient of the network's output in D (c_out of EDM).
    pub out: f64,
}

/// One network evaluation and the update that follows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// What the network sees and how its output is read.
    pub evaluation: Evaluation,
    /// The new state.
    pub update: Update,
    /// Remember x (before the update) and D of this stage for the stages that follow.
    pub remember: bool,
}

/// The start of the reverse process: `x_T = y·y + noise·z`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// Of the condition y.
    pub y: f64,
    /// Of standard Gaussian noise.
    pub noise: f64,
}

/// A whole reverse process.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where it starts.
    pub start: Start,
    /// Its stages, in the order in which they run.
    pub stages: Vec<Stage>,
}

//! Networks without an engine, for tests and benches: known mathematics, settable run time, faults on demand.
//!
//! ```
//! use diffwav::model::{Network, fake::Fake};
//! let network = Fake::identity(480).holding(4).busy(std::time::Duration::from_millis(2));
//! assert_eq!(network.frames_max(), 4);
//! ```

mod law;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::diffusion::{path::Path, sampler::Sampler};
use crate::error::{Error, Result};
use crate::model::card::{Card, Control, FORMAT, Predicts, Steps, Task, Transform, WindowShape};
use crate::model::network::{Caches, Call, Network};
use crate::model::signature::Signature;
use law::{Law, signature};

/// A fault that one call shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The call returns [`Error::Inference`].
    Error,
    /// The call succeeds and writes NaN, which no real engine does (they return an error).
    Nan,
}

/// How a call spends its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Sleep(Duration),
    Spin(Duration),
}

/// A network of known mathematics. Every call costs the time that was set, whatever its size.
#[derive(Debug, Clone)]
pub struct Fake {
    card: Card,
    signature: Signature,
    engine: String,
    law: Law,
    pace: Option<Pace>,
    faults: BTreeMap<u64, Fault>,
    calls: u64,
}

impl Fake {
    /// D = y on √Hann STFT frames of `hop` samples: with it the whole chain is a pure delay.
    #[must_use]
    pub fn identity(hop: usize) -> Self {
        Self::new(hop, Law::Condition)
    }

    /// D = x: the output of the reverse process is what the sampler makes of its own start.
    #[must_use]
    pub fn state(hop: usize) -> Self {
        Self::new(hop, Law::State)
    }

    /// D_m = `pole`·D_{m−1} + (1 − `pole`)·y_m in every bin, with D_{m−1} in a cache: lost, swapped or
    /// shared caches change the output.
    #[must_use]
    pub fn one_pole(hop: usize, pole: f32) -> Self {
        Self::new(hop, Law::OnePole(pole))
    }

    /// A network that makes sounds, on the cosine path: D = (1 + label)/(1 + frame) + Σ controls/10 + x/4 on every bin, so
    /// class, controls, length and the way of x can be told from the output. A second a call, not causal.
    #[must_use]
    pub fn synth(hop: usize, labels: &[&str], controls: &[&str]) -> Self {
        let control = |name: &&str| Control {
            name: (*name).to_owned(),
            min: -2.0,
            max: 2.0,
        };
        Self::new(hop, Law::Sound).edit(|card| {
            card.task = Task::Synth;
            card.labels = labels.iter().map(|label| (*label).to_owned()).collect();
            card.controls = controls.iter().map(control).collect();
            card.path = Path::VpCosine;
            card.sampler = Sampler::DpmSolver2m;
            card.steps = Steps {
                default: 4,
                allowed: vec![1, 2, 4, 8],
                times: BTreeMap::new(),
            };
            card.frames_max = (card.sample_rate as usize).div_ceil(hop);
            card.causal = false;
            card.onset = hop / 2;
        })
    }

    fn new(hop: usize, law: Law) -> Self {
        let transform = Transform::Stft {
            window: 2 * hop,
            hop,
            shape: WindowShape::SqrtHann,
            exponent: 0.5,
            scale: 1.0,
        };
        let card = card(transform);
        Self {
            signature: signature(&card, law),
            card,
            engine: "fake".to_owned(),
            law,
            pace: None,
            faults: BTreeMap::new(),
            calls: 0,
        }
    }

    /// The same network on plain waveform frames: C = 1, F = hop.
    #[must_use]
    pub fn on_waveform(self) -> Self {
        let hop = self.card.transform.hop();
        self.edit(|card| card.transform = Transform::Frames { hop })
    }

    /// The same network with another card: rate, normalisation, path, steps, …
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Card)) -> Self {
        change(&mut self.card);
        self.signature = signature(&self.card, self.law);
        self
    }

    /// The most frames a call.
    #[must_use]
    pub fn holding(self, frames: usize) -> Self {
        self.edit(|card| card.frames_max = frames)
    }

    /// Says that it runs on `device`: its failures are those of a device that is lost.
    #[must_use]
    pub fn on(mut self, device: &str) -> Self {
        self.engine = format!("fake on {device}");
        self
    }

    /// Every call sleeps for this long, and then computes.
    #[must_use]
    pub fn sleeping(mut self, time: Duration) -> Self {
        self.pace = Some(Pace::Sleep(time));
        self
    }

    /// Every call keeps its core busy for this long, and then computes.
    #[must_use]
    pub fn busy(mut self, time: Duration) -> Self {
        self.pace = Some(Pace::Spin(time));
        self
    }

    /// Call number `call` (from 0) returns an error and changes nothing.
    #[must_use]
    pub fn failing_at(mut self, call: u64) -> Self {
        self.faults.insert(call, Fault::Error);
        self
    }

    /// Call number `call` (from 0) succeeds and writes NaN.
    #[must_use]
    pub fn nan_at(mut self, call: u64) -> Self {
        self.faults.insert(call, Fault::Nan);
        self
    }

    /// The calls so far, failed ones too.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }
}

impl Network for Fake {
    fn card(&self) -> &Card {
        &self.card
    }

    fn engine(&self) -> &str {
        &self.engine
    }

    fn frames_max(&self) -> usize {
        self.card.frames_max
    }

    fn caches(&self, batch: usize) -> Caches {
        self.signature.caches(batch)
    }

    fn run(&mut self, mut call: Call<'_>) -> Result<()> {
        let fault = self.faults.get(&self.calls);
        self.calls += 1;
        match self.pace {
            Some(Pace::Sleep(time)) => std::thread::sleep(time),
            Some(Pace::Spin(time)) => {
                let start = Instant::now();
                while start.elapsed() < time {
                    std::hint::spin_loop();
                }
            }
            None => {}
        }
        let error = |problem| Error::Inference {
            engine: self.engine.clone(),
            problem,
            alternative: "--engine tract",
        };
        self.signature
            .admits(&call, self.card.frames_max)
            .map_err(error)?;
        match fault {
            Some(Fault::Error) => {
                return Err(error(format!(
                    "call {} fails as it was told to",
                    self.calls - 1
                )));
            }
            Some(Fault::Nan) => call.out.fill(f32::NAN),
            None => self.law.compute(self.card.transform.bins(), &mut call),
        }
        call.caches.swap();
        Ok(())
    }
}

/// A valid card: 48 kHz, a Schrödinger bridge with one step, 16 frames a call, no normalisation.
#[must_use]
pub fn card(transform: Transform) -> Card {
    Card {
        format: FORMAT,
        name: "fake".to_owned(),
        version: "0.0.0".to_owned(),
        task: Task::Denoise,
        sample_rate: 48_000,
        transform,
        normalise: None,
        predicts: Predicts::X0,
        path: Path::BridgeVe { k: 2.6, c: 0.05 },
        sampler: Sampler::BridgeOde,
        steps: Steps {
            default: 1,
            allowed: vec![1, 2, 3, 4],
            times: BTreeMap::from([(1, vec![1.0]), (2, vec![1.0, 0.5])]),
        },
        frames_max: 16,
        lookahead: 0,
        causal: true,
        labels: Vec::new(),
        controls: Vec::new(),
        onset: 0,
        guidance: 0.0,
        mel: None,
        project: None,
        data: Vec::new(),
        licence: "MIT OR Apache-2.0".to_owned(),
        commit: String::new(),
        self_test: None,
    }
}

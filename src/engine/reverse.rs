//! The reverse process over consecutive frames: one cache set per stage, noise by absolute frame.

use std::time::{Duration, Instant};

use crate::diffusion::plan::{Memory, Plan};
use crate::dsp::noise;
use crate::error::Result;
use crate::model::card::Task;
use crate::model::network::{Caches, Call, Network, unspecified};

/// Frames that stages which are added while audio runs hear before they are heard: their caches fill.
const WARM_FRAMES: usize = 50;

/// How much of the process may run: the governor's orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Stages that run, at least 1; the last one's data prediction is the result.
    pub stages: usize,
    /// Time that a call may take: no further stage begins that would probably not end within it.
    pub within: Option<Duration>,
}

/// A network and a reverse sampler, walking along a signal.
pub struct Reverse {
    network: Box<dyn Network>,
    plan: Plan,
    /// One set per stage: each stage sees another signal, so each has its own past.
    caches: Vec<Caches>,
    seed: u64,
    batch: usize,
    /// Components × bins of one frame.
    width: usize,
    components: usize,
    /// Absolute number of the next frame.
    frame: u64,
    frames: usize,
    x: Vec<f32>,
    input: Vec<f32>,
    data: Vec<f32>,
    noise: Vec<f32>,
    /// No class, and typical controls: a stream says nothing of either.
    labels: Vec<i64>,
    controls: Vec<f32>,
    memory: Memory<f32>,
    frame_noise: Vec<f32>,
    /// Stages that run; those from `heard` on only warm up.
    running: usize,
    /// Stages that make the result.
    heard: usize,
    /// Frames until all running stages are heard.
    warming: usize,
    within: Option<Duration>,
    /// The result when not all stages are heard.
    estimate: Vec<f32>,
}

impl Reverse {
    /// For `batch` channels of frames with `components` × `bins` values, `frames` frames a call.
    #[must_use]
    pub fn new(
        network: Box<dyn Network>,
        plan: Plan,
        seed: u64,
        batch: usize,
        (components, bins): (usize, usize),
        frames: usize,
    ) -> Self {
        let width = components * bins;
        let size = batch * width * frames;
        let buffer = || vec![0.0; size];
        let (labels, controls) = unspecified(network.card(), batch);
        Self {
            memory: Memory::new(if plan.remembers() { size } else { 0 }),
            caches: plan.stages.iter().map(|_| network.caches(batch)).collect(),
            running: plan.stages.len(),
            heard: plan.stages.len(),
            warming: 0,
            within: None,
            estimate: buffer(),
            labels,
            controls,
            network,
            plan,
            seed,
            batch,
            width,
            components,
            frame: 0,
            frames,
            x: buffer(),
            input: buffer(),
            data: buffer(),
            noise: buffer(),
            frame_noise: vec![0.0; width],
        }
    }

    /// Denoises the next frames `y` `[B, C, T, F]`; the result, of the same shape, stays in the engine's buffer until
    /// the next call.
    ///
    /// # Errors
    /// When the network fails; the stream must then be reset, for its stages are no longer at one frame.
    pub fn run(&mut self, y: &[f32]) -> Result<&mut [f32]> {
        // Without a condition the signal may still be where the process starts: zero-shot denoising.
        let condition = match self.network.card().task {
            Task::Synth => &[],
            Task::Denoise | Task::Vocode => y,
        };
        self.run_from(y, condition)
    }

    /// As [`run`](Self::run), where the network is told something else than where the process starts: `y` is the start
    /// `[B, C, T, F]`, `condition` what the network's `y` is to be.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_from(&mut self, y: &[f32], condition: &[f32]) -> Result<&mut [f32]> {
        if self.plan.start.noise != 0.0 {
            self.draw(0);
        }
        self.plan.start.apply(&mut self.x, y, &self.noise);
        let began = Instant::now();
        for index in 0..self.running {
            if index > 0 && self.is_short_of_time(began.elapsed(), index) {
                self.stop_after(index);
                break;
            }
            let stage = self.plan.stages[index];
            stage.evaluation.input(&self.x, &mut self.input);
            self.network.run(Call {
                batch: self.batch,
                frames: self.frames,
                x: &self.input,
                y: condition,
                time: stage.evaluation.time as f32,
                labels: &self.labels,
                controls: &self.controls,
                caches: &mut self.caches[index],
                out: &mut self.data,
            })?;
            stage.evaluation.data(&self.x, y, &mut self.data);
            if stage.update.noise != 0.0 {
                self.draw(index as u32 + 1);
            }
            if index + 1 == self.heard && self.heard < self.plan.stages.len() {
                self.estimate.copy_from_slice(&self.data);
            }
            stage.advance(&mut self.x, &self.data, y, &self.noise, &mut self.memory);
        }
        self.frame += self.frames as u64;
        let whole = self.heard == self.plan.stages.len();
        self.warm_up();
        Ok(if whole {
            &mut self.x
        } else {
            &mut self.estimate
        })
    }

    /// Runs as much of the process as `pace` says, from the next call on. What is left out is left out at once; what is
    /// added is heard when its caches have filled. Real-time safe.
    pub fn set_pace(&mut self, pace: Pace) {
        let stages = pace.stages.clamp(1, self.plan.stages.len());
        self.within = pace.within;
        if stages > self.running {
            self.caches[self.running..stages]
                .iter_mut()
                .for_each(Caches::reset);
            self.warming = if self.frame > 0 { WARM_FRAMES } else { 0 };
        }
        self.running = stages;
        self.heard = if self.warming > 0 {
            self.heard.min(stages)
        } else {
            stages
        };
    }

    /// Whether one more stage, as long as the mean of the `done` ones, would end too late.
    fn is_short_of_time(&self, elapsed: Duration, done: usize) -> bool {
        self.within
            .is_some_and(|within| elapsed + elapsed / done as u32 > within)
    }

    /// Leaves out the stages from `done` on, whose caches are now a frame behind.
    fn stop_after(&mut self, done: usize) {
        self.running = done;
        if self.heard >= done {
            self.heard = done;
            self.estimate.copy_from_slice(&self.data);
        }
    }

    fn warm_up(&mut self) {
        self.warming = self.warming.saturating_sub(self.frames);
        if self.warming == 0 {
            self.heard = self.running;
        }
    }

    /// Noise of one stage for the frames of this call, the same for every channel: equal channels stay equal.
    fn draw(&mut self, stage: u32) {
        let bins = self.width / self.components;
        for frame in 0..self.frames {
            let absolute = self.frame + frame as u64;
            noise::gaussian(self.seed, stage, absolute, &mut self.frame_noise);
            for (block, run) in self.noise.chunks_exact_mut(self.frames * bins).enumerate() {
                let component = block % self.components;
                run[frame * bins..][..bins]
                    .copy_from_slice(&self.frame_noise[component * bins..][..bins]);
            }
        }
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) {
        self.frame = 0;
        self.caches.iter_mut().for_each(Caches::reset);
        (self.heard, self.warming) = (self.running, 0);
    }

    /// The network that runs.
    #[must_use]
    pub fn network(&self) -> &dyn Network {
        self.network.as_ref()
    }

    /// Network evaluations per frame of the whole process.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.plan.stages.len()
    }

    /// Network evaluations that the last call made, or the next one may make.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running
    }
}

impl std::fmt::Debug for Reverse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Reverse({} stages on {}, frame {})",
            self.stages(),
            self.network.engine(),
            self.frame
        )
    }
}

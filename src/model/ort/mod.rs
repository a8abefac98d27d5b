//! ONNX Runtime: the only folder that names ort.
//!
//! The library is loaded once for the process and stays (its environment lies in a static); each network has its
//! own sessions with one thread, which neither spins nor starts others. On the CPU there is one session, and in
//! real time one for single frames if the graph has recurrences; on a graphics card one for each shape of call, of a graph whose
//! recurrences are unrolled for it.

mod bound;
mod cpu;
mod environment;
mod placement;
mod session;
mod single;

use std::sync::Arc;

use ort::environment::Environment;
use ort::session::Session;

use crate::error::{Error, Result};
use crate::model::backend::{Options, Purpose};
use crate::model::card::Card;
use crate::model::contract::Model;
use crate::model::device::Device;
use crate::model::drivers;
use crate::model::library;
use crate::model::network::{Caches, Call, Network};
use crate::model::signature::Signature;
use crate::model::{unroll, vulkan};
use bound::Bound;
use cpu::Cpu;

/// The most frames a call on a graphics card, whatever the card of the model says: its time axis is free.
pub const GPU_FRAMES_MAX: usize = 512;
/// Shapes of call that are kept ready.
const SHAPES_MAX: usize = 4;

/// A network that ONNX Runtime runs.
#[derive(Debug)]
pub struct OrtNetwork {
    card: Card,
    signature: Signature,
    engine: String,
    placement: String,
    runs: Runs,
}

/// What runs.
#[derive(Debug)]
enum Runs {
    Cpu(Cpu),
    Gpu(Gpu),
}

/// Sessions by shape of call, built when they are first needed.
#[derive(Debug)]
struct Gpu {
    environment: Environment,
    device: Device,
    model: Arc<[u8]>,
    /// A session that no call has used yet, and its doublings.
    spare: Option<(u32, Session)>,
    /// Most recently used last.
    bound: Vec<Bound>,
}

impl OrtNetwork {
    /// Finds the library for `device`, and builds a session for `model` there and nowhere else.
    /// The second value says what else is to be known about the library.
    ///
    /// # Errors
    /// Why it cannot be used, as a text: no driver, no healthy library, or a graph that does not run there.
    pub fn new(
        model: &Model,
        options: &Options,
        device: Device,
    ) -> Result<(Self, Vec<String>), String> {
        // Vulkan starts every driver that there is; `auto` does so only where it can lead to something.
        let alone = options.device == Device::Auto && device == Device::Webgpu;
        if alone && !library::is_there(options.library.as_deref(), &options.folders, device) {
            return Err("its library was not fetched (cargo xtask setup --webgpu)".to_owned());
        }
        let cards = match device {
            Device::Cuda => drivers::nvidia()?,
            Device::Webgpu if cfg!(target_os = "linux") => vulkan::cards()?,
            _ => Vec::new(),
        };
        if options.device == Device::Auto
            && !cards.is_empty()
            && cards.iter().all(|card| card.software)
        {
            return Err(format!(
                "Vulkan shows only {}, a program on the CPU",
                cards[0].name
            ));
        }
        let found = library::find(options.library.as_deref(), &options.folders, device)?;
        let (environment, loaded) = environment::environment(&found)?;
        let mut notes = Vec::new();
        if loaded.path != found.path {
            notes.push(format!(
                "ONNX Runtime {} is not used: this process has loaded {} already",
                found.path.display(),
                loaded.path.display()
            ));
        }
        if !session::built_in(device) {
            let (version, path) = (&loaded.version, loaded.path.display());
            return Err(match loaded.path == found.path {
                true => format!("ONNX Runtime {version} ({path}) has no support for it"),
                false => format!(
                    "this process runs ONNX Runtime {version} ({path}) already, which has no support for it; start it anew"
                ),
            });
        }
        if device == Device::Cuda {
            drivers::new_enough(&cards, &loaded.path)?;
            drivers::preload(&loaded.path)?;
        }
        let engine = format!("onnxruntime {} on {device}", loaded.version);
        let (runs, placement) = if device == Device::Cpu {
            (
                Runs::Cpu(Cpu::new(
                    &environment,
                    &model.bytes,
                    &model.signature,
                    options.purpose == Purpose::RealTime,
                )?),
                String::new(),
            )
        } else {
            // One frame: what real time runs, and enough to know that the graph runs there.
            let mut gpu = Gpu {
                environment,
                device,
                model: Arc::clone(&model.bytes),
                spare: None,
                bound: Vec::new(),
            };
            let (session, placement) = gpu.session(1)?;
            if let (Device::Cuda, Err(why)) = (device, bound::pinned(&session)) {
                let why = session::first_line(&why);
                notes.push(format!(
                    "no pinned memory, so transfers take a detour: {why}"
                ));
            }
            gpu.spare = Some((unroll::doublings(1), session));
            (Runs::Gpu(gpu), placement)
        };
        let network = Self {
            card: model.card.clone(),
            signature: model.signature.clone(),
            engine,
            placement,
            runs,
        };
        Ok((network, notes))
    }

    fn evaluate(&mut self, call: &mut Call<'_>) -> Result<(), String> {
        self.signature.admits(call, self.frames_max())?;
        match &mut self.runs {
            Runs::Cpu(cpu) => cpu.run(&self.signature, call),
            Runs::Gpu(gpu) => {
                if !crate::model::contract::finite(call.x)
                    || !crate::model::contract::finite(call.y)
                {
                    return Err("the input is not finite".to_owned());
                }
                gpu.bound(&self.signature, (call.batch, call.frames))?
                    .run(&self.signature, call)
            }
        }
    }
}

impl Gpu {
    fn session(&self, frames: usize) -> Result<(Session, String), String> {
        let graph =
            unroll::unroll(&self.model, frames).map_err(|e| format!("the file is {e:?}"))?;
        session::session(&self.environment, &graph, self.device)
    }

    /// What runs calls of `shape`; built if it is not there yet.
    fn bound(
        &mut self,
        signature: &Signature,
        shape: (usize, usize),
    ) -> Result<&mut Bound, String> {
        let same = |bound: &Bound| unroll::doublings(bound.shape().1) == unroll::doublings(shape.1);
        if let Some(place) = self.bound.iter().position(|bound| bound.shape() == shape) {
            let bound = self.bound.remove(place);
            self.bound.push(bound);
        } else {
            let spare = self
                .spare
                .take_if(|(doublings, _)| *doublings == unroll::doublings(shape.1));
            let session = match (spare, self.bound.iter().position(same)) {
                (Some((_, session)), _) => session,
                // The same graph for another number of frames or signals.
                (None, Some(place)) if self.bound.len() >= SHAPES_MAX => {
                    self.bound.remove(place).into_session()
                }
                _ => self.session(shape.1)?.0,
            };
            if self.bound.len() >= SHAPES_MAX {
                self.bound.remove(0);
            }
            self.bound
                .push(Bound::new(session, self.device, signature, shape)?);
        }
        self.bound.last_mut().ok_or_else(|| "no session".to_owned())
    }
}

impl Network for OrtNetwork {
    fn card(&self) -> &Card {
        &self.card
    }

    fn engine(&self) -> &str {
        &self.engine
    }

    fn placement(&self) -> Option<String> {
        (!self.placement.is_empty()).then(|| self.placement.clone())
    }

    fn frames_max(&self) -> usize {
        match self.runs {
            Runs::Cpu(_) => self.card.frames_max,
            // What is not causal knows its longest sound.
            Runs::Gpu(_) if !self.card.causal => self.card.frames_max,
            Runs::Gpu(_) => self.card.frames_max.max(GPU_FRAMES_MAX),
        }
    }

    fn caches(&self, batch: usize) -> Caches {
        self.signature.caches(batch)
    }

    fn run(&mut self, mut call: Call<'_>) -> Result<()> {
        self.evaluate(&mut call)
            .map_err(|problem| Error::Inference {
                engine: self.engine.clone(),
                problem: session::first_line(&problem),
                alternative: match self.runs {
                    Runs::Cpu(_) => "--engine tract",
                    Runs::Gpu(_) => "--device cpu",
                },
            })
    }
}

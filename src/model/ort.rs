//! ONNX Runtime: the only file that names ort.
//!
//! The library is loaded once for the process and stays (its environment lies in a static); each network has its
//! own session with one thread, which neither spins nor starts others.

use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::TensorRef;

use crate::error::{Error, Result};
use crate::model::backend::{Device, Options};
use crate::model::card::Card;
use crate::model::contract::Model;
use crate::model::library::{self, Found};
use crate::model::network::{Caches, Call, Network};
use crate::model::preflight;
use crate::model::signature::{Input, Signature, Tensor};

/// The environment of the process and the library that it came from.
static RUNTIME: Mutex<Option<(Environment, Found)>> = Mutex::new(None);

/// A network that ONNX Runtime runs.
#[derive(Debug)]
pub struct OrtNetwork {
    card: Card,
    signature: Signature,
    session: Session,
    engine: String,
    times: Vec<f32>,
    labels: Vec<i64>,
}

impl OrtNetwork {
    /// Finds the library, and builds a session for `model` on the device of `options`.
    /// The second value says what else was tried, and why it is not used.
    ///
    /// # Errors
    /// The reasons, as texts: no healthy library, or no device that can run the graph.
    pub fn new(model: &Model, options: &Options) -> Result<(Self, Vec<String>), String> {
        let found = library::find(options.library.as_deref(), &options.folders)?;
        let (environment, loaded) = environment(&found)?;
        let mut notes = Vec::new();
        if loaded.path != found.path {
            let (asked, used) = (found.path.display(), loaded.path.display());
            notes.push(format!(
                "ONNX Runtime {asked} is not used: this process has loaded {used} already"
            ));
        }
        let mut reasons = Vec::new();
        for device in options.device.candidates() {
            match session(&environment, model, *device) {
                Ok(session) => {
                    notes.append(&mut reasons);
                    let network = Self {
                        card: model.card.clone(),
                        signature: model.signature.clone(),
                        session,
                        engine: format!("onnxruntime {} on {device}", loaded.version),
                        times: Vec::new(),
                        labels: Vec::new(),
                    };
                    return Ok((network, notes));
                }
                Err(problem) => {
                    reasons.push(format!("ONNX Runtime cannot run it on {device}: {problem}"))
                }
            }
        }
        Err(reasons.join("; "))
    }

    fn evaluate(&mut self, call: &mut Call<'_>) -> Result<(), String> {
        let (b, t) = (call.batch, call.frames);
        self.signature.admits(call, self.card.frames_max)?;
        self.times.clear();
        self.times.resize(b, call.time);
        self.labels.clear();
        self.labels.resize(b, self.card.labels.len() as i64);
        let inputs: Vec<SessionInputValue<'_>> = self
            .signature
            .inputs
            .iter()
            .map(|input| match input {
                Input::X => view(&self.signature.x, b, t, call.x),
                Input::Y => view(
                    self.signature.y.as_ref().unwrap_or(&self.signature.x),
                    b,
                    t,
                    call.y,
                ),
                Input::Time => TensorRef::from_array_view(([b], &self.times[..])).map(Into::into),
                Input::Label => TensorRef::from_array_view(([b], &self.labels[..])).map(Into::into),
                Input::State(i) => view(&self.signature.states[*i], b, t, &call.caches.now[*i]),
            })
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())?;
        let results = self.session.run(&inputs[..]).map_err(|e| e.to_string())?;
        let mut views = Vec::with_capacity(self.signature.outputs.len());
        for (i, output) in self.signature.outputs.iter().enumerate() {
            let (shape, numbers) = results[i]
                .try_extract_tensor::<f32>()
                .map_err(|e| e.to_string())?;
            let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
            self.signature
                .admits_result(output, (b, t), &shape, numbers)?;
            views.push(numbers);
        }
        self.signature.hand_over(&views, call);
        Ok(())
    }
}

impl Network for OrtNetwork {
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
        self.evaluate(&mut call)
            .map_err(|problem| Error::Inference {
                engine: self.engine.clone(),
                problem,
                alternative: "tract",
            })?;
        call.caches.swap();
        Ok(())
    }
}

fn view<'a>(
    tensor: &Tensor,
    b: usize,
    t: usize,
    numbers: &'a [f32],
) -> ort::Result<SessionInputValue<'a>> {
    let shape: Vec<usize> = tensor.shape(b, t).collect();
    TensorRef::from_array_view((shape, numbers)).map(Into::into)
}

/// The environment of the process; the first healthy library makes it.
fn environment(found: &Found) -> Result<(Environment, Found), String> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((environment, loaded)) = &*runtime {
        return Ok((environment.clone(), loaded.clone()));
    }
    quiet(&found.version);
    let builder = ort::init_from(&found.path).map_err(|e| e.to_string())?;
    let environment = builder
        .with_name("diffwav")
        .with_telemetry(false)
        .build()
        .map_err(|e| e.to_string())?;
    *runtime = Some((environment.clone(), found.clone()));
    Ok((environment, found.clone()))
}

/// Releases from 1.29 on start a telemetry thread unless this variable forbids it, whatever the API is told.
fn quiet(version: &str) {
    const VARIABLE: &str = "ORT_DISABLE_TELEMETRY";
    if preflight::minor(version).is_some_and(|minor| minor < 29)
        || std::env::var_os(VARIABLE).is_some()
    {
        return;
    }
    // SAFETY: done once in the life of the process, under the lock of RUNTIME and before the environment exists.
    // Rust's own readers are serialised with it; a C thread of a host that calls getenv at this very moment is the
    // remaining risk, which is why 1.28, which needs no variable, is the version that ships.
    unsafe { std::env::set_var(VARIABLE, "1") };
}

/// A session on exactly this device: an engine that falls back silently would lie in every report.
fn session(environment: &Environment, model: &Model, device: Device) -> Result<Session, String> {
    let build = || -> ort::Result<Session> {
        let mut builder = Session::builder(environment)?
            .with_no_environment_execution_providers()?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?;
        if let Some(provider) = provider(device) {
            builder = builder
                .with_execution_providers([provider.error_on_failure()])?
                .with_disable_cpu_fallback()?;
        }
        builder.commit_from_memory(&model.bytes)
    };
    build().map_err(|e| e.to_string())
}

/// The execution provider for a device; none for the CPU.
fn provider(device: Device) -> Option<ort::ep::ExecutionProviderDispatch> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda => Some(ort::ep::CUDA::default().build()),
        #[cfg(feature = "webgpu")]
        Device::Webgpu => Some(ort::ep::WebGPU::default().build()),
        _ => None,
    }
}

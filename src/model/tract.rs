//! The embedded engine: the only file that names tract.
//!
//! tract is fast only when every shape is known, so there is one plan for each (batch, frames) that is used,
//! built at its first call and kept: in practice one frame, and `frames_max` frames.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::*;

use crate::error::{Error, Result};
use crate::model::card::Card;
use crate::model::contract::Model;
use crate::model::network::{Caches, Call, Network};
use crate::model::signature::{Input, Signature};

/// Version of the crate, as in Cargo.toml.
const ENGINE: &str = "tract 0.23.9 on cpu";
/// Plans kept; a call of another shape replaces one.
const PLANS_MAX: usize = 16;

type Plan = Arc<TypedRunnableModel>;

/// A network that tract runs.
pub struct TractNetwork {
    origin: String,
    card: Card,
    signature: Signature,
    graph: InferenceModel,
    plans: HashMap<(usize, usize), Plan>,
}

impl std::fmt::Debug for TractNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TractNetwork")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl TractNetwork {
    /// Builds the engine for `model`, and the plan for one frame of one signal.
    ///
    /// # Errors
    /// [`Error::Engine`] if tract cannot run the graph.
    pub fn new(model: &Model) -> Result<Self> {
        let graph = contained(|| tract_onnx::onnx().model_for_read(&mut &model.bytes[..]))
            .map_err(|problem| refused(&model.origin, &problem))?;
        let mut network = Self {
            origin: model.origin.clone(),
            card: model.card.clone(),
            signature: model.signature.clone(),
            graph,
            plans: HashMap::new(),
        };
        network
            .plan(1, 1)
            .map_err(|problem| refused(&model.origin, &problem))?;
        Ok(network)
    }

    fn plan(&mut self, batch: usize, frames: usize) -> Result<Plan, String> {
        if let Some(plan) = self.plans.get(&(batch, frames)) {
            return Ok(Arc::clone(plan));
        }
        let plan = contained(|| {
            let mut graph = self.graph.clone();
            for (i, input) in self.signature.inputs.iter().enumerate() {
                let kind = if *input == Input::Label {
                    i64::datum_type()
                } else {
                    f32::datum_type()
                };
                graph.set_input_fact(
                    i,
                    InferenceFact::dt_shape(kind, self.shape(*input, batch, frames)),
                )?;
            }
            graph.into_optimized()?.into_runnable()
        })?;
        if self.plans.len() >= PLANS_MAX {
            self.plans.clear();
        }
        self.plans.insert((batch, frames), Arc::clone(&plan));
        Ok(plan)
    }

    fn shape(&self, input: Input, batch: usize, frames: usize) -> TVec<usize> {
        match input {
            Input::X => self.signature.x.shape(batch, frames).collect(),
            Input::Y => self
                .signature
                .y
                .iter()
                .flat_map(|y| y.shape(batch, frames))
                .collect(),
            Input::Time | Input::Label => tvec!(batch),
            Input::Controls => tvec!(batch, self.signature.controls),
            Input::State(i) => self.signature.states[i].shape(batch, frames).collect(),
        }
    }

    fn inputs(&self, call: &Call<'_>) -> TractResult<TVec<TValue>> {
        let (b, t) = (call.batch, call.frames);
        let tensor = |input: &Input| {
            let shape = self.shape(*input, b, t);
            let tensor = match input {
                Input::X => Tensor::from_shape(&shape, call.x),
                Input::Y => Tensor::from_shape(&shape, call.y),
                Input::Time => Tensor::from_shape(&shape, &vec![call.time; b]),
                Input::Label => Tensor::from_shape(&shape, call.labels),
                Input::Controls => Tensor::from_shape(&shape, call.controls),
                Input::State(i) => Tensor::from_shape(&shape, &call.caches.now[*i]),
            };
            tensor.map(TValue::from)
        };
        self.signature.inputs.iter().map(tensor).collect()
    }

    fn evaluate(&mut self, call: &mut Call<'_>) -> Result<(), String> {
        self.signature.admits(call, self.card.frames_max)?;
        let plan = self.plan(call.batch, call.frames)?;
        let results = contained(|| plan.run(self.inputs(call)?))?;
        if results.len() != self.signature.outputs.len() {
            return Err(format!(
                "{} results, expected {}",
                results.len(),
                self.signature.outputs.len()
            ));
        }
        let mut views = Vec::with_capacity(results.len());
        for (output, value) in self.signature.outputs.iter().zip(&results) {
            let view = value
                .try_as_plain_ram()
                .and_then(|plain| plain.as_slice::<f32>())
                .map_err(|e| e.to_string())?;
            self.signature
                .admits_result(output, (call.batch, call.frames), value.shape(), view)?;
            views.push(view);
        }
        self.signature.hand_over(&views, call);
        Ok(())
    }
}

impl Network for TractNetwork {
    fn card(&self) -> &Card {
        &self.card
    }

    fn engine(&self) -> &str {
        ENGINE
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
                engine: ENGINE.to_owned(),
                problem,
                alternative: "--engine onnxruntime",
            })?;
        call.caches.swap();
        Ok(())
    }
}

/// Runs a piece of tract. It indexes and unwraps in places, so a strange graph may panic inside: that becomes a text.
fn contained<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(_) => Err("the engine panicked".to_owned()),
    }
}

fn refused(origin: &str, problem: &str) -> Error {
    Error::Engine {
        wanted: "tract".to_owned(),
        reasons: format!("it cannot run {origin}: {problem}"),
        remedy: "try --engine onnxruntime, or run `diffwav models check` on the file".to_owned(),
    }
}

//! The inputs and outputs of the graph against the contract: which tensor plays which part, and its shape.

mod graph;

use crate::error::Result;
use crate::model::card::{Card, Task};
use crate::model::onnx_meta::{FLOAT, INT64, OnnxMeta};
use graph::Graph;

/// Most numbers that the states of one signal may hold (256 MiB).
const STATE_MAX: usize = 64 << 20;

/// One axis of a tensor of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// B of the call.
    Batch,
    /// T of the call.
    Frames,
    /// Always this.
    Fixed(usize),
}

/// A tensor of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name in the graph.
    pub name: String,
    /// Its axes.
    pub dims: Vec<Dim>,
}

impl Tensor {
    /// The shape for `batch` signals and `frames` frames.
    pub fn shape(&self, batch: usize, frames: usize) -> impl Iterator<Item = usize> + '_ {
        self.dims.iter().map(move |dim| match dim {
            Dim::Batch => batch,
            Dim::Frames => frames,
            Dim::Fixed(n) => *n,
        })
    }

    /// The numbers that it holds for `batch` signals and `frames` frames.
    #[must_use]
    pub fn len(&self, batch: usize, frames: usize) -> usize {
        self.shape(batch, frames).fold(1, usize::saturating_mul)
    }
}

/// The part that an input of the graph plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// State of the reverse process.
    X,
    /// Condition.
    Y,
    /// Diffusion time.
    Time,
    /// Class.
    Label,
    /// What else a network that makes sounds is told.
    Controls,
    /// State number i of the caches.
    State(usize),
}

/// The part that an output of the graph plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// What the card says that the network predicts.
    Out,
    /// Next value of state number i.
    Next(usize),
}

/// Every input and output of a network that fits the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The inputs in the order of the graph.
    pub inputs: Vec<Input>,
    /// The outputs in the order of the graph.
    pub outputs: Vec<Output>,
    /// `x`, and also `out`: `[B, C, T, F]`.
    pub x: Tensor,
    /// `y`: `[B, C, T, F]`, or `[B, M, T]` for a vocoder.
    pub y: Option<Tensor>,
    /// The `state_*` inputs in the order of the graph; each `next_*` output has the same shape.
    pub states: Vec<Tensor>,
    /// Classes of the `label` input, "no class" not counted; 0 where there is none.
    pub classes: usize,
    /// Columns of the `controls` input; 0 where there is none.
    pub controls: usize,
}

impl Signature {
    /// Reads the signature of the graph and checks it against the card.
    ///
    /// # Errors
    /// [`crate::Error::Model`] for a tensor that is missing, unknown, or of another type or shape than the contract says.
    pub fn read(origin: &str, card: &Card, meta: &OnnxMeta) -> Result<Self> {
        let graph = Graph(origin);
        let (channels, bins) = (card.transform.channels(), card.transform.bins());
        let frames = [
            Dim::Batch,
            Dim::Fixed(channels),
            Dim::Frames,
            Dim::Fixed(bins),
        ];
        let mut signature = Self {
            inputs: Vec::new(),
            outputs: Vec::new(),
            x: Tensor {
                name: "x".to_owned(),
                dims: frames.to_vec(),
            },
            y: None,
            states: Vec::new(),
            classes: card.labels.len(),
            controls: card.controls.len(),
        };
        for port in &meta.inputs {
            let part = match port.name.as_str() {
                "x" => graph.fits(port, FLOAT, &frames).map(|()| Input::X)?,
                "t" => graph
                    .fits(port, FLOAT, &[Dim::Batch])
                    .map(|()| Input::Time)?,
                "label" => graph
                    .fits(port, INT64, &[Dim::Batch])
                    .map(|()| Input::Label)?,
                "controls" => graph
                    .fits(port, FLOAT, &[Dim::Batch, Dim::Fixed(signature.controls)])
                    .map(|()| Input::Controls)?,
                "y" => {
                    signature.y = Some(graph.condition(port, card, &frames)?);
                    Input::Y
                }
                name if name.starts_with("state_") => {
                    signature.states.push(graph.state(port)?);
                    Input::State(signature.states.len() - 1)
                }
                name => {
                    let expected = "x, y, t, label, controls or state_*";
                    return Err(graph.fault(name, "an unknown input", expected));
                }
            };
            if signature.inputs.contains(&part) {
                return Err(graph.fault(&port.name, "there twice", "one input of this name"));
            }
            signature.inputs.push(part);
        }
        for port in &meta.outputs {
            let part = graph.output(port, &frames, &signature.states)?;
            if signature.outputs.contains(&part) {
                return Err(graph.fault(&port.name, "there twice", "one output of this name"));
            }
            signature.outputs.push(part);
        }
        signature.complete(&graph, card)?;
        Ok(signature)
    }

    fn complete(&self, graph: &Graph<'_>, card: &Card) -> Result<()> {
        let missing = |name: &str, expected: &str| Err(graph.fault(name, "missing", expected));
        if !self.inputs.contains(&Input::X) {
            return missing("x", "an input [B, C, T, F]");
        }
        if !self.inputs.contains(&Input::Time) {
            return missing("t", "an input [B]");
        }
        if !self.outputs.contains(&Output::Out) {
            return missing("out", "an output with the shape of x");
        }
        if card.task != Task::Synth && self.y.is_none() {
            return missing("y", "an input with the condition, for this task");
        }
        if self.inputs.contains(&Input::Label) == card.labels.is_empty() {
            return Err(graph.fault(
                "labels",
                "in disagreement with the graph",
                "labels exactly if there is an input label",
            ));
        }
        if self.inputs.contains(&Input::Controls) == card.controls.is_empty() {
            return Err(graph.fault(
                "controls",
                "in disagreement with the graph",
                "controls exactly if there is an input controls",
            ));
        }
        if !card.causal && !self.states.is_empty() {
            return Err(graph.fault(
                &self.states[0].name,
                "an input",
                "no states: a network that is not causal holds the whole sound in one call",
            ));
        }
        for (i, state) in self.states.iter().enumerate() {
            if !self.outputs.contains(&Output::Next(i)) {
                return missing(&format!("next_{}", state.name), "an output for this state");
            }
        }
        let held = self
            .states
            .iter()
            .map(|state| state.len(1, 1))
            .fold(0, usize::saturating_add);
        if held > STATE_MAX {
            return Err(graph.fault(
                "state_*",
                format!("{held} numbers"),
                format!("at most {STATE_MAX}"),
            ));
        }
        Ok(())
    }
}

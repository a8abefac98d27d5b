//! The inputs and outputs of the graph against the contract: which tensor plays which part, and its shape.

use crate::error::{Error, Result};
use crate::model::card::{Card, Task};
use crate::model::onnx_meta::{Axis, FLOAT, INT64, OnnxMeta, Port};

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
}

impl Signature {
    /// Reads the signature of the graph and checks it against the card.
    ///
    /// # Errors
    /// [`Error::Model`] for a tensor that is missing, unknown, or of another type or shape than the contract says.
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
                "y" => {
                    signature.y = Some(graph.condition(port, card.task, &frames)?);
                    Input::Y
                }
                name if name.starts_with("state_") => {
                    signature.states.push(graph.state(port)?);
                    Input::State(signature.states.len() - 1)
                }
                name => {
                    return Err(graph.fault(name, "an unknown input", "x, y, t, label or state_*"));
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

/// Checks the ports of one file.
struct Graph<'a>(&'a str);

impl Graph<'_> {
    fn fault(&self, field: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::Model {
            origin: self.0.to_owned(),
            field: field.to_owned(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    fn fits(&self, port: &Port, element: u64, dims: &[Dim]) -> Result<()> {
        if port.element == element && port.axes.as_deref().is_some_and(|axes| agree(axes, dims)) {
            return Ok(());
        }
        Err(self.fault(
            &port.name,
            describe_port(port),
            format!("{} {}", type_name(element), describe(dims)),
        ))
    }

    fn condition(&self, port: &Port, task: Task, frames: &[Dim]) -> Result<Tensor> {
        let dims = match (task, port.axes.as_deref()) {
            (Task::Vocode, Some([_, Axis::Fixed(mel @ 1..=65536), _])) => {
                vec![Dim::Batch, Dim::Fixed(*mel as usize), Dim::Frames]
            }
            (Task::Vocode, _) => {
                return Err(self.fault("y", describe_port(port), "float32 [B, M, T]"));
            }
            (Task::Denoise | Task::Synth, _) => frames.to_vec(),
        };
        self.fits(port, FLOAT, &dims)?;
        Ok(Tensor {
            name: port.name.clone(),
            dims,
        })
    }

    fn state(&self, port: &Port) -> Result<Tensor> {
        let expected = "float32 [B, …] with every other length fixed and more than 0";
        let bad = || self.fault(&port.name, describe_port(port), expected);
        let Some([Axis::Free(_), rest @ ..]) = port.axes.as_deref() else {
            return Err(bad());
        };
        let mut dims = vec![Dim::Batch];
        for axis in rest {
            match axis {
                Axis::Fixed(n @ 1..) => {
                    dims.push(Dim::Fixed(usize::try_from(*n).map_err(|_| bad())?))
                }
                _ => return Err(bad()),
            }
        }
        self.fits(port, FLOAT, &dims)?;
        Ok(Tensor {
            name: port.name.clone(),
            dims,
        })
    }

    fn output(&self, port: &Port, frames: &[Dim], states: &[Tensor]) -> Result<Output> {
        if port.name == "out" {
            return self.fits(port, FLOAT, frames).map(|()| Output::Out);
        }
        let state = states
            .iter()
            .position(|state| port.name.strip_prefix("next_") == Some(&state.name));
        match state {
            Some(i) => self
                .fits(port, FLOAT, &states[i].dims)
                .map(|()| Output::Next(i)),
            None => Err(self.fault(
                &port.name,
                "an unknown output",
                "out, or next_state_* for an input state_*",
            )),
        }
    }
}

fn agree(axes: &[Axis], dims: &[Dim]) -> bool {
    axes.len() == dims.len()
        && axes.iter().zip(dims).all(|pair| match pair {
            (Axis::Free(_), Dim::Batch | Dim::Frames) => true,
            (Axis::Fixed(found), Dim::Fixed(wanted)) => usize::try_from(*found) == Ok(*wanted),
            _ => false,
        })
}

fn type_name(element: u64) -> String {
    match element {
        FLOAT => "float32".to_owned(),
        INT64 => "int64".to_owned(),
        0 => "no tensor".to_owned(),
        other => format!("ONNX type {other}"),
    }
}

fn describe(dims: &[Dim]) -> String {
    let names = dims.iter().map(|dim| match dim {
        Dim::Batch => "B".to_owned(),
        Dim::Frames => "T".to_owned(),
        Dim::Fixed(n) => n.to_string(),
    });
    format!(
        "[{}] with B and T free",
        names.collect::<Vec<_>>().join(", ")
    )
}

fn describe_port(port: &Port) -> String {
    let Some(axes) = &port.axes else {
        return format!("{} of unknown shape", type_name(port.element));
    };
    let names = axes.iter().map(|axis| match axis {
        Axis::Fixed(n) => n.to_string(),
        Axis::Free(name) if name.is_empty() => "?".to_owned(),
        Axis::Free(name) => name.clone(),
    });
    format!(
        "{} [{}]",
        type_name(port.element),
        names.collect::<Vec<_>>().join(", ")
    )
}

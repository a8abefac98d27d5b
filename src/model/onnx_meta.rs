//! What an ONNX file says of itself, read without any engine: its metadata and the signature of its graph.
//!
//! A file that is foreign, truncated or refers to other files is refused here, before an engine sees it.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::onnx_tensors;
use crate::model::wire::{Broken, Fields};

/// Larger files are refused unread.
pub const MODEL_BYTES_MAX: u64 = 512 << 20;
/// Most inputs or outputs of a graph.
const PORTS_MAX: usize = 256;

/// ONNX's number for float32.
pub const FLOAT: u64 = 1;
/// ONNX's number for int64.
pub const INT64: u64 = 7;

/// One axis of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// A fixed length.
    Fixed(i64),
    /// A length that each call chooses; the name that the graph gives it.
    Free(String),
}

/// One input or output of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name of the tensor.
    pub name: String,
    /// ONNX's number of the element type ([`FLOAT`], [`INT64`], …); 0 when there is none.
    pub element: u64,
    /// The axes, if the file says them.
    pub axes: Option<Vec<Axis>>,
}

/// The parts of the file that the engine needs to know.
#[derive(Debug, Clone, Default)]
pub struct OnnxMeta {
    /// Version of the ONNX format.
    pub ir_version: u64,
    /// The metadata: keys and values in the order of the file.
    pub metadata: Vec<(String, String)>,
    /// Inputs without a stored value, in the order of the graph.
    pub inputs: Vec<Port>,
    /// Outputs, in the order of the graph.
    pub outputs: Vec<Port>,
}

impl OnnxMeta {
    /// Reads `bytes`, which belong to `origin`.
    ///
    /// # Errors
    /// [`Error::Model`]: not ONNX, truncated, no graph, a graph that is inconsistent or refers to other files.
    pub fn read(origin: &str, bytes: &[u8]) -> Result<Self> {
        parse(bytes).map_err(|fault| {
            let (field, found, expected) = match fault {
                Fault::Wire(Broken::Truncated) => (
                    "file".into(),
                    format!("truncated or not ONNX ({} bytes)", bytes.len()),
                    "a whole ONNX file".into(),
                ),
                Fault::Wire(Broken::Malformed) => {
                    ("file".into(), "not ONNX".into(), "an ONNX file".into())
                }
                Fault::Graph(field, found, expected) => (field, found, expected),
            };
            Error::Model {
                origin: origin.to_owned(),
                field,
                found,
                expected,
            }
        })
    }

    /// The value of a metadata key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }
}

/// Why a file was refused: field, found, expected.
pub(super) enum Fault {
    Wire(Broken),
    Graph(String, String, String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Wire(broken)
    }
}

impl Fault {
    pub(super) fn graph(
        field: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Graph(field.into(), found.into(), expected.into())
    }
}

/// ModelProto: 1 IR version, 7 graph, 14 metadata.
fn parse(bytes: &[u8]) -> Result<OnnxMeta, Fault> {
    let mut meta = OnnxMeta::default();
    let mut graph = None;
    for field in Fields::of(bytes) {
        let (number, value) = field?;
        match number {
            1 => meta.ir_version = value.number().ok_or(Broken::Malformed)?,
            7 if graph.is_some() => return Err(Fault::graph("graph", "there twice", "one graph")),
            7 => graph = Some(value.bytes().ok_or(Broken::Malformed)?),
            14 => meta
                .metadata
                .push(entry(value.bytes().ok_or(Broken::Malformed)?)?),
            _ => {}
        }
    }
    if meta.ir_version == 0 && graph.is_none() {
        return Err(Broken::Malformed.into());
    }
    let graph = graph
        .ok_or_else(|| Fault::graph("graph", "missing", "a graph; the file may be truncated"))?;
    read_graph(&mut meta, graph)?;
    Ok(meta)
}

/// StringStringEntryProto: 1 key, 2 value.
fn entry(bytes: &[u8]) -> Result<(String, String), Fault> {
    let mut pair = (String::new(), String::new());
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => pair.0 = value.text().ok_or(Broken::Malformed)?.to_owned(),
            (2, value) => pair.1 = value.text().ok_or(Broken::Malformed)?.to_owned(),
            _ => {}
        }
    }
    Ok(pair)
}

/// GraphProto: 1 node, 5 initializer, 11 input, 12 output.
fn read_graph(meta: &mut OnnxMeta, graph: &[u8]) -> Result<(), Fault> {
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut stored: BTreeSet<&str> = BTreeSet::new();
    for field in Fields::of(graph) {
        let (number, value) = field?;
        match number {
            1 => onnx_tensors::node(value.bytes().ok_or(Broken::Malformed)?, &mut made, 0)?,
            5 => {
                stored.insert(onnx_tensors::tensor(
                    value.bytes().ok_or(Broken::Malformed)?,
                )?);
            }
            11 => meta
                .inputs
                .push(port(value.bytes().ok_or(Broken::Malformed)?)?),
            15 => return Err(Fault::graph("stored tensor", "sparse", "dense tensors")),
            12 => meta
                .outputs
                .push(port(value.bytes().ok_or(Broken::Malformed)?)?),
            _ => {}
        }
        if meta.inputs.len() > PORTS_MAX || meta.outputs.len() > PORTS_MAX {
            return Err(Fault::graph(
                "graph",
                "too many inputs or outputs",
                format!("at most {PORTS_MAX}"),
            ));
        }
    }
    meta.inputs
        .retain(|port| !stored.contains(port.name.as_str()));
    for output in &meta.outputs {
        let name = output.name.as_str();
        let known = made.contains(name)
            || stored.contains(name)
            || meta.inputs.iter().any(|i| i.name == name);
        if !known {
            return Err(Fault::graph(
                format!("output {name}"),
                "made by no node",
                "a node that makes it",
            ));
        }
    }
    Ok(())
}

/// ValueInfoProto: 1 name, 2 type { 1 tensor { 1 element, 2 shape } }.
fn port(bytes: &[u8]) -> Result<Port, Fault> {
    let mut port = Port {
        name: String::new(),
        element: 0,
        axes: None,
    };
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => port.name = value.text().ok_or(Broken::Malformed)?.to_owned(),
            (2, value) => {
                for kind in Fields::of(value.bytes().ok_or(Broken::Malformed)?) {
                    let (1, value) = kind? else { continue };
                    for part in Fields::of(value.bytes().ok_or(Broken::Malformed)?) {
                        match part? {
                            (1, value) => port.element = value.number().ok_or(Broken::Malformed)?,
                            (2, value) => {
                                port.axes = Some(axes(value.bytes().ok_or(Broken::Malformed)?)?)
                            }
                            _ => {}
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(port)
}

/// TensorShapeProto: 1 dimension { 1 value, 2 name }.
fn axes(bytes: &[u8]) -> Result<Vec<Axis>, Fault> {
    let mut axes = Vec::new();
    for field in Fields::of(bytes) {
        let (1, value) = field? else { continue };
        let mut axis = Axis::Free(String::new());
        for part in Fields::of(value.bytes().ok_or(Broken::Malformed)?) {
            match part? {
                (1, value) => {
                    axis = Axis::Fixed(value.number().ok_or(Broken::Malformed)?.cast_signed())
                }
                (2, value) => axis = Axis::Free(value.text().ok_or(Broken::Malformed)?.to_owned()),
                _ => {}
            }
        }
        axes.push(axis);
        if axes.len() > 8 {
            return Err(Fault::graph("shape", "more than 8 axes", "at most 8"));
        }
    }
    Ok(axes)
}

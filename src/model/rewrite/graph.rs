//! An ONNX file as a list of nodes that can be left out, renamed and written again; all else is copied.

use std::collections::BTreeSet;

use crate::model::wire::{Broken, Fields, Message, Value};

/// ModelProto: 7 graph.
const GRAPH: u64 = 7;
/// GraphProto: 1 node, 5 initializer, 11 input, 12 output, 13 value_info.
const NODE: u64 = 1;
const INITIALIZER: u64 = 5;
const INPUT: u64 = 11;
const OUTPUT: u64 = 12;
const VALUE_INFO: u64 = 13;

/// A NodeProto.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub op: &'a str,
    /// Empty names stand for inputs that are left out.
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    /// Names that graphs in its attributes may take from outside.
    pub captured: Vec<&'a str>,
    /// Its other fields.
    rest: Vec<&'a [u8]>,
}

/// A named message: TensorProto or ValueInfoProto.
pub type Named<'a> = (&'a str, &'a [u8]);

/// A ModelProto with its graph taken apart.
#[derive(Debug, Clone, Default)]
pub struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    pub constants: Vec<Named<'a>>,
    pub inputs: Vec<Named<'a>>,
    pub outputs: Vec<Named<'a>>,
    rest: Vec<&'a [u8]>,
    around: Vec<&'a [u8]>,
}

impl<'a> Graph<'a> {
    /// Takes `model` apart. Notes on shapes inside the graph (value_info) are dropped.
    ///
    /// # Errors
    /// For bytes that are no protobuf message, or not one of ONNX.
    pub fn read(model: &'a [u8]) -> Result<Self, Broken> {
        let mut graph = Self::default();
        let mut fields = Fields::of(model);
        while let Some(field) = fields.next_raw() {
            match field? {
                (GRAPH, value, _) => graph.read_graph(value.bytes().ok_or(Broken::Malformed)?)?,
                (_, _, raw) => graph.around.push(raw),
            }
        }
        Ok(graph)
    }

    fn read_graph(&mut self, bytes: &'a [u8]) -> Result<(), Broken> {
        let mut fields = Fields::of(bytes);
        while let Some(field) = fields.next_raw() {
            let (number, value, raw) = field?;
            let message = || value.bytes().ok_or(Broken::Malformed);
            match number {
                NODE => self.nodes.push(Node::read(message()?)?),
                INITIALIZER => self.constants.push((text(message()?, 8)?, message()?)),
                INPUT => self.inputs.push((text(message()?, 1)?, message()?)),
                OUTPUT => self.outputs.push((text(message()?, 1)?, message()?)),
                VALUE_INFO => {}
                _ => self.rest.push(raw),
            }
        }
        Ok(())
    }

    /// The names that somebody outside the nodes' own lists reads: outputs, and what inner graphs may take.
    pub fn held(&self) -> BTreeSet<&'a str> {
        let captured = self.nodes.iter().flat_map(|node| &node.captured).copied();
        let outputs = self.outputs.iter().map(|(name, _)| *name);
        captured.chain(outputs).collect()
    }

    /// Drops nodes and constants that nothing reads.
    pub fn prune(&mut self) {
        let mut used: BTreeSet<&str> = self.outputs.iter().map(|(name, _)| *name).collect();
        let mut kept: Vec<_> = std::mem::take(&mut self.nodes);
        kept.reverse();
        kept.retain(|node| {
            let read = node.outputs.iter().any(|name| used.contains(name));
            if read {
                used.extend(node.inputs.iter().chain(&node.captured));
            }
            read
        });
        kept.reverse();
        self.nodes = kept;
        self.constants.retain(|(name, _)| used.contains(name));
    }

    /// The file again.
    pub fn write(&self) -> Vec<u8> {
        let mut graph = Message::default();
        for node in &self.nodes {
            graph.bytes(NODE, &node.write());
        }
        for raw in &self.rest {
            graph.raw(raw);
        }
        for (field, messages) in [
            (INITIALIZER, &self.constants),
            (INPUT, &self.inputs),
            (OUTPUT, &self.outputs),
        ] {
            for (_, message) in messages {
                graph.bytes(field, message);
            }
        }
        let mut model = Message::default();
        for raw in &self.around {
            model.raw(raw);
        }
        model.bytes(GRAPH, &graph.into_bytes());
        model.into_bytes()
    }
}

impl<'a> Node<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut node = Node {
            op: text(bytes, 4)?,
            inputs: Vec::new(),
            outputs: Vec::new(),
            captured: Vec::new(),
            rest: Vec::new(),
        };
        let mut fields = Fields::of(bytes);
        while let Some(field) = fields.next_raw() {
            let (number, value, raw) = field?;
            match number {
                1 => node.inputs.push(value.text().ok_or(Broken::Malformed)?),
                2 => node.outputs.push(value.text().ok_or(Broken::Malformed)?),
                5 => {
                    capture(value, &mut node.captured)?;
                    node.rest.push(raw);
                }
                _ => node.rest.push(raw),
            }
        }
        Ok(node)
    }

    fn write(&self) -> Vec<u8> {
        let mut message = Message::default();
        for (field, names) in [(1, &self.inputs), (2, &self.outputs)] {
            for name in names {
                message.bytes(field, name.as_bytes());
            }
        }
        for raw in &self.rest {
            message.raw(raw);
        }
        message.into_bytes()
    }
}

/// AttributeProto: 6 graph, 11 graphs; every name that their nodes read or their outputs give.
fn capture<'a>(attribute: Value<'a>, names: &mut Vec<&'a str>) -> Result<(), Broken> {
    for part in Fields::of(attribute.bytes().ok_or(Broken::Malformed)?) {
        let (6 | 11, graph) = part? else { continue };
        for field in Fields::of(graph.bytes().ok_or(Broken::Malformed)?) {
            match field? {
                (NODE, node) => {
                    let node = Node::read(node.bytes().ok_or(Broken::Malformed)?)?;
                    names.extend(node.inputs.iter().chain(&node.captured));
                }
                (OUTPUT, output) => {
                    names.push(text(output.bytes().ok_or(Broken::Malformed)?, 1)?);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The text of field `number`; empty where there is none.
fn text(message: &[u8], number: u64) -> Result<&str, Broken> {
    for field in Fields::of(message) {
        let (found, value) = field?;
        if found == number {
            return value.text().ok_or(Broken::Malformed);
        }
    }
    Ok("")
}

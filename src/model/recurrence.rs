//! Recognises h_m = h_{m−1} + s_m·(n_m − h_{m−1}) in a `Scan` node over one axis.

use crate::model::wire::{Fields, Value, packed};

/// The names of its tensors in the outer graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence<'a> {
    /// h_{−1}, without the axis of time.
    pub past: &'a str,
    /// s.
    pub gate: &'a str,
    /// n.
    pub value: &'a str,
    /// The last h, without the axis of time.
    pub last: &'a str,
    /// The axis of time.
    pub axis: u64,
    /// Every h.
    pub all: &'a str,
}

/// Last axis that is looked for: tensors have few.
const MAX_AXIS: u64 = 7;

/// A node as far as it matters here.
#[derive(Default)]
struct Node<'a> {
    op: &'a str,
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    attributes: Vec<&'a [u8]>,
}

/// The recurrence in the NodeProto `node`; none if it is another node, or a `Scan` of another form.
#[must_use]
pub fn read(node: &[u8]) -> Option<Recurrence<'_>> {
    let node = self::node(node)?;
    let ([past, first, second], [last, all]) = (&node.inputs[..], &node.outputs[..]) else {
        return None;
    };
    if node.op != "Scan" || last.is_empty() || all.is_empty() {
        return None;
    }
    let (mut body, mut axes, mut out_axis) = (None, None, None);
    for attribute in &node.attributes {
        match self::attribute(attribute)? {
            ("body", Content::Graph(graph)) => body = Some(graph),
            ("num_scan_inputs", Content::Numbers(n)) if n == [2] => {}
            ("scan_input_axes", Content::Numbers(n)) if n.len() == 2 && n[0] == n[1] => {
                axes = Some(n[0]);
            }
            ("scan_output_axes", Content::Numbers(n)) if n.len() == 1 => out_axis = Some(n[0]),
            ("scan_input_directions" | "scan_output_directions", Content::Numbers(n))
                if n.iter().all(|way| *way == 0) => {}
            _ => return None,
        }
    }
    // The axes are 0 unless they are given; one before it must be there for the signals.
    let axis = axes.filter(|axis| out_axis == Some(*axis) && (1..=MAX_AXIS).contains(axis))?;
    let gate_first = law(body?)?;
    let (gate, value) = if gate_first {
        (first, second)
    } else {
        (second, first)
    };
    Some(Recurrence {
        past,
        gate,
        value,
        last,
        axis,
        all,
    })
}

/// Whether the body is the law above; true if the gate is its first scanned input, false if it is the second.
fn law(body: &[u8]) -> Option<bool> {
    let (mut nodes, mut inputs, mut outputs) = (Vec::new(), Vec::new(), Vec::new());
    for field in Fields::of(body) {
        match field.ok()? {
            (1, Value::Bytes(bytes)) => nodes.push(node(bytes)?),
            (11, Value::Bytes(bytes)) => inputs.push(name(bytes)?),
            (12, Value::Bytes(bytes)) => outputs.push(name(bytes)?),
            // Constants of its own: not this law.
            (5, _) => return None,
            _ => {}
        }
    }
    let ([h, one, two], [next, out]) = (&inputs[..], &outputs[..]) else {
        return None;
    };
    let made = |name: &str, op: &str| {
        let node = nodes.iter().find(|node| node.outputs == [name])?;
        (node.op == op && node.attributes.is_empty()).then_some(&node.inputs[..])
    };
    let same = made(out, "Identity") == Some(&[*next]) || out == next;
    let other = |pair: &[&'_ str], known: &str| match *pair {
        [a, b] if a == known => Some(b.to_owned()),
        [a, b] if b == known => Some(a.to_owned()),
        _ => None,
    };
    let step = other(made(next, "Add")?, h)?;
    let product = made(&step, "Mul")?;
    let gap = |gate: &str, value: &str| {
        other(product, gate).is_some_and(|gap| made(&gap, "Sub") == Some(&[value, h]))
    };
    match (same && nodes.len() <= 4, gap(one, two), gap(two, one)) {
        (true, true, _) => Some(true),
        (true, _, true) => Some(false),
        _ => None,
    }
}

fn node(bytes: &[u8]) -> Option<Node<'_>> {
    let mut node = Node::default();
    for field in Fields::of(bytes) {
        match field.ok()? {
            (1, value) => node.inputs.push(value.text()?),
            (2, value) => node.outputs.push(value.text()?),
            (4, value) => node.op = value.text()?,
            (5, value) => node.attributes.push(value.bytes()?),
            (7, value) if !value.text()?.is_empty() => return None,
            _ => {}
        }
    }
    Some(node)
}

/// The name of a ValueInfoProto.
fn name(bytes: &[u8]) -> Option<&str> {
    Fields::of(bytes)
        .flatten()
        .find(|(number, _)| *number == 1)?
        .1
        .text()
}

/// What an attribute holds.
enum Content<'a> {
    Graph(&'a [u8]),
    Numbers(Vec<u64>),
}

/// Name and content of an AttributeProto that holds a graph or whole numbers.
fn attribute(bytes: &[u8]) -> Option<(&str, Content<'_>)> {
    let (mut name, mut graph, mut numbers) = ("", None, Vec::new());
    for field in Fields::of(bytes) {
        match field.ok()? {
            (1, value) => name = value.text()?,
            (3 | 8, Value::Number(number)) => numbers.push(number),
            (8, Value::Bytes(bytes)) => numbers.extend(packed(bytes).ok()?),
            (6, value) => graph = value.bytes(),
            _ => {}
        }
    }
    Some((
        name,
        graph.map_or(Content::Numbers(numbers), Content::Graph),
    ))
}

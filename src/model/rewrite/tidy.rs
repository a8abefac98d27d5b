//! Axes of length one that are taken away and put back: both nodes go.

use std::collections::BTreeMap;

use super::graph::{Graph, Node};
use crate::model::wire::{Broken, Fields, Value, packed};

/// `model` without pairs of `Squeeze` and `Unsqueeze` over the same axes, and without what nothing reads then.
/// They are left by recurrences that were unrolled for one frame.
///
/// # Errors
/// For bytes that are no ONNX file.
pub fn tidy(model: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut graph = Graph::read(model)?;
    let axes: BTreeMap<&str, Vec<i64>> = graph
        .constants
        .iter()
        .filter_map(|(name, tensor)| Some((*name, integers(tensor)?)))
        .collect();
    let held = graph.held();
    // What is read instead of a name, and what the nodes seen so far have made.
    let mut instead: BTreeMap<&str, &str> = BTreeMap::new();
    let mut made: BTreeMap<&str, Node<'_>> = BTreeMap::new();
    for node in &mut graph.nodes {
        for input in &mut node.inputs {
            if let Some(other) = instead.get(input) {
                *input = other;
            }
        }
        let Some((opposite, input, over)) = reshaped(node, &axes) else {
            continue;
        };
        let output = node.outputs[0];
        if let Some(first) = made.get(input)
            && first.op == opposite
            && reshaped(first, &axes).is_some_and(|(_, _, axes)| axes == over)
            && !held.contains(output)
        {
            instead.insert(output, first.inputs[0]);
        }
        made.insert(output, node.clone());
    }
    graph.prune();
    Ok(graph.write())
}

/// The opposite of a `Squeeze` or `Unsqueeze`, its input and its axes, where these are known.
fn reshaped<'a, 'b>(
    node: &Node<'a>,
    axes: &'b BTreeMap<&'a str, Vec<i64>>,
) -> Option<(&'static str, &'a str, &'b [i64])> {
    let opposite = match node.op {
        "Squeeze" => "Unsqueeze",
        "Unsqueeze" => "Squeeze",
        _ => return None,
    };
    let ([input, over], [_]) = (&node.inputs[..], &node.outputs[..]) else {
        return None;
    };
    Some((opposite, input, axes.get(over)?))
}

/// The numbers of a TensorProto of int64 (2 type, 7 numbers, 9 raw bytes); none for others.
fn integers(tensor: &[u8]) -> Option<Vec<i64>> {
    let (mut whole, mut numbers) = (false, Vec::new());
    for field in Fields::of(tensor) {
        match field.ok()? {
            (2, Value::Number(kind)) => whole = kind == 7,
            (7, Value::Number(number)) => numbers.push(number as i64),
            (7, Value::Bytes(bytes)) => {
                numbers.extend(packed(bytes).ok()?.into_iter().map(|number| number as i64));
            }
            (9, Value::Bytes(raw)) => {
                let (all, _) = raw.as_chunks::<8>();
                numbers.extend(all.iter().map(|bytes| i64::from_le_bytes(*bytes)));
            }
            _ => {}
        }
    }
    whole.then_some(numbers)
}

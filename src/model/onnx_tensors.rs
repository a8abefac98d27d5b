//! The stored tensors of a graph: none may lie in another file, and none may claim more than it holds.
//!
//! Engines trust the claimed shape; a tensor that claims 2⁶⁰ elements would exhaust the memory.

use std::collections::BTreeSet;

use crate::model::onnx_meta::Fault;
use crate::model::wire::{Broken, Fields, Value, varint};

/// Deepest nesting of graphs in graphs (loops, branches).
const DEPTH_MAX: usize = 8;

/// NodeProto: 2 output, 5 attribute { 5 tensor, 6 graph, 10 tensors, 11 graphs }. Adds the outputs to `made`.
pub(super) fn node<'a>(
    bytes: &'a [u8],
    made: &mut BTreeSet<&'a str>,
    depth: usize,
) -> Result<(), Fault> {
    for field in Fields::of(bytes) {
        match field? {
            (2, value) => {
                made.insert(value.text().ok_or(Broken::Malformed)?);
            }
            (5, value) => {
                for part in Fields::of(value.bytes().ok_or(Broken::Malformed)?) {
                    match part? {
                        (5 | 10, value) => {
                            tensor(value.bytes().ok_or(Broken::Malformed)?)?;
                        }
                        (6 | 11, value) => {
                            inner_graph(value.bytes().ok_or(Broken::Malformed)?, depth + 1)?
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn inner_graph(bytes: &[u8], depth: usize) -> Result<(), Fault> {
    if depth > DEPTH_MAX {
        return Err(Fault::graph(
            "graph",
            "nested too deeply",
            format!("at most {DEPTH_MAX} levels"),
        ));
    }
    let mut made = BTreeSet::new();
    let mut outputs = Vec::new();
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => node(value.bytes().ok_or(Broken::Malformed)?, &mut made, depth)?,
            (5, value) => {
                made.insert(tensor(value.bytes().ok_or(Broken::Malformed)?)?);
            }
            (11, value) => {
                made.insert(name(value)?);
            }
            (12, value) => outputs.push(name(value)?),
            _ => {}
        }
    }
    match outputs.iter().find(|name| !made.contains(*name)) {
        Some(name) => Err(Fault::graph(
            format!("inner output {name}"),
            "made by no node",
            "a node that makes it",
        )),
        None => Ok(()),
    }
}

/// ValueInfoProto: 1 name.
fn name(value: Value<'_>) -> Result<&str, Fault> {
    for field in Fields::of(value.bytes().ok_or(Broken::Malformed)?) {
        if let (1, value) = field? {
            return Ok(value.text().ok_or(Broken::Malformed)?);
        }
    }
    Ok("")
}

/// TensorProto: 1 dims, 2 element type, 4/5/7/10/11 typed data, 8 name, 9 raw data, 13/14 data elsewhere.
/// Returns the name.
pub(super) fn tensor(bytes: &[u8]) -> Result<&str, Fault> {
    let (mut name, mut kind, mut count) = ("", 0, 1u64);
    let (mut raw, mut typed) = (None, 0u64);
    for field in Fields::of(bytes) {
        let (number, value) = field?;
        match number {
            1 => match value {
                Value::Number(dim) => count = count.saturating_mul(dim),
                Value::Bytes(mut packed) => {
                    while !packed.is_empty() {
                        count = count.saturating_mul(varint(&mut packed)?);
                    }
                }
            },
            2 => kind = value.number().ok_or(Broken::Malformed)?,
            // at least one byte for each element, packed or not
            6 => typed += 1,
            4 | 5 | 7 | 10 | 11 => typed += value.bytes().map_or(1, |bytes| bytes.len() as u64),
            8 => name = value.text().ok_or(Broken::Malformed)?,
            9 => raw = value.bytes(),
            13 => return Err(elsewhere(name)),
            14 if value.number() != Some(0) => return Err(elsewhere(name)),
            _ => {}
        }
    }
    let (held, wanted) = match (raw, width(kind)) {
        (Some(raw), Some(width)) => (raw.len() as u64, count.saturating_mul(width)),
        (Some(raw), None) => (raw.len() as u64, 0),
        (None, _) => (typed, count),
    };
    let fits = if raw.is_some() && width(kind).is_some() {
        held == wanted
    } else {
        held >= wanted
    };
    if fits {
        return Ok(name);
    }
    let found = format!("{held} bytes long");
    Err(Fault::graph(
        format!("stored tensor {name}"),
        found,
        format!("{wanted} bytes for its shape"),
    ))
}

fn elsewhere(name: &str) -> Fault {
    Fault::graph(
        format!("stored tensor {name}"),
        "in another file",
        "one ONNX file that holds everything",
    )
}

/// Bytes an element, for the types of fixed width.
fn width(kind: u64) -> Option<u64> {
    match kind {
        2 | 3 | 9 => Some(1),
        4 | 5 | 10 | 16 => Some(2),
        1 | 6 | 12 => Some(4),
        7 | 11 | 13 => Some(8),
        _ => None,
    }
}

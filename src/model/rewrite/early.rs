//! What depends on one input only, as a graph of its own.
//!
//! The diffusion time is the same for every frame of a reverse step, and so is all that a network makes of it alone
//! (the step embedding). Computed once a time instead of once a frame, it costs nothing.

use std::collections::BTreeSet;

use super::graph::Graph;
use crate::model::wire::{Broken, Message};

/// Fewer nodes are not worth the calls.
const NODES_MIN: usize = 4;

/// A file in two parts.
#[derive(Debug)]
pub struct Parts {
    /// From that input to `between`.
    pub early: Vec<u8>,
    /// The rest: the old inputs, then `between`.
    pub late: Vec<u8>,
    /// Names of the tensors that go from one to the other. Both files say that they hold f32: an engine refuses
    /// the early part if that is not so.
    pub between: Vec<String>,
}

/// Parts `model` into what follows from its input `input` alone and the rest; none where that is not worth it.
///
/// # Errors
/// For bytes that are no ONNX file.
pub fn part(model: &[u8], input: &str) -> Result<Option<Parts>, Broken> {
    let whole = Graph::read(model)?;
    let mut known: BTreeSet<&str> = whole.constants.iter().map(|(name, _)| *name).collect();
    let mut early: BTreeSet<&str> = BTreeSet::from([input]);
    let mut count = 0;
    for node in &whole.nodes {
        let mut inputs = node.inputs.iter().filter(|name| !name.is_empty());
        // What inner graphs take from outside is not followed.
        let follows = node.captured.is_empty()
            && !random(node.op)
            && inputs.all(|name| known.contains(name) || early.contains(name));
        let constant = node.inputs.iter().all(|name| !early.contains(name));
        if follows && constant {
            known.extend(&node.outputs);
        } else if follows {
            // A name that is empty stands for a result that nobody wants.
            early.extend(node.outputs.iter().filter(|name| !name.is_empty()));
            count += 1;
        }
    }
    let is_early = |name: &str| name != input && early.contains(name);
    if count < NODES_MIN || whole.held().iter().any(|name| is_early(name)) {
        return Ok(None);
    }
    let (mut first, mut second) = (whole.clone(), whole.clone());
    second
        .nodes
        .retain(|node| !node.outputs.iter().any(|name| is_early(name)));
    second.prune();
    let read: BTreeSet<&str> = second
        .nodes
        .iter()
        .flat_map(|node| &node.inputs)
        .copied()
        .collect();
    let between: Vec<&str> = read.into_iter().filter(|name| is_early(name)).collect();
    let infos: Vec<Vec<u8>> = between.iter().map(|name| floats(name)).collect();
    let named = || between.iter().copied().zip(infos.iter().map(Vec::as_slice));
    first.inputs.retain(|(name, _)| *name == input);
    first.outputs = named().collect();
    first.prune();
    second.inputs.extend(named());
    Ok(Some(Parts {
        early: first.write(),
        late: second.write(),
        between: between.iter().map(|name| (*name).to_owned()).collect(),
    }))
}

/// Whether `op` gives something else each time.
fn random(op: &str) -> bool {
    op.starts_with("Random") || matches!(op, "Bernoulli" | "Multinomial" | "Dropout")
}

/// A ValueInfoProto { 1 name, 2 type { 1 tensor { 1 element type } } } of f32, of any shape.
fn floats(name: &str) -> Vec<u8> {
    let [mut tensor, mut kind, mut info] = <[Message; 3]>::default();
    tensor.number(1, 1);
    kind.bytes(1, &tensor.into_bytes());
    info.bytes(1, name.as_bytes());
    info.bytes(2, &kind.into_bytes());
    info.into_bytes()
}

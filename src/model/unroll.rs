//! Recurrences without a loop, for devices that have none.
//!
//! The networks hold h_m = h_{m−1} + s_m·(n_m − h_{m−1}) as an ONNX `Scan`, which ONNX Runtime runs on the CPU when
//! the rest of the graph is on a graphics card. With a_m = 1 − s_m and b_m = s_m·n_m it is h_m = a_m·h_{m−1} + b_m,
//! and two such steps make one: (a, b)∘(a', b') = (a·a', a·b' + b). So ⌈log₂(T+1)⌉ doublings give every h_m at once,
//! with h_{−1} put in front as the step (0, h_{−1}). A single frame needs the plain formula only.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::recurrence::{self, Recurrence};
use crate::model::wire::{Broken, Fields, Message, Value};

/// Fields of the ONNX messages that are read or written here.
const MODEL_GRAPH: u64 = 7;
const MODEL_OPSETS: u64 = 8;
const GRAPH_NODE: u64 = 1;
const GRAPH_INITIALIZER: u64 = 5;
/// From this version of the operators on, the axes of Unsqueeze and Squeeze are inputs.
const OPSET: u64 = 13;
/// "To the end" of a slice.
const END: i64 = i64::MAX;

/// Doublings that cover `frames` frames; 0 for a single one, which needs none.
#[must_use]
pub fn doublings(frames: usize) -> u32 {
    match frames {
        0 | 1 => 0,
        _ => (frames + 1).next_power_of_two().trailing_zeros(),
    }
}

/// The ONNX file `model` for calls of at most `frames` frames (exactly one, if it is 1), its recurrences unrolled.
/// A `Scan` of another form stays as it is; a file without recurrences comes back unchanged.
///
/// # Errors
/// For bytes that are no protobuf message.
pub fn unroll(model: &[u8], frames: usize) -> Result<Cow<'_, [u8]>, Broken> {
    if opset(model)? < OPSET {
        return Ok(Cow::Borrowed(model));
    }
    let mut out = Message::default();
    let mut replaced = false;
    let mut fields = Fields::of(model);
    while let Some(field) = fields.next_raw() {
        let (number, value, raw) = field?;
        match value.bytes() {
            Some(bytes) if number == MODEL_GRAPH => {
                let mut graph = Graph::default();
                graph.rewrite(bytes, doublings(frames))?;
                replaced |= !graph.constants.is_empty();
                out.bytes(MODEL_GRAPH, &graph.finish());
            }
            _ => out.raw(raw),
        }
    }
    Ok(if replaced {
        Cow::Owned(out.into_bytes())
    } else {
        Cow::Borrowed(model)
    })
}

/// The version of the standard operators that `model` is written in.
fn opset(model: &[u8]) -> Result<u64, Broken> {
    let mut version = 0;
    for field in Fields::of(model) {
        let (MODEL_OPSETS, Value::Bytes(opset)) = field? else {
            continue;
        };
        let part = |wanted| {
            Fields::of(opset)
                .flatten()
                .find(|(number, _)| *number == wanted)
        };
        let standard = part(1).is_none_or(|(_, domain)| domain.text() == Some(""));
        if let (true, Some((_, Value::Number(number)))) = (standard, part(2)) {
            version = number;
        }
    }
    Ok(version)
}

/// A graph that is being written.
#[derive(Default)]
struct Graph {
    out: Message,
    /// Constants in use: by name, the TensorProto.
    constants: BTreeMap<String, Vec<u8>>,
}

impl Graph {
    fn rewrite(&mut self, graph: &[u8], doublings: u32) -> Result<(), Broken> {
        let mut fields = Fields::of(graph);
        while let Some(field) = fields.next_raw() {
            let (number, value, raw) = field?;
            match value
                .bytes()
                .filter(|_| number == GRAPH_NODE)
                .and_then(recurrence::read)
            {
                Some(found) if doublings == 0 => self.one(&found),
                Some(found) => self.many(&found, doublings),
                None => self.out.raw(raw),
            }
        }
        Ok(())
    }

    /// h = h_{−1} + s·(n − h_{−1}).
    fn one(&mut self, r: &Recurrence<'_>) {
        let axis = self.int(r.axis as i64);
        let past = self.node("Unsqueeze", &[r.past, &axis], r, "past");
        let gap = self.node("Sub", &[r.value, &past], r, "gap");
        let step = self.node("Mul", &[r.gate, &gap], r, "step");
        self.named("Add", &[&past, &step], r.all);
        self.named("Squeeze", &[r.all, &axis], r.last);
    }

    fn many(&mut self, r: &Recurrence<'_>, doublings: u32) {
        let (axis, one_frame, end) = (self.int(r.axis as i64), self.int(1), self.int(END));
        let past = self.node("Unsqueeze", &[r.past, &axis], r, "past");
        let mut zeros = self.node("Sub", &[&past, &past], r, "zeros0");
        let one = self.one_constant();
        let keep = self.node("Sub", &[&one, r.gate], r, "keep");
        let add = self.node("Mul", &[r.gate, r.value], r, "add");
        let mut a = self.concat(&zeros, &keep, r, "a0");
        let mut b = self.concat(&past, &add, r, "b0");
        for k in 0..doublings {
            if k > 0 {
                zeros = self.concat(&zeros, &zeros, r, &format!("zeros{k}"));
            }
            let late_b = self.late(&b, &zeros, 1 << k, r, &format!("late_b{k}"));
            let carried = self.node("Mul", &[&a, &late_b], r, &format!("carried{k}"));
            b = self.node("Add", &[&b, &carried], r, &format!("b{}", k + 1));
            if k + 1 < doublings {
                let late_a = self.late(&a, &zeros, 1 << k, r, &format!("late_a{k}"));
                a = self.node("Mul", &[&a, &late_a], r, &format!("a{}", k + 1));
            }
        }
        let from = self.int(-1);
        let last = self.node("Slice", &[&b, &from, &end, &axis], r, "end");
        self.named("Slice", &[&b, &one_frame, &end, &axis], r.all);
        self.named("Squeeze", &[&last, &axis], r.last);
    }

    /// `tensor` as it was `frames` frames earlier, with `zeros` (that many frames) in front.
    fn late(
        &mut self,
        tensor: &str,
        zeros: &str,
        frames: i64,
        r: &Recurrence<'_>,
        name: &str,
    ) -> String {
        let longer = self.concat(zeros, tensor, r, &format!("{name}_longer"));
        let (start, stop, axis) = (self.int(0), self.int(-frames), self.int(r.axis as i64));
        self.node("Slice", &[&longer, &start, &stop, &axis], r, name)
    }

    fn concat(&mut self, first: &str, second: &str, r: &Recurrence<'_>, name: &str) -> String {
        let output = format!("{}/{name}", r.all);
        let mut axis = Message::default();
        axis.bytes(1, b"axis");
        axis.number(3, r.axis);
        axis.number(20, 2);
        self.write(
            "Concat",
            &[first, second],
            &output,
            Some(&axis.into_bytes()),
        );
        output
    }

    fn node(&mut self, op: &str, inputs: &[&str], r: &Recurrence<'_>, name: &str) -> String {
        let output = format!("{}/{name}", r.all);
        self.named(op, inputs, &output);
        output
    }

    fn named(&mut self, op: &str, inputs: &[&str], output: &str) {
        self.write(op, inputs, output, None);
    }

    fn write(&mut self, op: &str, inputs: &[&str], output: &str, attribute: Option<&[u8]>) {
        let mut node = Message::default();
        for input in inputs {
            node.bytes(1, input.as_bytes());
        }
        node.bytes(2, output.as_bytes());
        node.bytes(3, format!("{output}/{op}").as_bytes());
        node.bytes(4, op.as_bytes());
        if let Some(attribute) = attribute {
            node.bytes(5, attribute);
        }
        self.out.bytes(GRAPH_NODE, &node.into_bytes());
    }

    /// The int64 constant `[value]`.
    fn int(&mut self, value: i64) -> String {
        let name = format!("unrolled/{value}");
        self.constants
            .entry(name.clone())
            .or_insert_with(|| tensor(&name, Some(1), 7, &value.to_le_bytes()));
        name
    }

    /// The float constant 1, a scalar.
    fn one_constant(&mut self) -> String {
        let name = "unrolled/one".to_owned();
        self.constants
            .entry(name.clone())
            .or_insert_with(|| tensor(&name, None, 1, &1f32.to_le_bytes()));
        name
    }

    fn finish(mut self) -> Vec<u8> {
        for constant in self.constants.values() {
            self.out.bytes(GRAPH_INITIALIZER, constant);
        }
        self.out.into_bytes()
    }
}

/// A TensorProto.
fn tensor(name: &str, length: Option<u64>, element: u64, raw: &[u8]) -> Vec<u8> {
    let mut tensor = Message::default();
    if let Some(length) = length {
        tensor.number(1, length);
    }
    tensor.number(2, element);
    tensor.bytes(8, name.as_bytes());
    tensor.bytes(9, raw);
    tensor.into_bytes()
}

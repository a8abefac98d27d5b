//! What the networks of known mathematics compute, and the tensors that they do it with.

use crate::model::card::{Card, Task};
use crate::model::network::Call;
use crate::model::signature::{Dim, Input, Output, Signature, Tensor};

/// What a [`super::Fake`] computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Law {
    /// D = y.
    Condition,
    /// D = x.
    State,
    /// D_m = a·D_{m−1} + (1 − a)·y_m along the frames; D_{m−1} is the one cache.
    OnePole(f32),
    /// D = (1 + label)/(1 + frame) + Σ controls/10 + x/4.
    Sound,
}

impl Law {
    /// Fills `out` of a call that was admitted, and its next caches.
    pub fn compute(self, bins: usize, call: &mut Call<'_>) {
        match self {
            Self::Condition => call.out.copy_from_slice(call.y),
            Self::State => call.out.copy_from_slice(call.x),
            Self::OnePole(pole) => {
                let rows = call
                    .out
                    .chunks_exact_mut(call.frames * bins)
                    .zip(call.y.chunks_exact(call.frames * bins));
                let pasts = call.caches.now[0]
                    .chunks_exact(bins)
                    .zip(call.caches.next[0].chunks_exact_mut(bins));
                for ((out, y), (past, next)) in rows.zip(pasts) {
                    next.copy_from_slice(past);
                    for (out, y) in out.chunks_exact_mut(bins).zip(y.chunks_exact(bins)) {
                        for ((out, y), d) in out.iter_mut().zip(y).zip(&mut *next) {
                            *d = pole * *d + (1.0 - pole) * y;
                            *out = *d;
                        }
                    }
                }
            }
            Self::Sound => {
                let (signal, columns) = (
                    call.out.len() / call.batch,
                    call.controls.len() / call.batch,
                );
                for (row, (out, x)) in call
                    .out
                    .chunks_exact_mut(signal)
                    .zip(call.x.chunks_exact(signal))
                    .enumerate()
                {
                    let class = 1.0 + call.labels.get(row).map_or(0.0, |label| *label as f32);
                    let told: f32 = call.controls[row * columns..][..columns].iter().sum();
                    for (n, (out, x)) in out.iter_mut().zip(x).enumerate() {
                        let frame = n / bins % call.frames;
                        *out = class / (1 + frame) as f32 + 0.1 * told + 0.25 * x;
                    }
                }
            }
        }
    }
}

/// The tensors of a network of this law.
pub(super) fn signature(card: &Card, law: Law) -> Signature {
    let (c, f) = (
        Dim::Fixed(card.transform.channels()),
        Dim::Fixed(card.transform.bins()),
    );
    let frames = vec![Dim::Batch, c, Dim::Frames, f];
    let named = |name: &str, dims: &[Dim]| Tensor {
        name: name.to_owned(),
        dims: dims.to_vec(),
    };
    let mut signature = Signature {
        inputs: vec![Input::X, Input::Time],
        outputs: vec![Output::Out],
        x: named("x", &frames),
        y: (card.task != Task::Synth).then(|| named("y", &frames)),
        states: Vec::new(),
        classes: card.labels.len(),
        controls: card.controls.len(),
    };
    for (there, input) in [
        (signature.y.is_some(), Input::Y),
        (signature.classes > 0, Input::Label),
        (signature.controls > 0, Input::Controls),
    ] {
        if there {
            signature.inputs.push(input);
        }
    }
    if let Law::OnePole(_) = law {
        signature.inputs.push(Input::State(0));
        signature.outputs.push(Output::Next(0));
        signature
            .states
            .push(named("state_past", &[Dim::Batch, c, f]));
    }
    signature
}

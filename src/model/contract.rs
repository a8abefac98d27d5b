//! A model file whose card and signature were checked; the checks that every engine makes around a call.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::card::Card;
use crate::model::network::{Caches, Call};
use crate::model::onnx_meta::{MODEL_BYTES_MAX, OnnxMeta};
use crate::model::signature::{Output, Signature};

/// The metadata key of the card.
pub const KEY: &str = "diffwav";
/// Most signals a call: bounds the shapes that an engine is asked for.
pub const BATCH_MAX: usize = 1024;

/// A model file that fits the contract: no engine has seen it yet.
#[derive(Debug, Clone)]
pub struct Model {
    /// The path, or the built-in name.
    pub origin: String,
    /// The card.
    pub card: Card,
    /// The inputs and outputs.
    pub signature: Signature,
    /// The whole file.
    pub bytes: Arc<[u8]>,
}

impl Model {
    /// Reads and checks the card and the signature in `bytes`, which belong to `origin`.
    ///
    /// # Errors
    /// [`Error::Model`] with the field, what was found and what was expected.
    pub fn read(origin: &str, bytes: impl Into<Arc<[u8]>>) -> Result<Self> {
        let bytes: Arc<[u8]> = bytes.into();
        let fault = |field: &str, found: String, expected: String| Error::Model {
            origin: origin.to_owned(),
            field: field.to_owned(),
            found,
            expected,
        };
        if bytes.is_empty() {
            return Err(fault("file", "empty".to_owned(), "an ONNX file".to_owned()));
        }
        if bytes.len() as u64 > MODEL_BYTES_MAX {
            let expected = format!("at most {} MiB", MODEL_BYTES_MAX >> 20);
            return Err(fault(
                "file",
                format!("{} MiB long", bytes.len() >> 20),
                expected,
            ));
        }
        let meta = OnnxMeta::read(origin, &bytes)?;
        let json = meta.get(KEY).ok_or_else(|| {
            let expected = "a card under the metadata key `diffwav` (see models/README.md); this ONNX file was not made for diffwav";
            fault("card", "missing".to_owned(), expected.to_owned())
        })?;
        let card = Card::parse(origin, json)?;
        let signature = Signature::read(origin, &card, &meta)?;
        Ok(Self {
            origin: origin.to_owned(),
            card,
            signature,
            bytes,
        })
    }
}

impl Signature {
    /// Zero caches for a batch of `batch` signals.
    #[must_use]
    pub fn caches(&self, batch: usize) -> Caches {
        let zeros = self
            .states
            .iter()
            .map(|state| vec![0.0; state.len(batch, 1)]);
        Caches::new(zeros.collect())
    }

    /// Checks the lengths of every buffer of `call`, before anything runs.
    ///
    /// # Errors
    /// A text with the buffer, its length and the expected one.
    pub fn admits(&self, call: &Call<'_>, frames_max: usize) -> Result<(), String> {
        let (b, t) = (call.batch, call.frames);
        if !(1..=BATCH_MAX).contains(&b) || !(1..=frames_max).contains(&t) {
            return Err(format!(
                "a call of {b} signals × {t} frames, but 1 to {BATCH_MAX} × 1 to {frames_max} fit"
            ));
        }
        if !call.time.is_finite() {
            return Err(format!("the time is {}, but must be finite", call.time));
        }
        let fits = |name: &str, found: usize, wanted: usize| match found == wanted {
            true => Ok(()),
            false => Err(format!(
                "{name} holds {found} numbers, but {wanted} are expected for {b} signals × {t} frames"
            )),
        };
        let x = self.x.len(b, t);
        fits("x", call.x.len(), x)?;
        fits("out", call.out.len(), x)?;
        fits(
            "y",
            call.y.len(),
            self.y.as_ref().map_or(0, |y| y.len(b, t)),
        )?;
        let labels = if self.classes > 0 { b } else { 0 };
        fits("label", call.labels.len(), labels)?;
        if let Some(label) = call
            .labels
            .iter()
            .find(|label| !usize::try_from(**label).is_ok_and(|label| label <= self.classes))
        {
            return Err(format!(
                "a label is {label}, but 0 to {} are expected, the last for no class",
                self.classes
            ));
        }
        fits("controls", call.controls.len(), b * self.controls)?;
        if !finite(call.controls) {
            return Err("a control is not finite".to_owned());
        }
        fits(
            "the list of caches",
            call.caches.now.len(),
            self.states.len(),
        )?;
        fits(
            "the list of next caches",
            call.caches.next.len(),
            self.states.len(),
        )?;
        let caches = call.caches.now.iter().zip(&call.caches.next);
        for (state, (now, next)) in self.states.iter().zip(caches) {
            fits(&state.name, now.len(), state.len(b, t))?;
            fits(&state.name, next.len(), state.len(b, t))?;
        }
        Ok(())
    }

    /// Checks what an engine gave as `output`, for `b` signals of `t` frames.
    ///
    /// # Errors
    /// A text with the output and its shape, or that it is not finite.
    pub fn admits_result(
        &self,
        output: &Output,
        (b, t): (usize, usize),
        shape: &[usize],
        numbers: &[f32],
    ) -> Result<(), String> {
        let tensor = match output {
            Output::Out => &self.x,
            Output::Next(i) => &self.states[*i],
        };
        if !shape.iter().copied().eq(tensor.shape(b, t)) {
            return Err(format!("{output:?} has the shape {shape:?}"));
        }
        if !finite(numbers) {
            return Err(format!("{output:?} is not finite"));
        }
        Ok(())
    }

    /// Copies results that were all admitted, in the order of the graph, to where `call` wants them.
    pub fn hand_over(&self, results: &[&[f32]], call: &mut Call<'_>) {
        for (output, numbers) in self.outputs.iter().zip(results) {
            match output {
                Output::Out => call.out.copy_from_slice(numbers),
                Output::Next(i) => call.caches.next[*i].copy_from_slice(numbers),
            }
        }
    }
}

/// Whether every number is finite. No early exit, so that it compiles to vector code.
#[must_use]
pub fn finite(numbers: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    !numbers
        .iter()
        .fold(false, |bad, x| bad | (x.to_bits() & EXPONENT == EXPONENT))
}

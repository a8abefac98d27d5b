//! Calls of one frame on the CPU, as streams make them: without the loop of a recurrence, and with what follows from
//! the time alone computed once a time.

use std::borrow::Cow;

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue, SessionOutputs};
use ort::value::TensorRef;

use super::session;
use crate::model::device::Device;
use crate::model::rewrite::{self, Parts};
use crate::model::signature::{Input, Signature};
use crate::model::unroll;

/// Times whose embedding is kept: more than a reverse process of few steps has.
const TIMES_MAX: usize = 8;

/// A session for one frame.
#[derive(Debug)]
pub struct Single {
    session: Session,
    early: Option<Early>,
}

/// What follows from the time, computed once for each.
#[derive(Debug)]
struct Early {
    session: Session,
    between: Vec<String>,
    /// The newest last.
    known: Vec<Known>,
}

/// Shape and numbers of a tensor.
type Shaped = (Vec<usize>, Vec<f32>);

#[derive(Debug)]
struct Known {
    /// The bits of the time, B.
    key: (Option<u32>, usize),
    tensors: Vec<Shaped>,
}

impl Single {
    /// For the ONNX file `model`; none if single frames have nothing to gain.
    ///
    /// # Errors
    /// What ONNX Runtime said, or that the file is none.
    pub fn new(
        environment: &Environment,
        model: &[u8],
        signature: &Signature,
    ) -> Result<Option<Self>, String> {
        let session = |model: &[u8]| Ok(session::session(environment, model, Device::Cpu)?.0);
        let broken = |problem| format!("the file is {problem:?}");
        let Cow::Owned(graph) = unroll::unroll(model, 1).map_err(broken)? else {
            return Ok(None);
        };
        let graph = rewrite::tidy(&graph).map_err(broken)?;
        let timed = signature.inputs.contains(&Input::Time);
        let parts = if timed {
            rewrite::part(&graph, "t").map_err(broken)?
        } else {
            None
        };
        let apart = parts.and_then(
            |Parts {
                 early,
                 late,
                 between,
             }| {
                // An engine refuses these only if something other than f32 goes between: then they stay one.
                let (first, second): (Result<_, String>, Result<_, String>) =
                    (session(&early), session(&late));
                let known = Vec::with_capacity(TIMES_MAX);
                let early = Early {
                    session: first.ok()?,
                    between,
                    known,
                };
                Some(Self {
                    session: second.ok()?,
                    early: Some(early),
                })
            },
        );
        match apart {
            Some(apart) => Ok(Some(apart)),
            None => Ok(Some(Self {
                session: session(&graph)?,
                early: None,
            })),
        }
    }

    /// Runs a call of `times.len()` signals at the time `times[0]` with `inputs`, those of the whole graph.
    ///
    /// # Errors
    /// What ONNX Runtime said.
    pub fn run<'s>(
        &'s mut self,
        times: &[f32],
        inputs: Vec<SessionInputValue<'_>>,
    ) -> Result<SessionOutputs<'s>, String> {
        // For as long as both, the caller's and those kept here.
        let mut inputs: Vec<SessionInputValue<'_>> = inputs;
        if let Some(early) = &mut self.early {
            for (shape, numbers) in &early.at(times)?.tensors {
                let tensor = TensorRef::from_array_view((&shape[..], &numbers[..]));
                inputs.push(tensor.map_err(|e| e.to_string())?.into());
            }
        }
        self.session.run(&inputs[..]).map_err(|e| e.to_string())
    }
}

impl Early {
    /// What follows from these times, which are all the same; computed if they are new.
    fn at(&mut self, times: &[f32]) -> Result<&Known, String> {
        let key = (times.first().map(|time| time.to_bits()), times.len());
        let place = match self.known.iter().position(|known| known.key == key) {
            Some(place) => place,
            None => {
                let tensors = self.compute(times).map_err(|e| e.to_string())?;
                if self.known.len() == TIMES_MAX {
                    self.known.remove(0);
                }
                self.known.push(Known { key, tensors });
                self.known.len() - 1
            }
        };
        Ok(&self.known[place])
    }

    fn compute(&mut self, times: &[f32]) -> ort::Result<Vec<Shaped>> {
        let times = TensorRef::from_array_view(([times.len()], times))?;
        let results = self.session.run(ort::inputs![times])?;
        let read = |name: &String| {
            let (shape, numbers) = results[name.as_str()].try_extract_tensor::<f32>()?;
            let shape = shape.iter().map(|n| *n as usize).collect();
            Ok((shape, numbers.to_vec()))
        };
        self.between.iter().map(read).collect()
    }
}

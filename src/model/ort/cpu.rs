//! Calls on the CPU.

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::TensorRef;

use super::session;
use super::single::Single;
use crate::model::device::Device;
use crate::model::network::Call;
use crate::model::signature::{Input, Signature, Tensor};

/// Sessions of one graph.
#[derive(Debug)]
pub struct Cpu {
    /// For any number of frames.
    any: Session,
    /// For a single one; none where it gains nothing, or where streams are not what the network was opened for.
    single: Option<Single>,
    times: Vec<f32>,
}

impl Cpu {
    /// For the ONNX file `model`; `streams` says whether calls of one frame are to be fast.
    ///
    /// # Errors
    /// What ONNX Runtime said.
    pub fn new(
        environment: &Environment,
        model: &[u8],
        signature: &Signature,
        streams: bool,
    ) -> Result<Self, String> {
        let single = if streams {
            Single::new(environment, model, signature)?
        } else {
            None
        };
        Ok(Self {
            any: session::session(environment, model, Device::Cpu)?.0,
            single,
            times: Vec::new(),
        })
    }

    /// Runs a call that the signature admits.
    ///
    /// # Errors
    /// What ONNX Runtime said, or a result that is not what the signature says.
    pub fn run(&mut self, signature: &Signature, call: &mut Call<'_>) -> Result<(), String> {
        let (b, t) = (call.batch, call.frames);
        self.times.clear();
        self.times.resize(b, call.time);
        let inputs: Vec<SessionInputValue<'_>> = signature
            .inputs
            .iter()
            .map(|input| match input {
                Input::X => view(&signature.x, b, t, call.x),
                Input::Y => view(signature.y.as_ref().unwrap_or(&signature.x), b, t, call.y),
                Input::Time => TensorRef::from_array_view(([b], &self.times[..])).map(Into::into),
                Input::Label => TensorRef::from_array_view(([b], call.labels)).map(Into::into),
                Input::Controls => {
                    let shape = [b, signature.controls];
                    TensorRef::from_array_view((shape, call.controls)).map(Into::into)
                }
                Input::State(i) => view(&signature.states[*i], b, t, &call.caches.now[*i]),
            })
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())?;
        let results = match &mut self.single {
            Some(single) if t == 1 => single.run(&self.times, inputs)?,
            _ => self.any.run(&inputs[..]).map_err(|e| e.to_string())?,
        };
        let mut views = Vec::with_capacity(signature.outputs.len());
        for (i, output) in signature.outputs.iter().enumerate() {
            let (shape, numbers) = results[i]
                .try_extract_tensor::<f32>()
                .map_err(|e| e.to_string())?;
            let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
            signature.admits_result(output, (b, t), &shape, numbers)?;
            views.push(numbers);
        }
        signature.hand_over(&views, call);
        call.caches.swap();
        Ok(())
    }
}

fn view<'a>(
    tensor: &Tensor,
    b: usize,
    t: usize,
    numbers: &'a [f32],
) -> ort::Result<SessionInputValue<'a>> {
    let shape: Vec<usize> = tensor.shape(b, t).collect();
    TensorRef::from_array_view((shape, numbers)).map(Into::into)
}

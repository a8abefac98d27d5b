//! Calls on a graphics card: signals cross once each way, states stay there.
//!
//! The states of a stage lie in two sets of the device's tensors, swapped by each call, like the host's; what goes
//! up and comes down lies in tensors of fixed places, pinned where the device has that.

use std::sync::Arc;

use ort::memory::{AllocationDevice, Allocator, AllocatorType, MemoryInfo, MemoryType};
use ort::session::{IoBinding, Session, SharedSessionInner};
use ort::value::Tensor;

use crate::model::contract::finite;
use crate::model::device::Device;
use crate::model::network::{Call, Resident};
use crate::model::signature::{Input, Output, Signature};

/// A session with the tensors of one shape of call.
#[derive(Debug)]
pub struct Bound {
    shape: (usize, usize),
    /// One for each input that is no state, in the order of the graph.
    up: Vec<Up>,
    down: Tensor<f32>,
    /// States on their way from the host, in tensors of our own: ort copies what is merely borrowed, and where the
    /// provider reads the host's memory (CoreML) that copy waits for itself for ever.
    past: Vec<Tensor<f32>>,
    /// Memory of the device; none where the provider gives no allocator: then the states travel with each call.
    device: Option<Allocator>,
    binding: IoBinding,
    /// Last, for all of the above lies in its memory.
    session: Session,
}

#[derive(Debug)]
enum Up {
    Signal(String, Input, Tensor<f32>),
    Time(Tensor<f32>),
    Label(Tensor<i64>),
    Controls(Tensor<f32>),
}

/// The states of one stage, on the device.
struct States {
    sets: [Vec<Tensor<f32>>; 2],
    now: usize,
    batch: usize,
    /// The device's memory must not outlive its session: this is dropped after the tensors.
    _session: Arc<SharedSessionInner>,
}

impl Bound {
    /// Takes `session` for calls of `batch` signals and `frames` frames.
    ///
    /// # Errors
    /// What ONNX Runtime said: there is no memory for it, in most cases.
    pub fn new(
        session: Session,
        device: Device,
        signature: &Signature,
        (batch, frames): (usize, usize),
    ) -> Result<Self, String> {
        let build = || -> ort::Result<Self> {
            let host = match device {
                Device::Cuda => pinned(&session).unwrap_or_default(),
                _ => Allocator::default(),
            };
            let mut up = Vec::new();
            for input in &signature.inputs {
                let signal = |tensor: &crate::model::signature::Tensor| -> ort::Result<Up> {
                    let shape: Vec<usize> = tensor.shape(batch, frames).collect();
                    Ok(Up::Signal(
                        tensor.name.clone(),
                        *input,
                        Tensor::new(&host, shape)?,
                    ))
                };
                match input {
                    Input::X => up.push(signal(&signature.x)?),
                    Input::Y => up.push(signal(signature.y.as_ref().unwrap_or(&signature.x))?),
                    Input::Time => up.push(Up::Time(Tensor::new(&host, [batch])?)),
                    Input::Label => up.push(Up::Label(Tensor::new(&host, [batch])?)),
                    Input::Controls => {
                        let shape = [batch, signature.controls];
                        up.push(Up::Controls(Tensor::new(&host, shape)?));
                    }
                    Input::State(_) => {}
                }
            }
            let down: Vec<usize> = signature.x.shape(batch, frames).collect();
            let mut down = Tensor::new(&host, down)?;
            let past = signature.states.iter().map(|state| {
                let shape: Vec<usize> = state.shape(batch, 1).collect();
                Tensor::new(&host, shape)
            });
            let past = past.collect::<ort::Result<_>>()?;
            let mut binding = session.create_binding()?;
            binding.bind_output("out", &mut down)?;
            Ok(Self {
                shape: (batch, frames),
                device: memory(device).and_then(|info| Allocator::new(&session, info).ok()),
                binding,
                session,
                up,
                down,
                past,
            })
        };
        build().map_err(|e| e.to_string())
    }

    /// The batch and frames that it was made for.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The session, for another shape of call.
    pub fn into_session(self) -> Session {
        self.session
    }

    /// One call. On an error neither the output nor the states have changed.
    ///
    /// # Errors
    /// What ONNX Runtime said, or that the output is not finite.
    pub fn run(&mut self, signature: &Signature, call: &mut Call<'_>) -> Result<(), String> {
        let mut states = self.states(signature, call)?;
        let fresh = states.is_none();
        if fresh {
            states = self.new_states(signature).map_err(|e| e.to_string())?;
        }
        let outcome = self.evaluate(signature, call, states.as_mut(), fresh);
        if outcome.is_ok() {
            match &mut states {
                Some(states) => states.now = 1 - states.now,
                None => call.caches.swap(),
            }
        } else if fresh {
            // The host still holds them.
            states = None;
        }
        call.caches.resident = Resident(states.map(|states| Box::new(states) as _));
        outcome
    }

    /// The states that an earlier call left on the device.
    fn states(&self, signature: &Signature, call: &mut Call<'_>) -> Result<Option<States>, String> {
        let Some(resident) = call.caches.resident.0.take() else {
            return Ok(None);
        };
        match resident.downcast::<States>() {
            Ok(states)
                if states.batch == self.shape.0
                    && states.sets[0].len() == signature.states.len() =>
            {
                Ok(Some(*states))
            }
            Ok(states) => {
                call.caches.resident = Resident(Some(states));
                Err("the caches belong to another number of signals".to_owned())
            }
            Err(other) => {
                call.caches.resident = Resident(Some(other));
                Err("the caches belong to another network".to_owned())
            }
        }
    }

    fn new_states(&self, signature: &Signature) -> ort::Result<Option<States>> {
        let Some(allocator) = &self.device else {
            return Ok(None);
        };
        let set = || -> ort::Result<Vec<Tensor<f32>>> {
            let shapes = signature
                .states
                .iter()
                .map(|state| state.shape(self.shape.0, 1).collect::<Vec<_>>());
            shapes.map(|shape| Tensor::new(allocator, shape)).collect()
        };
        Ok(Some(States {
            sets: [set()?, set()?],
            now: 0,
            batch: self.shape.0,
            _session: self.session.inner(),
        }))
    }

    fn evaluate(
        &mut self,
        signature: &Signature,
        call: &mut Call<'_>,
        states: Option<&mut States>,
        fresh: bool,
    ) -> Result<(), String> {
        self.send(call).map_err(|e| e.to_string())?;
        let on_host = states.is_none();
        let bind = || -> ort::Result<()> {
            for (i, state) in signature.states.iter().enumerate() {
                let next = format!("next_{}", state.name);
                match &states {
                    Some(on) if !fresh => {
                        self.binding.bind_input(&state.name, &on.sets[on.now][i])?
                    }
                    _ => {
                        let past = &mut self.past[i];
                        let numbers = past.try_extract_tensor_mut::<f32>()?.1;
                        numbers.copy_from_slice(&call.caches.now[i]);
                        self.binding.bind_input(&state.name, past)?;
                    }
                }
                if states.is_none() {
                    self.binding
                        .bind_output_to_device(next, &MemoryInfo::default())?;
                }
            }
            if let Some(on) = states {
                let to = 1 - on.now;
                for (state, tensor) in signature.states.iter().zip(&mut on.sets[to]) {
                    self.binding
                        .bind_output(format!("next_{}", state.name), tensor)?;
                }
            }
            Ok(())
        };
        bind().map_err(|e| e.to_string())?;
        let results = self
            .session
            .run_binding(&self.binding)
            .map_err(|e| e.to_string())?;
        if on_host {
            for output in &signature.outputs {
                let Output::Next(i) = output else { continue };
                let name = format!("next_{}", signature.states[*i].name);
                let (_, numbers) = results[name.as_str()]
                    .try_extract_tensor::<f32>()
                    .map_err(|e| e.to_string())?;
                let next = &mut call.caches.next[*i];
                if numbers.len() != next.len() || !finite(numbers) {
                    return Err(format!("{name} is not finite, or of another shape"));
                }
                next.copy_from_slice(numbers);
            }
        }
        drop(results);
        let (_, numbers) = self
            .down
            .try_extract_tensor::<f32>()
            .map_err(|e| e.to_string())?;
        if !finite(numbers) {
            return Err("Out is not finite".to_owned());
        }
        call.out.copy_from_slice(numbers);
        Ok(())
    }

    /// Copies what changes with each call to the device.
    fn send(&mut self, call: &Call<'_>) -> ort::Result<()> {
        for up in &mut self.up {
            match up {
                Up::Signal(name, input, tensor) => {
                    let from = if *input == Input::X { call.x } else { call.y };
                    tensor
                        .try_extract_tensor_mut::<f32>()?
                        .1
                        .copy_from_slice(from);
                    self.binding.bind_input(name.as_str(), tensor)?;
                }
                Up::Time(tensor) => {
                    tensor.try_extract_tensor_mut::<f32>()?.1.fill(call.time);
                    self.binding.bind_input("t", tensor)?;
                }
                Up::Label(tensor) => {
                    let numbers = tensor.try_extract_tensor_mut::<i64>()?.1;
                    numbers.copy_from_slice(call.labels);
                    self.binding.bind_input("label", tensor)?;
                }
                Up::Controls(tensor) => {
                    let numbers = tensor.try_extract_tensor_mut::<f32>()?.1;
                    numbers.copy_from_slice(call.controls);
                    self.binding.bind_input("controls", tensor)?;
                }
            }
        }
        Ok(())
    }
}

/// Host memory that CUDA copies from and to without a detour.
///
/// # Errors
/// Why the session hands none out; ordinary memory serves as well, more slowly.
pub fn pinned(session: &Session) -> Result<Allocator, String> {
    let info = MemoryInfo::new(
        AllocationDevice::CUDA_PINNED,
        0,
        AllocatorType::Device,
        MemoryType::CPUOutput,
    );
    info.and_then(|info| Allocator::new(session, info))
        .map_err(|e| e.to_string())
}

/// The memory of a device, for the providers that hand it out.
fn memory(device: Device) -> Option<MemoryInfo<'static>> {
    let name = match device {
        Device::Cuda => AllocationDevice::CUDA,
        Device::Webgpu => AllocationDevice::WEBGPU_BUFFER,
        Device::DirectMl => AllocationDevice::DIRECTML,
        Device::CoreMl | Device::Auto | Device::Cpu => return None,
    };
    MemoryInfo::new(name, 0, AllocatorType::Device, MemoryType::Default).ok()
}

#[cfg(test)]
mod tests;

//! Sessions on exactly one device: an engine that falls back silently would lie in every report.

use ort::environment::Environment;
use ort::ep::{CUDA, CoreML, DirectML, ExecutionProvider, ExecutionProviderDispatch, WebGPU};
use ort::session::Session;
use ort::session::builder::SessionBuilder;

use super::placement;
use crate::model::device::Device;

/// A session for the ONNX file `model` on `device`, and how its nodes were placed.
///
/// # Errors
/// What ONNX Runtime said; for a graph that does not run whole on the device, the nodes that would run on the CPU.
pub fn session(
    environment: &Environment,
    model: &[u8],
    device: Device,
) -> Result<(Session, String), String> {
    if device == Device::Cpu {
        let session =
            builder(environment).and_then(|mut builder| builder.commit_from_memory(model));
        return session
            .map(|session| (session, String::new()))
            .map_err(|e| e.to_string());
    }
    let only_here = commit(environment, model, device, true);
    match only_here {
        Ok(session) => {
            let record = placement::read(&session);
            match record {
                Ok(record) if record.elsewhere.is_empty() => Ok((session, record.describe(device))),
                Ok(record) => Err(record.complain()),
                Err(_) => Ok((
                    session,
                    format!("no node may leave {device}; this library keeps no record"),
                )),
            }
        }
        Err(problem) => {
            // The same with the CPU allowed: its record says which nodes stood in the way.
            let record = commit(environment, model, device, false)
                .ok()
                .and_then(|session| placement::read(&session).ok());
            match record {
                Some(record) if !record.elsewhere.is_empty() => Err(record.complain()),
                _ => Err(problem),
            }
        }
    }
}

fn commit(
    environment: &Environment,
    model: &[u8],
    device: Device,
    alone: bool,
) -> Result<Session, String> {
    let build = || -> ort::Result<Session> {
        let mut builder = builder(environment)?
            .with_config_entry("session.record_ep_graph_assignment_info", "1")?;
        if device == Device::DirectMl {
            builder = builder.with_memory_pattern(false)?;
        }
        if let Some(provider) = provider(device) {
            builder = builder.with_execution_providers([provider.error_on_failure()])?;
        }
        if alone {
            builder = builder.with_disable_cpu_fallback()?;
        }
        builder.commit_from_memory(model)
    };
    build().map_err(|e| first_line(&e.to_string()))
}

/// One thread, which neither spins nor starts others.
fn builder(environment: &Environment) -> ort::Result<SessionBuilder> {
    Ok(Session::builder(environment)?
        .with_no_environment_execution_providers()?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?)
}

/// Whether the loaded library was built with support for `device`.
pub fn built_in(device: Device) -> bool {
    let built = match device {
        Device::Auto | Device::Cpu => Ok(true),
        Device::Cuda => CUDA::is_available(),
        Device::Webgpu => WebGPU::is_available(),
        Device::DirectMl => DirectML::is_available(),
        Device::CoreMl => CoreML::is_available(),
    };
    built.unwrap_or(false)
}

/// The execution provider of a device; none for the CPU.
fn provider(device: Device) -> Option<ExecutionProviderDispatch> {
    match device {
        Device::Auto | Device::Cpu => None,
        Device::Cuda => Some(CUDA::default().build()),
        Device::Webgpu => Some(WebGPU::default().build()),
        Device::DirectMl => Some(DirectML::default().build()),
        Device::CoreMl => Some(CoreML::default().build()),
    }
}

/// ONNX Runtime's errors go on for many lines, of which the first says it, between places in its source.
pub fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or(text).trim();
    if let Some(start) = line.find("CUDA failure") {
        return line[start..].split(" ;").next().unwrap_or(line).to_owned();
    }
    match (line.find("onnxruntime::"), line.rfind(") ")) {
        (Some(_), Some(end)) if line.starts_with('/') => line[end + 2..].trim().to_owned(),
        _ => line.to_owned(),
    }
}

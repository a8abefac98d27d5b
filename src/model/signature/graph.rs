//! The ports of one file against what the contract says of them.

use super::{Dim, Output, Tensor};
use crate::error::{Error, Result};
use crate::model::card::{Card, Task};
use crate::model::onnx_meta::{Axis, FLOAT, INT64, Port};

/// Checks the ports of one file.
pub(super) struct Graph<'a>(pub &'a str);

impl Graph<'_> {
    pub fn fault(
        &self,
        field: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Error {
        Error::Model {
            origin: self.0.to_owned(),
            field: field.to_owned(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    pub fn fits(&self, port: &Port, element: u64, dims: &[Dim]) -> Result<()> {
        if port.element == element && port.axes.as_deref().is_some_and(|axes| agree(axes, dims)) {
            return Ok(());
        }
        Err(self.fault(
            &port.name,
            describe_port(port),
            format!("{} {}", type_name(element), describe(dims)),
        ))
    }

    pub fn condition(&self, port: &Port, card: &Card, frames: &[Dim]) -> Result<Tensor> {
        let dims = match card.task {
            Task::Vocode => {
                let bands = card.mel.map_or(0, |mel| mel.bands);
                vec![Dim::Batch, Dim::Fixed(bands), Dim::Frames]
            }
            Task::Synth => {
                let expected = "absent: a synth network starts from noise alone";
                return Err(self.fault("y", "there", expected));
            }
            Task::Denoise => frames.to_vec(),
        };
        self.fits(port, FLOAT, &dims)?;
        Ok(Tensor {
            name: port.name.clone(),
            dims,
        })
    }

    pub fn state(&self, port: &Port) -> Result<Tensor> {
        let expected = "float32 [B, …] with every other length fixed and more than 0";
        let bad = || self.fault(&port.name, describe_port(port), expected);
        let Some([Axis::Free(_), rest @ ..]) = port.axes.as_deref() else {
            return Err(bad());
        };
        let mut dims = vec![Dim::Batch];
        for axis in rest {
            match axis {
                Axis::Fixed(n @ 1..) => {
                    dims.push(Dim::Fixed(usize::try_from(*n).map_err(|_| bad())?))
                }
                _ => return Err(bad()),
            }
        }
        self.fits(port, FLOAT, &dims)?;
        Ok(Tensor {
            name: port.name.clone(),
            dims,
        })
    }

    pub fn output(&self, port: &Port, frames: &[Dim], states: &[Tensor]) -> Result<Output> {
        if port.name == "out" {
            return self.fits(port, FLOAT, frames).map(|()| Output::Out);
        }
        let state = states
            .iter()
            .position(|state| port.name.strip_prefix("next_") == Some(&state.name));
        match state {
            Some(i) => self
                .fits(port, FLOAT, &states[i].dims)
                .map(|()| Output::Next(i)),
            None => Err(self.fault(
                &port.name,
                "an unknown output",
                "out, or next_state_* for an input state_*",
            )),
        }
    }
}

fn agree(axes: &[Axis], dims: &[Dim]) -> bool {
    axes.len() == dims.len()
        && axes.iter().zip(dims).all(|pair| match pair {
            (Axis::Free(_), Dim::Batch | Dim::Frames) => true,
            (Axis::Fixed(found), Dim::Fixed(wanted)) => usize::try_from(*found) == Ok(*wanted),
            _ => false,
        })
}

fn type_name(element: u64) -> String {
    match element {
        FLOAT => "float32".to_owned(),
        INT64 => "int64".to_owned(),
        0 => "no tensor".to_owned(),
        other => format!("ONNX type {other}"),
    }
}

fn describe(dims: &[Dim]) -> String {
    let names = dims.iter().map(|dim| match dim {
        Dim::Batch => "B".to_owned(),
        Dim::Frames => "T".to_owned(),
        Dim::Fixed(n) => n.to_string(),
    });
    format!(
        "[{}] with B and T free",
        names.collect::<Vec<_>>().join(", ")
    )
}

fn describe_port(port: &Port) -> String {
    let Some(axes) = &port.axes else {
        return format!("{} of unknown shape", type_name(port.element));
    };
    let names = axes.iter().map(|axis| match axis {
        Axis::Fixed(n) => n.to_string(),
        Axis::Free(name) if name.is_empty() => "?".to_owned(),
        Axis::Free(name) => name.clone(),
    });
    format!(
        "{} [{}]",
        type_name(port.element),
        names.collect::<Vec<_>>().join(", ")
    )
}

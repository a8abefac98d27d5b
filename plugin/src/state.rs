//! Saved projects: older ones, newer ones and broken ones.

use std::collections::BTreeMap;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::params::{DenoiseParams, DeviceChoice, ModelChoice};

/// Makes a state of the effect fit.
pub fn repair(state: &mut PluginState) {
    fit_parameters(state, &DenoiseParams::default(), knows);
    fit_field::<crate::params::Saved>(state, "diffwav");
}

/// Makes the parameters fit: what a state lacks gets its default (else the value of before would stay), numbers go into
/// their range, and what is of the wrong type is dropped. Unknown parameters of newer versions are left to be ignored.
/// `params` are fresh ones; `knows` says whether a choice, by the parameter's id and its own, is one.
pub(crate) fn fit_parameters(
    state: &mut PluginState,
    params: &impl Params,
    knows: impl Fn(&str, &str) -> bool,
) {
    let known: BTreeMap<String, ParamPtr> = params
        .param_map()
        .into_iter()
        .map(|(id, pointer, _)| (id, pointer))
        .collect();
    for (id, pointer) in known {
        // SAFETY: the parameters live as long as this function.
        let default = unsafe { default_of(pointer) };
        let value = match (state.params.remove(&id), &default) {
            (Some(ParamValue::F32(value)), ParamValue::F32(_)) if value.is_finite() => {
                // SAFETY: as above.
                ParamValue::F32(unsafe { in_range(pointer, value) })
            }
            (Some(ParamValue::I32(value)), ParamValue::I32(_)) => {
                // SAFETY: as above.
                ParamValue::I32(unsafe { in_range(pointer, value as f32) } as i32)
            }
            (Some(value @ ParamValue::Bool(_)), ParamValue::Bool(_)) => value,
            // An id that this version does not know is a choice of a newer one: the default takes its place.
            (Some(ParamValue::String(text)), ParamValue::String(_)) if knows(&id, &text) => {
                ParamValue::String(text)
            }
            _ => default,
        };
        state.params.insert(id, value);
    }
}

/// Puts the default in the place of a field that is missing or cannot be read.
pub(crate) fn fit_field<T: Default + Serialize + DeserializeOwned>(
    state: &mut PluginState,
    name: &str,
) {
    let text = state.fields.entry(name.to_owned()).or_default();
    if serde_json::from_str::<T>(text).is_err() {
        *text = serde_json::to_string(&T::default()).unwrap_or_default();
    }
}

/// # Safety
/// The parameter behind `pointer` must live.
unsafe fn default_of(pointer: ParamPtr) -> ParamValue {
    // SAFETY: the caller's promise.
    unsafe {
        match pointer {
            ParamPtr::FloatParam(p) => ParamValue::F32((*p).default_plain_value()),
            ParamPtr::IntParam(p) => ParamValue::I32((*p).default_plain_value()),
            ParamPtr::BoolParam(p) => ParamValue::Bool((*p).default_plain_value()),
            // Ours all have stable ids; a fresh parameter holds its default.
            ParamPtr::EnumParam(p) => {
                ParamValue::String((*p).unmodulated_plain_id().unwrap_or_default().to_owned())
            }
        }
    }
}

/// # Safety
/// The parameter behind `pointer` must live.
unsafe fn in_range(pointer: ParamPtr, value: f32) -> f32 {
    // SAFETY: the caller's promise.
    unsafe { pointer.preview_plain(pointer.preview_normalized(value).clamp(0.0, 1.0)) }
}

fn knows(id: &str, text: &str) -> bool {
    let ids = match id {
        "model" => ModelChoice::ids(),
        "device" => DeviceChoice::ids(),
        _ => None,
    };
    ids.is_some_and(|ids| ids.contains(&text))
}

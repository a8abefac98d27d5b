//! Saved projects: older ones, newer ones and broken ones.

use std::collections::BTreeMap;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::params::{DenoiseParams, DeviceChoice, ModelChoice};

/// Makes a state fit: what it lacks gets its default (else the value of before would stay), numbers go into their
/// range, and what is of the wrong type is dropped. Unknown parameters of newer versions are left to be ignored.
pub fn repair(state: &mut PluginState) {
    let params = DenoiseParams::default();
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
    let saved = state.fields.entry("diffwav".to_owned());
    let readable = |text: &String| serde_json::from_str::<crate::params::Saved>(text).is_ok();
    let text = saved.or_default();
    if !readable(text) {
        *text = serde_json::to_string(&crate::params::Saved::default()).unwrap_or_default();
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

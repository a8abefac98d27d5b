//! Saved projects of the instrument: older ones, newer ones and broken ones.

use nice_plug::prelude::*;

use super::book::Pages;
use super::params::SynthParams;
use crate::state::{fit_field, fit_parameters};

/// Makes a state fit. There are no choices with names among the parameters.
pub fn repair(state: &mut PluginState) {
    fit_parameters(state, &SynthParams::default(), |_, _| false);
    fit_field::<Pages>(state, "synth");
}

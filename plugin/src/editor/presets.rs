//! Starting points.

use nice_plug::context::gui::ParamSetter;

use super::wheel::set;
use crate::params::{AMOUNT_MAX, DenoiseParams};

/// Values of the parameters that make the sound; gains, device and model stay as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    /// As the menu shows it.
    pub name: &'static str,
    amount: f32,
    mix: f32,
    steps: i32,
    listen: bool,
}

/// What the menu offers.
pub const PRESETS: [Preset; 5] = [
    preset("Clean voice", AMOUNT_MAX, 100.0, 1, false),
    preset("Gentle: 12 dB at most", 12.0, 100.0, 1, false),
    preset("Interview: 24 dB at most", 24.0, 100.0, 1, false),
    preset("Fine: two steps", AMOUNT_MAX, 100.0, 2, false),
    preset("What is taken away", AMOUNT_MAX, 100.0, 1, true),
];

const fn preset(name: &'static str, amount: f32, mix: f32, steps: i32, listen: bool) -> Preset {
    Preset {
        name,
        amount,
        mix,
        steps,
        listen,
    }
}

impl Preset {
    /// Sets the parameters, each as a gesture.
    pub fn apply(&self, params: &DenoiseParams, setter: &ParamSetter<'_>) {
        set(setter, &params.amount, self.amount);
        set(setter, &params.mix, self.mix);
        set(setter, &params.steps, self.steps);
        set(setter, &params.listen, self.listen);
    }

    /// Whether the parameters are as it sets them.
    pub fn is_on(&self, params: &DenoiseParams) -> bool {
        (params.amount.value() - self.amount).abs() < 0.05
            && (params.mix.value() - self.mix).abs() < 0.5
            && params.steps.value() == self.steps
            && params.listen.value() == self.listen
    }
}

//! The window: what goes in, what comes out, and the few things to turn.
//!
//! It reads the meters through a triple buffer and a ring that the engine fills; it never touches the audio thread.

mod app;
mod footer;
mod header;
pub(crate) mod knob;
mod meters;
mod models;
mod presets;
mod spectrogram;
pub(crate) mod theme;
pub(crate) mod wheel;
pub(crate) mod window;

use std::sync::Arc;

use egui::{Vec2, vec2};
use nice_plug_egui::{EguiEditor, RepaintNotifier};

use crate::instance::Instance;
use crate::params::DenoiseParams;

/// Size at first, in logical pixels.
pub const SIZE: (u32, u32) = (820, 500);

/// Below this it would not be readable.
const LEAST: Vec2 = vec2(680.0, 430.0);

/// The framework's window around our content.
pub type Editor = EguiEditor<app::App>;

/// One for each plugin instance; the host opens and closes it as it likes.
pub fn create(params: Arc<DenoiseParams>, instance: Arc<Instance>) -> Option<Editor> {
    let (width, height) = params.saved.read().map_or(SIZE, |saved| saved.editor);
    let notifier = RepaintNotifier::new();
    window::create(
        "diffwav Denoise",
        (width, height),
        LEAST,
        notifier.clone(),
        app::App::new(params, instance, notifier),
    )
}

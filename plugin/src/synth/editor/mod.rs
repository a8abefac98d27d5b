//! The instrument's window: pads, the pad that is looked at, and what makes hits meanwhile.
//!
//! It reads numbers that the other threads write; it never touches the audio thread.

mod app;
mod footer;
mod grid;
mod header;
mod knobs;
mod page;

use std::sync::Arc;

use egui::{Vec2, vec2};
use nice_plug_egui::{EguiEditor, RepaintNotifier};

use super::instance::Instance;
use super::params::SynthParams;
use crate::editor::window;

/// Size at first, in logical pixels.
pub const SIZE: (u32, u32) = (920, 560);

/// Below this it would not be readable.
const LEAST: Vec2 = vec2(820.0, 500.0);

/// The framework's window around our content.
pub type Editor = EguiEditor<app::App>;

/// One for each plugin instance; the host opens and closes it as it likes.
pub fn create(params: Arc<SynthParams>, instance: Arc<Instance>) -> Option<Editor> {
    let (width, height) = params.book.with(|pages| pages.editor);
    let notifier = RepaintNotifier::new();
    window::create(
        "diffwav Synth",
        (width, height),
        LEAST,
        notifier.clone(),
        app::App::new(params, instance, notifier),
    )
}

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

use std::sync::Arc;

use egui::{Vec2, vec2};
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, RepaintNotifier, create_egui_editor,
};

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
    let size = LogicalSize::new(f64::from(width), f64::from(height));
    let notifier = RepaintNotifier::new();
    let hint = ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical {
            min_size: Some(LogicalSize::new(LEAST.x, LEAST.y)),
            max_size: None,
        },
        ..ResizeHint::default()
    };
    let settings = EguiNiceSettings::new()
        .with_tile("diffwav Denoise")
        .with_resize_hint(hint)
        // Spectrograms move smoothly enough, and a screen without a graphics card keeps up.
        .with_repaint_poll_interval(std::time::Duration::from_millis(33));
    create_egui_editor(
        EguiEditorState::from_size(size, 1.0),
        notifier.clone(),
        settings,
        app::App::new(params, instance, notifier),
    )
}

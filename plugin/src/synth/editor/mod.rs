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
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, RepaintNotifier, create_egui_editor,
};

use super::instance::Instance;
use super::params::SynthParams;

/// Size at first, in logical pixels.
pub const SIZE: (u32, u32) = (920, 560);

/// Below this it would not be readable.
const LEAST: Vec2 = vec2(820.0, 500.0);

/// The framework's window around our content.
pub type Editor = EguiEditor<app::App>;

/// One for each plugin instance; the host opens and closes it as it likes.
pub fn create(params: Arc<SynthParams>, instance: Arc<Instance>) -> Option<Editor> {
    let (width, height) = params.book.with(|pages| pages.editor);
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
        .with_tile("diffwav Synth")
        .with_resize_hint(hint)
        .with_repaint_poll_interval(std::time::Duration::from_millis(33));
    create_egui_editor(
        EguiEditorState::from_size(size, 1.0),
        notifier.clone(),
        settings,
        app::App::new(params, instance, notifier),
    )
}

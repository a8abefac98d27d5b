//! The framework's window, the same for both plugins.

use egui::Vec2;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, NiceEguiApp, RepaintNotifier, create_egui_editor,
};

/// A window around `app`, of `size` at first and never below `least`, in logical pixels.
pub fn create<A: NiceEguiApp>(
    title: &str,
    size: (u32, u32),
    least: Vec2,
    notifier: RepaintNotifier,
    app: A,
) -> Option<EguiEditor<A>> {
    let hint = ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical {
            min_size: Some(LogicalSize::new(least.x, least.y)),
            max_size: None,
        },
        ..ResizeHint::default()
    };
    let settings = EguiNiceSettings::new()
        .with_tile(title)
        .with_resize_hint(hint)
        // Spectrograms move smoothly enough, and a screen without a graphics card keeps up.
        .with_repaint_poll_interval(std::time::Duration::from_millis(33));
    let size = LogicalSize::new(f64::from(size.0), f64::from(size.1));
    create_egui_editor(
        EguiEditorState::from_size(size, 1.0),
        notifier,
        settings,
        app,
    )
}

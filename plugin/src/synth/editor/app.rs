//! The window's content and what it remembers between frames.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Rect, Sense, Ui, pos2, vec2};
use nice_plug::context::gui::GuiContext;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp, RepaintNotifier};

use super::grid::Grid;
use super::page::{self, Page};
use super::{LEAST, footer, header, knobs};
use crate::editor::theme;
use crate::synth::book::Pages;
use crate::synth::instance::{Instance, Status};
use crate::synth::jobs::Job;
use crate::synth::params::SynthParams;

/// Height of the two rows of knobs with the gap above them.
const KNOBS_LEAST: f32 = 184.0;
const KNOBS_MOST: f32 = 236.0;

/// Lives as long as the plugin instance; the window comes and goes.
pub struct App {
    params: Arc<SynthParams>,
    instance: Arc<Instance>,
    notifier: RepaintNotifier,
    context: Option<GuiContext>,
    grid: Grid,
    page: Page,
    /// Size that the window had when it was closed; hosts open it without knowing the scale.
    restore: Option<egui::Vec2>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    pub fn new(
        params: Arc<SynthParams>,
        instance: Arc<Instance>,
        notifier: RepaintNotifier,
    ) -> Self {
        Self {
            params,
            instance,
            notifier,
            context: None,
            grid: Grid::default(),
            page: Page::default(),
            restore: None,
        }
    }

    fn content(
        &mut self,
        ui: &mut Ui,
        whole: Rect,
        context: &GuiContext,
        status: &Status,
        pages: &Pages,
    ) {
        let setter = context.param_setter();
        let area = whole.shrink(12.0);
        let top = Rect::from_min_size(area.min, vec2(area.width(), 30.0));
        let bottom = Rect::from_min_max(pos2(area.left(), area.bottom() - 62.0), area.max);
        let middle = Rect::from_min_max(
            pos2(area.left(), top.bottom() + theme::GAP),
            pos2(area.right(), bottom.top() - theme::GAP),
        );
        let (left, right) = middle.split_left_right_at_fraction(0.52);
        let right = right.with_min_x(right.left() + theme::GAP);
        let (page, knobs) =
            right.split_top_bottom_at_y(right.bottom() - knobs_height(right.height()));
        header::show(ui, top, &self.params, pages, &self.instance);
        self.grid.show(ui, left, pages, status, &self.instance);
        let pad = self.grid.selected;
        self.page.show(ui, page, pad, pages, status, &self.instance);
        knobs::show(
            ui,
            knobs.with_min_y(knobs.top() + theme::GAP),
            &self.params,
            pad,
            &setter,
        );
        footer::show(ui, bottom, &self.params, &setter, status, &self.instance);
    }

    /// A file that was dropped goes to the pad below the pointer, else to the one that is looked at.
    fn drops(&mut self, ui: &Ui, whole: Rect) {
        let (hovering, dropped, pointer) = ui.input(|input| {
            let dropped = input.raw.dropped_files.first();
            let dropped: Option<PathBuf> = dropped.map(|file| file.path().to_owned());
            (
                !input.raw.hovered_files.is_empty(),
                dropped,
                input.pointer.latest_pos(),
            )
        });
        let below = pointer.and_then(|at| self.grid.pad_at(at));
        let pad = below.unwrap_or(self.grid.selected);
        if let Some(path) = dropped {
            self.grid.selected = pad;
            self.instance.ask(Job::Load { pad, path });
        }
        if hovering {
            let layer = egui::LayerId::new(egui::Order::Foreground, ui.scope_id().with("drop"));
            let painter = ui.ctx().layer_painter(layer);
            painter.rect_filled(whole, 0.0, egui::Color32::from_black_alpha(150));
            painter.text(
                whole.center(),
                egui::Align2::CENTER_CENTER,
                format!("Drop a sound on a pad: pad {} will vary it", pad + 1),
                theme::large(),
                theme::ACCENT,
            );
        }
    }
}

/// Of what is right of the pads: the rows above the knobs need some, the knobs are glad of the rest.
fn knobs_height(whole: f32) -> f32 {
    (whole - page::HEIGHT_LEAST).clamp(KNOBS_LEAST, KNOBS_MOST)
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        ctx: egui::Context,
        gui: GuiContext,
        _: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::apply(&ctx);
        self.context = Some(gui);
        let (width, height) = self.params.book.with(|pages| pages.editor);
        self.restore = Some(vec2(width as f32, height as f32));
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        let Some(context) = self.context.clone() else {
            return;
        };
        let status = self.instance.status();
        let pages = self.params.book.pages();
        let whole = ui.max_rect();
        if let Some(size) = self.restore.take()
            && (size - whole.size()).abs().max_elem() > 2.0
        {
            ui.send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
        }
        ui.painter().rect_filled(whole, 0.0, theme::GROUND);
        let size = whole.size().max(LEAST);
        if size == whole.size() {
            self.content(ui, whole, &context, &status, &pages);
        } else {
            // A host or a screen without room for the window.
            egui::ScrollArea::both().show(ui, |ui| {
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                self.content(ui, rect, &context, &status, &pages);
            });
        }
        self.drops(ui, whole);
        self.notifier.request_repaint();
    }
    fn resized(&mut self, size: WindowSize) {
        let size = (size.logical.width as u32, size.logical.height as u32);
        self.params.book.edit(|pages| pages.editor = size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_window_has_room_for_every_row() {
        // As `content` divides it.
        let middle = LEAST.y - 24.0 - 30.0 - 62.0 - 2.0 * theme::GAP;
        let knobs = knobs_height(middle);
        assert!(knobs >= KNOBS_LEAST && middle - knobs >= page::HEIGHT_LEAST);
        let page = middle - knobs - 2.0 * theme::GAP;
        assert!(page >= page::ROWS + 24.0, "a waveform, too");
    }
}

//! The window's content and what it remembers between frames.

use std::sync::Arc;
use std::time::Instant;

use diffwav::engine::meter::Meter;
use diffwav::units::Hz;
use egui::{Rect, Ui, pos2, vec2};
use nice_plug::context::gui::GuiContext;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp, RepaintNotifier};

use super::meters::Meters;
use super::models::Models;
use super::spectrogram::Spectrogram;
use super::{footer, header, knob, theme, wheel};
use crate::instance::Instance;
use crate::params::{DenoiseParams, STEPS_MAX};

/// Lives as long as the plugin instance; the window comes and goes.
pub struct App {
    params: Arc<DenoiseParams>,
    instance: Arc<Instance>,
    notifier: RepaintNotifier,
    context: Option<GuiContext>,
    meter: Option<Meter>,
    meters: Meters,
    spectrogram: Spectrogram,
    models: Models,
    last: Option<Instant>,
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
        params: Arc<DenoiseParams>,
        instance: Arc<Instance>,
        notifier: RepaintNotifier,
    ) -> Self {
        Self {
            params,
            instance,
            notifier,
            context: None,
            meter: None,
            meters: Meters::default(),
            spectrogram: Spectrogram::default(),
            models: Models::default(),
            last: None,
            restore: None,
        }
    }

    /// What the engine has shown since the last frame.
    fn read_meters(&mut self) {
        if let Some(meter) = self.instance.take_meter() {
            self.meter = Some(meter);
        }
        let seconds = self
            .last
            .replace(Instant::now())
            .map_or(0.0, |last| last.elapsed().as_secs_f32());
        let levels = self.meter.as_mut().map(Meter::levels);
        self.meters.follow(levels, seconds.min(0.5));
        while let Some(column) = self.meter.as_mut().and_then(Meter::next_column) {
            self.spectrogram.push(&column);
        }
    }

    fn controls(&self, ui: &mut Ui, rect: Rect, setter: &nice_plug::context::gui::ParamSetter<'_>) {
        let params = &*self.params;
        ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
        let inner = rect.shrink(theme::GAP);
        let width = inner.width() / 6.6;
        let cell = |from: f32, cells: f32| {
            Rect::from_min_size(
                pos2(inner.left() + width * from, inner.top()),
                vec2(width * cells, inner.height()),
            )
            .shrink2(vec2(4.0, 0.0))
        };
        let gain =
            "Before the network. It normalises the level itself: this is for what comes out.";
        knob::knob(ui, cell(0.0, 1.0), setter, &params.gain_in, true, gain);
        let amount = "The most that anything is turned down. Less leaves some of the room.";
        knob::knob(ui, cell(1.0, 1.3), setter, &params.amount, false, amount);
        knob::knob(
            ui,
            cell(2.3, 1.0),
            setter,
            &params.mix,
            false,
            "Cleaned signal against input.",
        );
        knob::knob(
            ui,
            cell(3.3, 1.0),
            setter,
            &params.gain_out,
            true,
            "Behind everything but bypass.",
        );
        let right = cell(4.4, 2.2);
        let (upper, lower) = right.split_top_bottom_at_fraction(0.44);
        let steps: Vec<String> = (1..=STEPS_MAX).map(|steps| steps.to_string()).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let on = params.steps.value().max(1) as usize - 1;
        let help = "Reverse steps of the diffusion process: each one more refines, and costs as much again.";
        if let Some(chosen) = knob::choice(ui, upper, "Steps", &steps, on, help) {
            wheel::set(setter, &params.steps, chosen as i32 + 1);
        }
        let (middle, bottom) = lower.split_top_bottom_at_fraction(0.68);
        let help = "Removed: what is taken away, to hear whether it is only noise.";
        let on = usize::from(params.listen.value());
        if let Some(chosen) =
            knob::choice(ui, middle, "Listen to", &["Cleaned", "Removed"], on, help)
        {
            wheel::set(setter, &params.listen, chosen == 1);
        }
        let (bottom, link) = bottom.split_left_right_at_fraction(0.54);
        let help = "One decision for all channels: nothing moves in the stereo image. Off: each for itself.";
        let linked = params.link.value();
        if knob::switch(ui, link, "Link", linked, help) {
            wheel::set(setter, &params.link, !linked);
        }
        let help =
            "When the machine is too slow, run fewer steps rather than be late. Never in a bounce.";
        let adaptive = params.adaptive.value();
        if knob::switch(ui, bottom, "Adaptive", adaptive, help) {
            wheel::set(setter, &params.adaptive, !adaptive);
        }
    }

    fn drops(&self, ui: &Ui, rect: Rect) {
        let (hovering, dropped) = ui.input(|input| {
            let dropped = input
                .raw
                .dropped_files
                .first()
                .map(|file| file.path().to_owned());
            (!input.raw.hovered_files.is_empty(), dropped)
        });
        if let Some(path) = dropped {
            self.models.offer(path);
        }
        if hovering {
            let painter = ui.ctx().layer_painter(egui::LayerId::new(
                egui::Order::Foreground,
                ui.scope_id().with("drop"),
            ));
            painter.rect_filled(rect, 0.0, egui::Color32::from_black_alpha(190));
            painter.text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                "Drop the model here",
                theme::large(),
                theme::ACCENT,
            );
        }
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        ctx: egui::Context,
        gui: GuiContext,
        _: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::apply(&ctx);
        // Textures belong to the window that was closed.
        self.spectrogram.forget_textures();
        self.context = Some(gui);
        let (width, height) = self
            .params
            .saved
            .read()
            .map_or(super::SIZE, |saved| saved.editor);
        self.restore = Some(vec2(width as f32, height as f32));
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        self.read_meters();
        let Some(context) = self.context.clone() else {
            return;
        };
        let setter = context.param_setter();
        self.models.settle(&self.params, &setter);
        let status = self.instance.status();
        let report = self.instance.report();
        let whole = ui.max_rect();
        if let Some(size) = self.restore.take()
            && (size - whole.size()).abs().max_elem() > 2.0
        {
            ui.send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
        }
        ui.painter().rect_filled(whole, 0.0, theme::GROUND);
        let area = whole.shrink(12.0);
        let top = Rect::from_min_size(area.min, vec2(area.width(), 30.0));
        let bottom = Rect::from_min_max(pos2(area.left(), area.bottom() - 62.0), area.max);
        let controls = Rect::from_min_max(
            pos2(area.left(), bottom.top() - theme::GAP - 148.0),
            pos2(area.right(), bottom.top() - theme::GAP),
        );
        let pictures = Rect::from_min_max(
            pos2(area.left(), top.bottom() + theme::GAP),
            pos2(area.right() - 150.0, controls.top() - theme::GAP),
        );
        let meters = Rect::from_min_max(
            pos2(area.right() - 140.0, pictures.top()),
            pos2(area.right(), pictures.bottom()),
        );
        header::show(ui, top, &self.params, &setter);
        let rate = status.place.map_or(Hz(48_000), |place| place.format.rate);
        self.spectrogram.show(ui, pictures, rate);
        ui.painter().rect_filled(meters, theme::ROUND, theme::PANEL);
        self.meters.show(ui, meters.shrink(theme::GAP));
        self.controls(ui, controls, &setter);
        footer::show(
            ui,
            bottom,
            &self.params,
            &setter,
            &mut self.models,
            &status,
            report.as_ref(),
        );
        self.drops(ui, whole);
        self.notifier.request_repaint();
    }

    fn resized(&mut self, size: WindowSize) {
        if let Ok(mut saved) = self.params.saved.write() {
            saved.editor = (size.logical.width as u32, size.logical.height as u32);
        }
    }
}

//! What is saved of the pad that is looked at: name, class, notes, seed, kept hit, own sample.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use egui::{Align, DragValue, Layout, Popup, Rect, RichText, TextEdit, Ui, UiBuilder, vec2};

use super::grid;
use crate::editor::theme;
use crate::synth::book::{PadPage, Pages};
use crate::synth::instance::{Instance, Status};
use crate::synth::jobs::Job;
use crate::synth::recipe;

/// No note, as the audio thread writes it.
const NO_NOTE: u8 = 128;

/// Height of the four rows below the waveform.
pub const ROWS: f32 = 126.0;

/// Height with a waveform that can still be read.
pub const HEIGHT_LEAST: f32 = ROWS + 30.0 + 2.0 * theme::GAP;

/// The page's memory.
#[derive(Debug, Default)]
pub struct Page {
    /// The pad that takes the next note.
    learns: Option<usize>,
    typed: String,
}

impl Page {
    /// Draws it into `rect`.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        pad: usize,
        pages: &Pages,
        status: &Status,
        instance: &Instance,
    ) {
        ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
        let inner = rect.shrink(theme::GAP);
        let page = &pages.pads[pad];
        let layout = Layout::top_down(Align::Min);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(inner).layout(layout));
        ui.shrink_clip_rect(rect);
        if let Some(picture) = &status.pads[pad].picture {
            let height = (inner.height() - ROWS).clamp(24.0, 120.0);
            let (wave, _) =
                ui.allocate_exact_size(vec2(inner.width(), height), egui::Sense::hover());
            ui.painter().rect_filled(wave, theme::ROUND, theme::WELL);
            let painter = ui.painter().with_clip_rect(wave);
            grid::draw_wave(&painter, wave.shrink(6.0), picture, theme::ACCENT);
        }
        ui.horizontal(|ui| self.sound(ui, pad, page, status, instance));
        ui.horizontal(|ui| self.notes(ui, pad, pages, instance));
        ui.horizontal(|ui| seed(ui, pad, page, instance));
        ui.horizontal(|ui| self.own(ui, pad, page, instance));
    }

    fn sound(
        &mut self,
        ui: &mut Ui,
        pad: usize,
        page: &PadPage,
        status: &Status,
        instance: &Instance,
    ) {
        faint(ui, "Name");
        let mut name = page.name.clone();
        if ui
            .add(TextEdit::singleline(&mut name).desired_width(100.0))
            .changed()
        {
            name.truncate(
                name.char_indices()
                    .nth(24)
                    .map_or(name.len(), |(end, _)| end),
            );
            instance.book().edit(|pages| pages.pads[pad].name = name);
        }
        faint(ui, "Class");
        let class =
            theme::menu_button(ui, &page.class, 0.0).on_hover_text("What the network is asked for");
        Popup::menu(&class).show(|ui| {
            for class in &status.classes {
                if ui.selectable_label(*class == page.class, class).clicked() {
                    instance.book().edit(|pages| {
                        pages.pads[pad].class = class.clone();
                        pages.pads[pad].locked = None;
                    });
                    instance.shared.wake();
                }
            }
        });
    }

    fn notes(&mut self, ui: &mut Ui, pad: usize, pages: &Pages, instance: &Instance) {
        let last = &instance.shared.last_note;
        if self.learns.is_some_and(|learns| learns != pad) {
            self.learns = None;
        }
        if self.learns.is_some() {
            let note = last.load(Relaxed);
            if note < NO_NOTE {
                instance.book().edit(|pages| {
                    pages.notes.insert(note, pad as u8);
                });
                self.learns = None;
            }
        }
        faint(ui, "MIDI notes");
        ui.label(grid::notes_of(pages, pad));
        let text = if self.learns.is_some() {
            "Play a note …"
        } else {
            "Learn"
        };
        let help = "The next note that comes in plays this pad";
        if ui.button(text).on_hover_text(help).clicked() {
            last.store(NO_NOTE, Relaxed);
            self.learns = self.learns.is_none().then_some(pad);
        }
        if ui
            .button("Clear")
            .on_hover_text("No note plays it")
            .clicked()
        {
            instance
                .book()
                .edit(|pages| pages.notes.retain(|_, of| usize::from(*of) != pad));
        }
    }

    fn own(&mut self, ui: &mut Ui, pad: usize, page: &PadPage, instance: &Instance) {
        let folder = folder(instance);
        let help = format!(
            "Writes the hit that was heard last as a WAV file to {}",
            folder.display()
        );
        if ui.button("Export hit").on_hover_text(help).clicked() {
            instance.export(pad, folder);
        }
        if let Some(sample) = &page.sample {
            faint(ui, "Varies");
            ui.label(RichText::new(&sample.name).color(theme::REMOVED));
            if ui.button("Remove").clicked() {
                instance.book().edit(|pages| {
                    pages.pads[pad].sample = None;
                    pages.pads[pad].locked = None;
                });
                instance.shared.wake();
            }
            return;
        }
        let button = theme::menu_button(ui, "Vary my sample", 0.0)
            .on_hover_text("Drop a recording of a hit on a pad, or name one here");
        Popup::menu(&button)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| {
                ui.set_min_width(300.0);
                faint(ui, "Drop a WAV on the pad, or name one:");
                let field = ui.add(
                    TextEdit::singleline(&mut self.typed)
                        .hint_text("/path/to/hit.wav")
                        .desired_width(f32::INFINITY),
                );
                let entered =
                    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                let path = self.typed.trim();
                if (ui.button("Use this file").clicked() || entered) && !path.is_empty() {
                    let path = PathBuf::from(path);
                    instance.ask(Job::Load { pad, path });
                }
            });
    }
}

fn seed(ui: &mut Ui, pad: usize, page: &PadPage, instance: &Instance) {
    faint(ui, "Seed");
    let mut value = page.seed;
    let help = "The same seed brings the same hits back, to the bit";
    ui.add(DragValue::new(&mut value).speed(0.2))
        .on_hover_text(help);
    if ui.button("New").on_hover_text("Other hits").clicked() {
        value = recipe::seed(value.into(), pad, 0, None) as u32 % 100_000;
    }
    if value != page.seed {
        instance.book().edit(|pages| {
            pages.pads[pad].seed = value;
            pages.pads[pad].locked = None;
        });
        instance.shared.wake();
    }
    let kept = page.locked.is_some();
    let text = if kept { "Let go" } else { "Keep this hit" };
    let help = "Kept: every note plays the hit that was heard last. It is saved as its seeds.";
    if ui.button(text).on_hover_text(help).clicked() {
        instance.lock_pad(pad, !kept);
    }
}

/// Where hits are written to.
fn folder(instance: &Instance) -> PathBuf {
    let named = instance.book().with(|pages| pages.folder.clone());
    if named.is_empty() {
        std::env::home_dir()
            .unwrap_or_default()
            .join("diffwav hits")
    } else {
        PathBuf::from(named)
    }
}

fn faint(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(theme::FAINT));
}

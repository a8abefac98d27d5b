//! Choosing a model: the one that ships, or a file that is dropped on the window or named.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use egui::Ui;
use nice_plug::context::gui::ParamSetter;

use super::{theme, wheel};
use crate::params::{DenoiseParams, ModelChoice};
use crate::wanted;

/// A file on its way from the hand to the engine.
#[derive(Debug, Default)]
enum Offer {
    #[default]
    None,
    /// Being read and tried out, on a thread of its own.
    Checking(PathBuf),
    /// Fits.
    Good(PathBuf),
    /// Does not, and why.
    Bad(String),
}

/// The picker's memory.
#[derive(Debug, Default)]
pub struct Models {
    offer: Arc<Mutex<Offer>>,
    typed: String,
}

impl Models {
    /// Tries a file out; when it fits it is chosen.
    pub fn offer(&self, path: PathBuf) {
        let offer = Arc::clone(&self.offer);
        *lock(&offer) = Offer::Checking(path.clone());
        let check = move || {
            let outcome = match wanted::check_file(&path) {
                Ok(_) => Offer::Good(path),
                Err(error) => Offer::Bad(error.to_string()),
            };
            *lock(&offer) = outcome;
        };
        let thread = std::thread::Builder::new().name("diffwav model check".into());
        if let Err(error) = thread.spawn(check) {
            *lock(&self.offer) = Offer::Bad(format!("the file cannot be checked: {error}"));
        }
    }

    /// Takes a file that was found good; to be called in every frame.
    pub fn settle(&self, params: &DenoiseParams, setter: &ParamSetter<'_>) {
        let mut offer = lock(&self.offer);
        if let Offer::Good(path) = &*offer {
            if let Ok(mut saved) = params.saved.write() {
                saved.model_file = Some(path.clone());
            }
            *offer = Offer::None;
            drop(offer);
            wheel::set(setter, &params.model, ModelChoice::File);
        }
    }

    /// What is being done with a file, or what is wrong with it.
    pub fn message(&self) -> Option<String> {
        match &*lock(&self.offer) {
            Offer::Checking(path) => Some(format!("Trying {} …", short(path))),
            Offer::Bad(problem) => Some(problem.clone()),
            Offer::None | Offer::Good(_) => None,
        }
    }

    /// The menu.
    pub fn menu(&mut self, ui: &mut Ui, params: &DenoiseParams, setter: &ParamSetter<'_>) {
        ui.set_min_width(300.0);
        let now = params.model.value();
        for (choice, text) in [
            (ModelChoice::BuiltIn, "denoise-v7 (built in)"),
            (ModelChoice::Lite, "denoise-lite (built in, least work)"),
            (ModelChoice::Sixth, "denoise-v6 (built in, older)"),
            (ModelChoice::Fifth, "denoise-v5 (built in, older)"),
            (ModelChoice::Fourth, "denoise-v4 (built in, older)"),
            (
                ModelChoice::Third,
                "denoise-v3 (built in, half of the work)",
            ),
            (
                ModelChoice::Second,
                "denoise-v2 (built in, a quarter of the work)",
            ),
            (
                ModelChoice::First,
                "denoise-v1 (built in, 10 ms less latency)",
            ),
        ] {
            if ui.selectable_label(now == choice, text).clicked() {
                *lock(&self.offer) = Offer::None;
                wheel::set(setter, &params.model, choice);
            }
        }
        let file = params
            .saved
            .read()
            .ok()
            .and_then(|saved| saved.model_file.clone());
        if let Some(path) = file {
            let chosen = now == ModelChoice::File;
            if ui
                .selectable_label(chosen, short(&path))
                .on_hover_text(path.display().to_string())
                .clicked()
            {
                self.offer(path);
            }
        }
        ui.separator();
        ui.label(
            egui::RichText::new("Drop an .onnx file on this window, or name one:")
                .color(theme::FAINT),
        );
        let field = ui.add(
            egui::TextEdit::singleline(&mut self.typed)
                .hint_text("/path/to/model.onnx")
                .desired_width(f32::INFINITY),
        );
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if (ui.button("Use this file").clicked() || entered) && !self.typed.trim().is_empty() {
            self.offer(PathBuf::from(self.typed.trim()));
        }
    }
}

/// How the model is called on the button.
pub fn name(params: &DenoiseParams) -> String {
    match params.model_file() {
        Some(path) => short(&path),
        None => params.built_in().to_owned(),
    }
}

fn short(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn lock(offer: &Mutex<Offer>) -> std::sync::MutexGuard<'_, Offer> {
    offer.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Last chapter: the reverse process of the denoiser, state after state.

use super::{Explain, Shelf, clip::Clip, headroom};
use crate::Result;
use crate::cli::plot::strip::{self, Panel};
use crate::cli::runtime;
use crate::engine::recipe::Recipe;
use crate::engine::{Settings, trace};
use crate::model::{self, Model, Options};
use crate::units::Hz;

/// What runs.
#[derive(Debug)]
pub struct Denoiser {
    model: Model,
    options: Options,
    recipe: Recipe,
}

impl Denoiser {
    /// The model and the number of steps that were asked for.
    ///
    /// # Errors
    /// Of the model; [`crate::Error::Setting`] for steps that it does not allow.
    pub fn new(typed: &Explain) -> Result<Self> {
        let model = runtime::open_denoiser(&typed.runtime)?;
        let settings = Settings {
            steps: Some(typed.steps),
            seed: typed.seed,
            ..Settings::default()
        };
        let recipe = Recipe::new(&model.card, &settings)?;
        Ok(Self {
            model,
            options: runtime::options(&typed.runtime),
            recipe,
        })
    }

    /// Pictures and sounds of x_T and of the state after every step; returns the text of the chapter.
    ///
    /// # Errors
    /// Of the engine and of writing.
    pub fn write(&self, clip: &Clip, seed: u64, shelf: &Shelf) -> Result<String> {
        let rate = Hz(self.model.card.sample_rate);
        let noisy = clip.at(rate)?;
        let plan = &self.recipe.plan;
        let mut states = Vec::new();
        for steps in 0..=plan.stages.len() {
            let network = model::load(&self.model, &self.options)?.network;
            states.push(trace::state_after(network, plan, steps, seed, &noisy)?);
        }
        let panels: Vec<Panel> = states
            .iter()
            .enumerate()
            .map(|(step, state)| {
                let (title, note) = match step {
                    0 => (
                        "the start, x_T".to_owned(),
                        format!("{}, as it is", clip.name),
                    ),
                    step => {
                        let time = plan.stages[step - 1].evaluation.time;
                        let title = format!("after reverse step {step}");
                        (title, format!("the network was asked at t = {time:.2}"))
                    }
                };
                Panel::new(title, note, rate, state)
            })
            .collect();
        let title = "The reverse process: each step asks the network what the clean sound is";
        strip::draw(title, &panels, 3).save(&shelf.place("3-reverse.png"), shelf.overwrite)?;
        let gain = headroom(states.iter().map(Vec::as_slice));
        for (step, state) in states.iter().enumerate() {
            shelf.sound(&format!("3-reverse-{step}.wav"), rate, state, gain)?;
        }
        Ok(format!(
            "3. The reverse process (3-reverse.png, 3-reverse-*.wav)\n   \
            {} with {} steps of {}. It does not start from noise but from the noisy recording: the process is a bridge\n   \
            between the two. The first step is already an estimate, the others refine it.\n",
            self.model.card.name, self.recipe.steps, self.recipe.sampler
        ))
    }
}

//! The source that ships: the one-shot network behind the engine's generator.

use diffwav::engine::generate::{Base, Generator, Request};
use diffwav::error::{Error, Result};
use diffwav::model::card::Card;
use diffwav::model::{self, Options, Purpose, registry};
use diffwav::units::Hz;

use super::source::{HitSource, Order};

/// The model that plays.
pub const MODEL: &str = registry::DEFAULT_SYNTH;

struct Network {
    generator: Generator,
    about: String,
    /// Indices of the controls, where the network has them.
    brightness: Option<usize>,
    length: Option<usize>,
    seconds_max: f32,
}

/// Loads the network for a number of reverse steps: the nearest that its card allows.
///
/// # Errors
/// When no engine can be had.
pub fn load(steps: Option<usize>) -> Result<Box<dyn HitSource>> {
    let model = registry::open(MODEL)?;
    let options = Options {
        purpose: Purpose::Files,
        ..Options::default()
    };
    let loaded = model::load(&model, &options)?;
    let steps = steps.map(|steps| crate::models::allowed_steps(&model.card, steps));
    let card = &model.card;
    let about = format!(
        "{} {} in {}, {} steps",
        card.name,
        card.version,
        loaded.network.engine(),
        steps.unwrap_or(card.steps.default)
    );
    let control = |name: &str| {
        card.controls
            .iter()
            .position(|control| control.name == name)
    };
    let (brightness, length) = (control("brightness"), control("length"));
    let generator = Generator::new(loaded.network, steps, None)?;
    let seconds_max = generator.seconds_max();
    Ok(Box::new(Network {
        generator,
        about,
        brightness,
        length,
        seconds_max,
    }))
}

impl Network {
    fn card(&self) -> &Card {
        self.generator.card()
    }

    fn request(&self, order: &Order) -> Request {
        let mut controls = vec![None; self.card().controls.len()];
        for (index, value) in [
            (self.brightness, order.brightness),
            (self.length, order.length),
        ] {
            if let Some(index) = index {
                let range = &self.card().controls[index];
                controls[index] = Some(value.clamp(range.min, range.max));
            }
        }
        Request {
            label: order.class,
            seed: order.seed,
            controls,
            // A recipe may come out of a file that somebody wrote.
            guidance: order.guidance.clamp(0.0, 20.0),
            seconds: order.seconds.min(self.seconds_max),
            // Of silence there are no variations.
            base: order
                .base
                .as_ref()
                .filter(|(sound, _)| sound.iter().any(|v| *v != 0.0))
                .map(|(sound, strength)| Base {
                    sound: sound.clone(),
                    strength: strength.clamp(0.0, 1.0),
                }),
        }
    }
}

impl HitSource for Network {
    fn about(&self) -> String {
        self.about.clone()
    }

    fn rate(&self) -> Hz {
        Hz(self.card().sample_rate)
    }

    fn classes(&self) -> &[String] {
        &self.card().labels
    }

    fn seconds_max(&self) -> f32 {
        self.seconds_max
    }

    fn together(&self) -> usize {
        self.generator.together()
    }

    fn make(&mut self, orders: &[Order]) -> Result<Vec<Vec<f32>>> {
        let requests: Vec<Request> = orders.iter().map(|order| self.request(order)).collect();
        let sounds = self.generator.generate(&requests)?;
        if sounds.len() == orders.len() {
            Ok(sounds)
        } else {
            Err(Error::Inference {
                engine: self.about.clone(),
                problem: format!("{} sounds for {} orders", sounds.len(), orders.len()),
                alternative: "another model",
            })
        }
    }
}

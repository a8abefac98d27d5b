//! The source that ships: the one-shot network behind the engine's generator.

use std::num::NonZero;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use diffwav::engine::generate::{Base, Generator, Request};
use diffwav::error::{Error, Result};
use diffwav::model::card::Card;
use diffwav::model::{self, Options, Purpose, registry};
use diffwav::units::Hz;

use super::source::{HitSource, Order};

/// The model that plays.
pub const MODEL: &str = registry::DEFAULT_SYNTH;

/// Most sounds at a time on a processor, each on a thread of its own.
const LANES_MAX: usize = 4;

struct Network {
    generator: Generator,
    /// For further sounds at the same time: loaded when they are first needed.
    others: Vec<Option<Generator>>,
    steps: Option<usize>,
    about: String,
    /// Indices of the controls, where the network has them.
    brightness: Option<usize>,
    length: Option<usize>,
    seconds_max: f32,
}

/// Loads the network for a number of reverse steps: the nearest that its card allows. Half of the machine's cores, at
/// most four, make sounds; the rest is the host's.
///
/// # Errors
/// When no engine can be had.
pub fn load(steps: Option<usize>) -> Result<Box<dyn HitSource>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Box::new(with_lanes(
        steps,
        (cores / 2).clamp(1, LANES_MAX),
    )?))
}

fn with_lanes(steps: Option<usize>, lanes: usize) -> Result<Network> {
    let generator = generator(steps)?;
    let card = generator.card();
    let about = format!(
        "{} {} in {}, {} steps",
        card.name,
        card.version,
        generator.network().engine(),
        steps.map_or(card.steps.default, |steps| crate::models::allowed_steps(
            card, steps
        ))
    );
    let control = |name: &str| {
        card.controls
            .iter()
            .position(|control| control.name == name)
    };
    let (brightness, length) = (control("brightness"), control("length"));
    // What makes several in one call is a graphics card: that is not had twice.
    let lanes = if generator.together() > 1 { 1 } else { lanes };
    let seconds_max = generator.seconds_max();
    Ok(Network {
        generator,
        others: std::iter::repeat_with(|| None).take(lanes - 1).collect(),
        steps,
        about,
        brightness,
        length,
        seconds_max,
    })
}

fn generator(steps: Option<usize>) -> Result<Generator> {
    let model = registry::open(MODEL)?;
    let options = Options {
        purpose: Purpose::Files,
        ..Options::default()
    };
    let network = model::load(&model, &options)?.network;
    let steps = steps.map(|steps| crate::models::allowed_steps(&model.card, steps));
    Generator::new(network, steps, None)
}

/// One sound after the other, as long as `next` has any.
fn work_off(
    generator: &mut Generator,
    requests: &[Request],
    next: &AtomicUsize,
) -> Result<Vec<(usize, Vec<f32>)>> {
    let mut made = Vec::new();
    while let index = next.fetch_add(1, Relaxed)
        && let Some(request) = requests.get(index)
    {
        let sounds = generator.generate(std::slice::from_ref(request))?;
        made.extend(sounds.into_iter().map(|sound| (index, sound)));
    }
    Ok(made)
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
        self.generator.together().max(1 + self.others.len())
    }

    fn make(&mut self, orders: &[Order]) -> Result<Vec<Vec<f32>>> {
        let requests: Vec<Request> = orders.iter().map(|order| self.request(order)).collect();
        let sounds = if self.others.is_empty() || requests.len() < 2 {
            self.generator.generate(&requests)?
        } else {
            self.side_by_side(&requests)?
        };
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

impl Network {
    /// The sounds, on several threads: each is a function of its request alone, whichever of them makes it.
    fn side_by_side(&mut self, requests: &[Request]) -> Result<Vec<Vec<f32>>> {
        let (next, steps) = (AtomicUsize::new(0), self.steps);
        let lanes = self.others.iter_mut().take(requests.len() - 1);
        let made = std::thread::scope(|scope| {
            let helpers: Vec<_> = lanes
                .map(|lane| {
                    scope.spawn(|| {
                        if lane.is_none() {
                            // Without it there are fewer at a time, no fewer in all.
                            *lane = generator(steps).ok();
                        }
                        match lane {
                            Some(generator) => work_off(generator, requests, &next),
                            None => Ok(Vec::new()),
                        }
                    })
                })
                .collect();
            let own = work_off(&mut self.generator, requests, &next);
            let joined = helpers.into_iter().filter_map(|helper| helper.join().ok());
            joined.chain([own]).collect::<Result<Vec<_>>>()
        })?;
        let mut made: Vec<(usize, Vec<f32>)> = made.into_iter().flatten().collect();
        made.sort_unstable_by_key(|(index, _)| *index);
        Ok(made.into_iter().map(|(_, sound)| sound).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn order(seed: u64, base: Option<(std::sync::Arc<[f32]>, f32)>) -> Order {
        Order {
            class: Some(seed as usize % 3),
            seed,
            brightness: 0.0,
            length: 0.0,
            guidance: if seed.is_multiple_of(2) { 2.0 } else { 0.0 },
            seconds: 0.1 + 0.05 * seed as f32,
            base,
        }
    }

    #[test]
    fn what_is_made_side_by_side_has_the_bits_of_what_is_made_alone() {
        let mut alone = with_lanes(Some(2), 1).unwrap();
        let mut beside = with_lanes(Some(2), 3).unwrap();
        assert_eq!((alone.together(), beside.together()), (1, 3));
        let mut orders: Vec<Order> = (0..5).map(|seed| order(seed, None)).collect();
        let wanted = alone.make(&orders).unwrap();
        assert!(wanted.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(beside.make(&orders).unwrap() == wanted);
        // Variations too, and fewer orders than lanes.
        orders.truncate(2);
        for (order, sound) in orders.iter_mut().zip(&wanted) {
            order.base = Some((sound.as_slice().into(), 0.4));
        }
        let varied = alone.make(&orders).unwrap();
        assert!(varied.iter().zip(&wanted).all(|(new, old)| new != old));
        assert!(beside.make(&orders).unwrap() == varied);
    }
}

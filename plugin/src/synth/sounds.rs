//! From recipes to sounds: what a variation starts from is made before it, and kept.

use std::sync::Arc;

use diffwav::error::{Error, Result};
use diffwav::units::Hz;

use super::maker::{Maker, Wanted};
use super::recipe::{Base, Recipe};
use super::source::{HitSource, Lent, Order, lock};

impl Maker {
    /// Sample rate of the source.
    pub(super) fn source_rate(&self) -> Hz {
        let rate = |(_, source): &(i32, Lent)| lock(source).rate();
        self.source.as_ref().map_or(Hz(48_000), rate)
    }

    /// The sounds of recipes, at the source's rate; what they vary is made before them.
    pub(super) fn sounds(
        &mut self,
        wanted: &[Wanted],
        recipes: &[(usize, &Recipe)],
    ) -> Result<Vec<Vec<f32>>> {
        let Some((_, source)) = self.source.clone() else {
            return Err(Error::setting("network", "missing", "one that is loaded"));
        };
        let mut source = lock(&source);
        self.make_bases(recipes, &mut **source)?;
        let mut orders = Vec::with_capacity(recipes.len());
        for (pad, recipe) in recipes {
            let base = match &recipe.base {
                Base::Noise => None,
                Base::Own => {
                    let sample = wanted[*pad].page.sample.as_ref();
                    sample.map(|sample| (sample.sound.clone(), recipe.strength))
                }
                Base::Made { .. } => {
                    let sound = self.bases[*pad].as_ref().map(|(_, sound)| sound.clone());
                    sound.map(|sound| (sound, recipe.strength))
                }
            };
            orders.push(order(recipe, base, &**source));
        }
        source.make(&orders)
    }

    /// Makes what these recipes vary and is not there yet, all at once.
    fn make_bases(
        &mut self,
        recipes: &[(usize, &Recipe)],
        source: &mut dyn HitSource,
    ) -> Result<()> {
        let missing: Vec<(usize, Recipe)> = recipes
            .iter()
            .filter_map(|(pad, recipe)| Some((*pad, recipe.base_recipe()?)))
            .filter(|(pad, base)| self.bases[*pad].as_ref().is_none_or(|(had, _)| had != base))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let orders: Vec<Order> = missing
            .iter()
            .map(|(_, base)| order(base, None, source))
            .collect();
        let sounds = source.make(&orders)?;
        for ((pad, base), sound) in missing.into_iter().zip(sounds) {
            self.send_base(pad, &sound, source.rate());
            self.bases[pad] = Some((base, sound.into()));
        }
        Ok(())
    }
}

fn order(recipe: &Recipe, base: Option<(Arc<[f32]>, f32)>, source: &dyn HitSource) -> Order {
    let length = |(sound, _): &(Arc<[f32]>, f32)| sound.len() as f32 / source.rate().0 as f32;
    let classes = source.classes();
    Order {
        // A class that this network does not know is none: then it makes any sound.
        class: classes.iter().position(|class| *class == recipe.class),
        seed: recipe.seed,
        brightness: recipe.brightness,
        length: recipe.length,
        guidance: recipe.guidance(),
        seconds: recipe.seconds(base.as_ref().map(length)),
        base,
    }
}

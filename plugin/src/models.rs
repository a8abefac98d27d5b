//! Models that instances of one process share: the bytes of a file are in memory once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use diffwav::error::{Error, Result};
use diffwav::model::card::{Card, Task};
use diffwav::model::{Caches, Call, Model, Network, registry};

/// The model that ships under this name.
///
/// # Errors
/// Never for a plugin that was built from a tested tree.
pub fn built_in(name: &str) -> Result<Model> {
    static KNOWN: Mutex<Vec<(String, Model)>> = Mutex::new(Vec::new());
    let mut known = KNOWN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, model)) = known.iter().find(|(known, _)| known == name) {
        return Ok(model.clone());
    }
    let model = registry::open(name)?;
    known.push((name.to_owned(), model.clone()));
    Ok(model)
}

/// A file, as it was when it was read.
struct Known {
    path: PathBuf,
    changed: Option<SystemTime>,
    length: u64,
    model: Model,
}

/// The user's model, read again only when the file has changed.
///
/// # Errors
/// [`Error::Model`] when it is no denoiser or does not fit the contract, [`Error::File`] when it cannot be read.
pub fn file(path: &Path) -> Result<Model> {
    static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());
    let about = std::fs::metadata(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let (changed, length) = (about.modified().ok(), about.len());
    let mut known = KNOWN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(found) = known
        .iter()
        .find(|known| known.path == path && known.changed == changed && known.length == length)
    {
        return Ok(found.model.clone());
    }
    let model = registry::open_file(path)?;
    if model.card.task != Task::Denoise || !model.card.causal {
        return Err(Error::Model {
            origin: path.display().to_string(),
            field: "task".to_owned(),
            found: format!("{:?}, causal: {}", model.card.task, model.card.causal).to_lowercase(),
            expected: "a causal denoiser, which is what this plugin runs".to_owned(),
        });
    }
    // What nobody runs any more need not stay.
    known.retain(|known| known.path != path && Arc::strong_count(&known.model.bytes) > 1);
    known.push(Known {
        path: path.to_owned(),
        changed,
        length,
        model: model.clone(),
    });
    Ok(model)
}

/// The number of reverse steps nearest to `wanted` that `card` allows.
#[must_use]
pub fn allowed_steps(card: &Card, wanted: usize) -> usize {
    let allowed = card.steps.allowed.iter().copied();
    allowed
        .min_by_key(|steps| (steps.abs_diff(wanted), *steps))
        .unwrap_or(card.steps.default)
}

/// A network that only knows its card: what latency will be is known before anything is loaded.
#[derive(Debug)]
pub struct Unloaded(pub Card);

impl Network for Unloaded {
    fn card(&self) -> &Card {
        &self.0
    }

    fn engine(&self) -> &str {
        "none"
    }

    fn frames_max(&self) -> usize {
        self.0.frames_max
    }

    fn caches(&self, _: usize) -> Caches {
        Caches::default()
    }

    fn run(&mut self, _: Call<'_>) -> Result<()> {
        Err(Error::Inference {
            engine: "none".to_owned(),
            problem: "the network is not loaded".to_owned(),
            alternative: "auto",
        })
    }
}

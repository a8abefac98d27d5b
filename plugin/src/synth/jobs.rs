//! What the window asks of the maker: reading a sample, writing a hit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diffwav::error::{Error, Result};
use diffwav::io::{Container, Dither, Metadata, OutputSpec, SampleFormat, Target, Writer};
use diffwav::units::Hz;

use super::hit::normalise;
use super::maker::Maker;
use super::pads::PADS;
use super::recipe::Recipe;
use super::sample::OwnSample;
use super::source::lock;

/// Something that takes its time.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// The file becomes the sound that the pad varies.
    Load {
        /// The pad.
        pad: usize,
        /// The file.
        path: PathBuf,
    },
    /// The hit is written as a file.
    Export {
        /// The pad.
        pad: usize,
        /// The hit.
        recipe: Recipe,
        /// The folder, made if it is not there.
        folder: PathBuf,
    },
}

impl Maker {
    /// Does what was asked for first; whether there was anything.
    pub(super) fn work_off_a_job(&mut self) -> bool {
        let instance = Arc::clone(&self.instance);
        let Some(job) = instance.take_job() else {
            return false;
        };
        let outcome = match job {
            Job::Load { pad, path } => self.load_sample(pad, &path),
            Job::Export {
                pad,
                recipe,
                folder,
            } => self.export(pad, &recipe, &folder),
        };
        instance.tell(outcome.unwrap_or_else(|error| error.to_string()));
        true
    }

    fn load_sample(&mut self, pad: usize, path: &Path) -> Result<String> {
        let Some((_, source)) = &self.source else {
            return Err(Error::setting("network", "missing", "one that is loaded"));
        };
        let (rate, seconds) = {
            let source = lock(source);
            (source.rate(), source.seconds_max())
        };
        let sample = OwnSample::read(path, rate, seconds)?;
        let told = format!("The pad now varies {}", sample.name);
        self.instance.book().edit(|pages| {
            if let Some(page) = pages.pads.get_mut(pad) {
                page.sample = Some(sample);
                page.locked = None;
            }
        });
        Ok(told)
    }

    fn export(&mut self, pad: usize, recipe: &Recipe, folder: &Path) -> Result<String> {
        let wanted = self.instance.wanted();
        let mut sound = self
            .sounds(&wanted, &[(pad.min(PADS - 1), recipe)])?
            .swap_remove(0);
        normalise(&mut sound);
        let path = folder.join(file_name(recipe));
        if path.is_file() {
            // Its name holds all seeds: it is the same sound.
            return Ok(format!("{} is there already", path.display()));
        }
        std::fs::create_dir_all(folder).map_err(|source| Error::File {
            action: "create",
            path: folder.to_owned(),
            source,
        })?;
        write(&path, &sound, self.source_rate())?;
        Ok(format!("Wrote {}", path.display()))
    }
}

/// Class, seed and what else makes the sound.
fn file_name(recipe: &Recipe) -> String {
    let class: String = recipe
        .class
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let class = if class.is_empty() { "hit" } else { &class };
    // Everything but the class, in one number.
    let text = serde_json::to_string(recipe).unwrap_or_default();
    let rest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{class}-{:016x}-{:04x}.wav", recipe.seed, rest as u16)
}

fn write(path: &Path, sound: &[f32], rate: Hz) -> Result<()> {
    let spec = OutputSpec {
        rate,
        channels: 1,
        container: Container::Wav,
        sample: SampleFormat::Int24,
        channel_mask: None,
        frames: Some(sound.len() as u64),
        dither: Dither::Triangular { seed: 0 },
        riff_limit: u32::MAX.into(),
    };
    let target = Target::File {
        path: path.to_owned(),
        overwrite: false,
    };
    let mut writer = Writer::create(&target, &spec, Metadata::default())?;
    writer.write(&[sound])?;
    writer.finish()?;
    Ok(())
}

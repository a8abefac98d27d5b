//! A device that is lost in the middle of a file.

use std::path::Path;

use super::*;
use crate::Error;
use crate::cli::args::Container;
use crate::cli::plan::{Job, Target};
use crate::engine::Settings;
use crate::engine::recipe::Recipe;
use crate::model::card::Card;
use crate::model::network::{Caches, Call, Network};
use crate::model::{EngineChoice, registry};

type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

/// The real network, on a device that goes away after some calls.
struct Leaving(Box<dyn Network>, usize, &'static str);

impl Network for Leaving {
    fn card(&self) -> &Card {
        self.0.card()
    }

    fn engine(&self) -> &str {
        self.2
    }

    fn frames_max(&self) -> usize {
        self.0.frames_max()
    }

    fn caches(&self, batch: usize) -> Caches {
        self.0.caches(batch)
    }

    fn run(&mut self, call: Call<'_>) -> Result<()> {
        if self.1 == 0 {
            return Err(Error::Inference {
                engine: self.2.to_owned(),
                problem: "device lost".to_owned(),
                alternative: "--device cpu",
            });
        }
        self.1 -= 1;
        self.0.run(call)
    }
}

fn shared(rescue: bool) -> Result<Shared> {
    let model = registry::open(registry::DEFAULT)?;
    let settings = Settings::default();
    let options = Options {
        engine: EngineChoice::Tract,
        device: Device::Cpu,
        ..Options::default()
    };
    let recipe = Recipe::new(&model.card, &settings)?;
    Ok(Shared {
        recipe,
        model,
        options,
        settings,
        overwrite: false,
        rescue,
    })
}

/// A second of a tone, which takes several calls, in `in/`.
fn job(folder: &Path, name: &str) -> std::result::Result<Job, Box<dyn std::error::Error>> {
    let input = folder.join("in/tone.wav");
    if !input.exists() {
        std::fs::create_dir_all(folder.join("in"))?;
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&input, spec)?;
        for n in 0..48_000 {
            writer.write_sample((8000.0 * (n as f32 * 0.05).sin()) as i16)?;
        }
        writer.finalize()?;
    }
    Ok(Job {
        source: io::Source::File(input),
        target: Target::File(folder.join("out").join(name)),
        container: Container::Wav,
        depth: None,
        plot: None,
    })
}

fn leaving(shared: &Shared, calls: usize) -> Result<Loaded> {
    let loaded = model::load(&shared.model, &shared.options)?;
    let network = Box::new(Leaving(loaded.network, calls, "fake on webgpu"));
    Ok(Loaded {
        network,
        notes: Vec::new(),
    })
}

#[test]
fn the_file_is_done_again_on_the_cpu_and_says_so() -> Outcome {
    let folder = tempfile::tempdir()?;
    let shared = shared(true)?;
    let progress = Progress::new(None);
    Worker::new(&shared, None).run(&job(folder.path(), "cpu.wav")?, &progress)?;
    let mut worker = Worker::new(&shared, Some(leaving(&shared, 3)?));
    let done = worker.run(&job(folder.path(), "lost.wav")?, &progress)?;
    assert_eq!(
        std::fs::read(folder.path().join("out/cpu.wav"))?,
        std::fs::read(folder.path().join("out/lost.wav"))?
    );
    assert_eq!(done.process.device, "cpu");
    let said = done.warnings.join(" ");
    assert!(
        said.contains("done from its start on the CPU") && said.contains("device lost"),
        "{said}"
    );
    // The next file goes to the CPU at once, and its report says why.
    let next = worker.run(&job(folder.path(), "next.wav")?, &progress)?;
    assert_eq!(next.process.device, "cpu");
    assert!(next.warnings.is_empty());
    assert!(
        next.process
            .not_used
            .iter()
            .any(|note| note.contains("device lost")),
        "{:?}",
        next.process.not_used
    );
    Ok(())
}

#[test]
fn or_it_is_an_error_and_nothing_is_left() -> Outcome {
    let folder = tempfile::tempdir()?;
    let shared = shared(false)?;
    let mut worker = Worker::new(&shared, Some(leaving(&shared, 3)?));
    let failed = worker.run(&job(folder.path(), "lost.wav")?, &Progress::new(None));
    let said = failed
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        said.contains("fake on webgpu") && said.contains("try --device cpu"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(folder.path().join("out"))?.count(), 0);
    Ok(())
}

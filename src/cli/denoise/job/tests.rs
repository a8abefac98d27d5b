//! A device that is lost in the middle of a file, and files side by side.

use std::path::Path;

use super::*;
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
        pre_roll: 0.3,
        overwrite: false,
        rescue,
    })
}

/// One file by itself.
fn run(worker: &mut Worker<'_>, job: &Job, progress: &Progress) -> Result<report::Done> {
    let done = worker.run(&[job], progress).pop();
    done.unwrap_or(Err(Error::Interrupted))
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
    run(
        &mut Worker::new(&shared, None),
        &job(folder.path(), "cpu.wav")?,
        &progress,
    )?;
    let mut worker = Worker::new(&shared, Some(leaving(&shared, 3)?));
    let done = run(&mut worker, &job(folder.path(), "lost.wav")?, &progress)?;
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
    let next = run(&mut worker, &job(folder.path(), "next.wav")?, &progress)?;
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
    let job = job(folder.path(), "lost.wav")?;
    let failed = run(&mut worker, &job, &Progress::new(None));
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

/// Swelling noise in `in/`, of this length.
fn noise(
    folder: &Path,
    name: &str,
    (channels, frames): (u16, usize),
) -> std::result::Result<Job, Box<dyn std::error::Error>> {
    let input = folder.join("in").join(name);
    std::fs::create_dir_all(folder.join("in"))?;
    let spec = hound::WavSpec {
        channels,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&input, spec)?;
    let mut state = frames as u32;
    for n in 0..frames * usize::from(channels) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let swell = (n as f32 * 1e-4).sin();
        writer.write_sample((8000.0 * swell * (state as f32 / u32::MAX as f32 - 0.5)) as i16)?;
    }
    writer.finalize()?;
    Ok(Job {
        source: io::Source::File(input),
        target: Target::File(folder.join("out").join(name)),
        container: Container::Wav,
        depth: None,
        plot: None,
    })
}

fn fake() -> Loaded {
    let network = Box::new(crate::model::fake::Fake::one_pole(480, 0.6).on("webgpu"));
    Loaded {
        network,
        notes: Vec::new(),
    }
}

#[test]
fn files_side_by_side_are_what_each_is_alone() -> Outcome {
    let (folder, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let shared = shared(false)?;
    let progress = Progress::new(None);
    let forms = [
        ("long.wav", (1, 70_001)),
        ("wide.wav", (3, 40_000)),
        ("short.wav", (2, 1_000)),
        ("click.wav", (1, 1)),
    ];
    let mut jobs = Vec::new();
    for (name, form) in forms {
        let alone = noise(other.path(), name, form)?;
        run(&mut Worker::new(&shared, Some(fake())), &alone, &progress)?;
        jobs.push(noise(folder.path(), name, form)?);
    }
    let all: Vec<&Job> = jobs.iter().collect();
    for done in Worker::new(&shared, Some(fake())).run(&all, &progress) {
        assert_eq!(done?.process.device, "webgpu");
    }
    for (name, _) in forms {
        let read = |folder: &Path| std::fs::read(folder.join("out").join(name));
        assert!(
            read(folder.path())? == read(other.path())?,
            "{name} differs"
        );
    }
    Ok(())
}

#[test]
fn what_fails_for_one_file_is_no_matter_to_the_others() -> Outcome {
    let folder = tempfile::tempdir()?;
    let shared = shared(false)?;
    let mut jobs = [
        noise(folder.path(), "good.wav", (1, 30_000))?,
        noise(folder.path(), "taken.wav", (1, 30_000))?,
        noise(folder.path(), "gone.wav", (1, 30_000))?,
        noise(folder.path(), "fine.wav", (2, 20_000))?,
    ];
    std::fs::create_dir_all(folder.path().join("out"))?;
    std::fs::write(folder.path().join("out/taken.wav"), "mine")?;
    jobs[2].source = io::Source::File(folder.path().join("nowhere.wav"));
    let all: Vec<&Job> = jobs.iter().collect();
    let outcomes = Worker::new(&shared, Some(fake())).run(&all, &Progress::new(None));
    let went = outcomes.iter().map(Result::is_ok).collect::<Vec<_>>();
    assert_eq!(went, [true, false, false, true]);
    assert_eq!(std::fs::read(folder.path().join("out/taken.wav"))?, b"mine");
    assert_eq!(std::fs::read_dir(folder.path().join("out"))?.count(), 3);
    Ok(())
}

#[test]
fn a_device_that_is_lost_under_several_files_loses_none_of_them() -> Outcome {
    let (folder, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let shared = shared(true)?;
    let progress = Progress::new(None);
    let forms = [("a.wav", (1, 30_000)), ("b.wav", (2, 24_000))];
    let mut jobs = Vec::new();
    for (name, form) in forms {
        let alone = noise(other.path(), name, form)?;
        run(&mut Worker::new(&shared, None), &alone, &progress)?;
        jobs.push(noise(folder.path(), name, form)?);
    }
    let all: Vec<&Job> = jobs.iter().collect();
    let mut worker = Worker::new(&shared, Some(leaving(&shared, 2)?));
    for (done, (name, _)) in worker.run(&all, &progress).into_iter().zip(forms) {
        let done = done?;
        assert_eq!(done.process.device, "cpu");
        assert!(
            done.warnings
                .join(" ")
                .contains("done from its start on the CPU")
        );
        let read = |folder: &Path| std::fs::read(folder.join("out").join(name));
        assert!(
            read(folder.path())? == read(other.path())?,
            "{name} differs"
        );
    }
    Ok(())
}

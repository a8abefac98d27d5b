//! What the window asks for by a drop and by *Export hit*: a file that pads vary, a hit as a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diffwav::dsp::noise;
use diffwav::io::{Container, Dither, Metadata, OutputSpec, SampleFormat, Target, Writer};
use diffwav::io::{Reader, Source};
use diffwav::units::Hz;
use diffwav_plugin::synth::controls::Controls;
use diffwav_plugin::synth::instance::Instance;
use diffwav_plugin::synth::jobs::Job;
use diffwav_plugin::synth::params::SynthParams;
use diffwav_plugin::synth::player::Player;

use super::stage::{STRUCK, instance, with};

const RATE: u32 = 48_000;

/// The pad that is dropped on, and its note.
const PAD: usize = 5;
const NOTE: u8 = 45;

/// An instance as its window has it.
struct Opened {
    params: Arc<SynthParams>,
    instance: Arc<Instance>,
    player: Player,
}

impl Opened {
    fn new() -> Self {
        let (params, instance, player) = instance(RATE);
        Self {
            params,
            instance,
            player,
        }
    }

    fn controls(&self) -> Controls {
        self.params.controls(RATE)
    }

    /// The left channel of a note that is waited for.
    fn note(&mut self) -> Vec<f32> {
        let (controls, params) = (self.controls(), Arc::clone(&self.params));
        let key = move |pad: usize| params.key(pad, RATE);
        self.player.note_on(
            PAD,
            NOTE,
            1.0,
            &controls,
            Some(&key as &dyn Fn(usize) -> u64),
        );
        let (mut left, mut right) = (vec![0.0; 48_000], vec![0.0; 48_000]);
        self.player.render(&mut left, &mut right, &controls);
        left
    }

    /// What the window says, when it says something new.
    fn told(&self, job: Job) -> String {
        let began = Instant::now();
        while self.instance.status().about.is_none() && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let before = self.instance.status().message;
        self.instance.ask(job);
        loop {
            let now = self.instance.status().message;
            if now != before {
                return now.unwrap();
            }
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "nothing was said"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.instance.close();
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(path: &Path, sound: &[f32]) {
    let spec = OutputSpec {
        rate: Hz(RATE),
        channels: 1,
        container: Container::Wav,
        sample: SampleFormat::Float32,
        channel_mask: None,
        frames: None,
        dither: Dither::Off,
        riff_limit: u32::MAX.into(),
    };
    let target = Target::File {
        path: path.to_owned(),
        overwrite: true,
    };
    let mut writer = Writer::create(&target, &spec, Metadata::default()).unwrap();
    writer.write(&[sound]).unwrap();
    writer.finish().unwrap();
}

fn read(path: &Path) -> Vec<f32> {
    let mut reader = Reader::open(&Source::File(path.to_owned())).unwrap();
    let mut planes = Vec::new();
    reader.read(&mut planes, 96_000).unwrap();
    planes.swap_remove(0)
}

/// Largest difference of the two, each at its own peak.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    let peak = |sound: &[f32]| sound.iter().fold(0.0f32, |peak, v| peak.max(v.abs()));
    let (of_a, of_b) = (peak(a), peak(b));
    let difference = |(a, b): (&f32, &f32)| (a / of_a - b / of_b).abs();
    a.iter().zip(b).map(difference).fold(0.0, f32::max)
}

#[test]
fn a_file_that_is_dropped_is_varied_and_saved_whole() {
    let _world = with(STRUCK);
    let path = folder("dropped").join("mine.wav");
    // Longer than toms, kicks and hats are made.
    let mut own = vec![0.0; 43_200];
    noise::gaussian(3, 1, 0, &mut own);
    for (n, value) in own.iter_mut().enumerate() {
        *value *= 0.2 * (-(n as f32) / 12_000.0).exp();
    }
    own[0] = 0.9;
    write(&path, &own);
    let mut opened = Opened::new();
    opened.note();
    let job = Job::Load { pad: PAD, path };
    assert_eq!(opened.told(job), "The pad now varies mine.wav");
    let (one, two) = (opened.note(), opened.note());
    assert!(one != two && one[0] != 0.0);
    opened
        .instance
        .book()
        .edit(|pages| pages.pads[PAD].seed = 2);
    assert_ne!(opened.note(), one);
    let saved = opened.instance.book().pages().pads[PAD].sample.clone();
    let saved = saved.unwrap();
    assert_eq!(
        (saved.name.as_str(), saved.sound.len()),
        ("mine.wav", 43_200)
    );
    // Faded over the last 5 ms.
    assert!(apart(&saved.sound[..42_900], &own[..42_900]) < 1e-6);
}

#[test]
fn what_cannot_be_varied_is_told_and_changes_nothing() {
    let _world = with(STRUCK);
    let folder = folder("refused");
    std::fs::write(folder.join("text.wav"), "not a sound").unwrap();
    write(&folder.join("silent.wav"), &[0.0; 4_800]);
    let opened = Opened::new();
    for (name, words) in [
        ("missing.wav", "missing.wav"),
        ("text.wav", "text.wav"),
        ("silent.wav", "it is silent"),
    ] {
        let path = folder.join(name);
        let told = opened.told(Job::Load { pad: PAD, path });
        assert!(told.contains(words), "{told}");
    }
    assert!(opened.instance.book().pages().pads[PAD].sample.is_none());
}

#[test]
fn an_exported_hit_is_the_one_that_was_heard() {
    let _world = with(STRUCK);
    let folder = folder("exported").join("new");
    let mut opened = Opened::new();
    opened.note();
    let heard = opened.note();
    let export = |opened: &Opened| {
        let recipe = opened.instance.last_recipe(PAD);
        opened.told(Job::Export {
            pad: PAD,
            recipe,
            folder: folder.clone(),
        })
    };
    let told = export(&opened);
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(
        (files.len(), told),
        (1, format!("Wrote {}", files[0].display()))
    );
    let written = read(&files[0]);
    assert_eq!(written.len(), 960);
    // 24 bits with dither, at half of full scale.
    assert!(
        apart(&written, &heard) < 1e-6,
        "{}",
        apart(&written, &heard)
    );
    assert!(export(&opened).ends_with("is there already"));
    // Another hit is another file.
    opened.note();
    assert!(export(&opened).starts_with("Wrote "));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

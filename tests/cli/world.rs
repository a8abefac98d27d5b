//! A folder of its own for each test, recordings made by formula, and the command.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use tempfile::TempDir;

/// A temporary folder that the command runs in.
pub struct World {
    folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `diffwav denoise …`, one step, in this folder.
    pub fn denoise(&self, arguments: &[&str]) -> Command {
        let mut command = self.diffwav(&["denoise", "--steps", "1"]);
        command.args(arguments);
        command
    }

    /// `diffwav …` in this folder.
    pub fn diffwav(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("diffwav").unwrap();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// A noisy recording: 16-bit WAV.
    pub fn recording(&self, name: &str, rate: u32, channels: u16, frames: usize) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for frame in 0..frames {
            for channel in 0..channels {
                writer
                    .write_sample((8000.0 * noisy(frame, channel.into(), rate)) as i16)
                    .unwrap();
            }
        }
        writer.finalize().unwrap();
        path
    }

    /// The same as 32-bit float.
    pub fn float_recording(
        &self,
        name: &str,
        rate: u32,
        channels: u16,
        samples: impl IntoIterator<Item = f32>,
    ) -> PathBuf {
        let path = self.path(name);
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        samples
            .into_iter()
            .for_each(|sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
        path
    }

    /// A file of these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Every file below the folder with its bytes, sorted: to show that nothing has changed.
    pub fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = walkdir::WalkDir::new(self.folder.path()).sort_by_file_name();
        let files = entries
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
            .collect()
    }

    /// The names of all files below the folder.
    pub fn names(&self) -> Vec<String> {
        let root = self.folder.path();
        self.everything()
            .iter()
            .map(|(path, _)| {
                path.strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/")
            })
            .collect()
    }
}

/// A gliding tone in bursts with noise from a hash under it; the same for ever, different in each channel.
pub fn noisy(frame: usize, channel: usize, rate: u32) -> f32 {
    let time = frame as f32 / rate as f32;
    let mut hash =
        (frame as u32).wrapping_mul(0x9E37_79B9) ^ (channel as u32).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x2C1B_3C6D);
    hash = (hash ^ (hash >> 12)).wrapping_mul(0x297A_2D39);
    hash ^= hash >> 15;
    let noise = hash as f32 / u32::MAX as f32 - 0.5;
    let tone = if time.fract() < 0.6 {
        (time * 220.0 * std::f32::consts::TAU).sin()
    } else {
        0.0
    };
    0.5 * tone + 0.2 * noise
}

/// All samples of a WAV, interleaved, full scale at one.
pub fn samples(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(Result::unwrap).collect(),
        hound::SampleFormat::Int => {
            let scale = (1u64 << (spec.bits_per_sample - 1)) as f32;
            reader
                .samples::<i32>()
                .map(|sample| sample.unwrap() as f32 / scale)
                .collect()
        }
    }
}

/// What it said on standard error.
pub fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

/// What it said on standard output.
pub fn stdout(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

/// Fails with `code`, says every one of `words`, and changes nothing.
pub fn refuses(world: &World, arguments: &[&str], code: i32, words: &[&str]) {
    let before = world.everything();
    let assert = world.denoise(arguments).assert().code(code);
    let said = stderr(&assert);
    for word in words {
        assert!(
            said.contains(word),
            "{arguments:?} should say {word:?}, but says:\n{said}"
        );
    }
    assert_eq!(
        world.everything(),
        before,
        "{arguments:?} changed something"
    );
}

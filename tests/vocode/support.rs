//! The shipped vocoder, its golden vectors, and how to run it.

use std::path::Path;

use diffwav::engine::Settings;
use diffwav::engine::vocode::{Choice, Vocoder};
use diffwav::model::{EngineChoice, Network, Options, load, registry};

/// A golden vector.
pub fn npy(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models/vocoder-v1/golden")
        .join(name)
        .with_extension("npy");
    diffwav::io::npy::read(&path).unwrap().values
}

/// Mel frames `[M, T]` as `[T, M]`.
pub fn frames_first(mel: &[f32]) -> Vec<f32> {
    let t = mel.len() / 100;
    (0..t * 100).map(|i| mel[i % 100 * t + i / 100]).collect()
}

/// The network on the embedded engine.
pub fn network() -> Box<dyn Network> {
    let model = registry::open(registry::VOCODER).unwrap();
    let options = Options {
        engine: EngineChoice::Tract,
        ..Options::default()
    };
    load(&model, &options).unwrap().network
}

pub fn choice(steps: usize, projections: usize) -> Choice {
    Choice {
        settings: Settings {
            steps: Some(steps),
            ..Settings::default()
        },
        projections: Some(projections),
    }
}

/// The sound of one signal whose mel frames `[T, M]` come in blocks of these many frames, over and over.
pub fn vocode(choice: &Choice, mel: &[f32], frames: usize, blocks: &[usize]) -> Vec<f32> {
    let mut vocoder = Vocoder::new(network(), 1, frames, choice).unwrap();
    run(&mut vocoder, mel, blocks)
}

pub fn run(vocoder: &mut Vocoder, mel: &[f32], blocks: &[usize]) -> Vec<f32> {
    let mut out = Vec::new();
    let mut rest = mel;
    for block in blocks.iter().cycle() {
        let (now, later) = rest.split_at((block * 100).min(rest.len()));
        vocoder
            .push(&[now], &mut |samples| {
                out.extend_from_slice(samples[0]);
                Ok(())
            })
            .unwrap();
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    vocoder
        .finish(&mut |samples| {
            out.extend_from_slice(samples[0]);
            Ok(())
        })
        .unwrap();
    out
}

/// Energy of the difference over the energy of `wanted`.
pub fn error_energy(found: &[f32], wanted: &[f32]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let square = |x: f64| x * x;
    let pairs = found.iter().zip(wanted);
    let error: f64 = pairs.map(|(a, b)| square(f64::from(a - b))).sum();
    error / wanted.iter().map(|b| square(f64::from(*b))).sum::<f64>()
}

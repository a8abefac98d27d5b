//! Networks without ONNX, signals, and ways to run a stream.

use diffwav::engine::{Format, Settings, Stream};
use diffwav::error::Result;
use diffwav::model::card::{Card, Transform};
use diffwav::model::network::{Caches, Call, Network};
use diffwav::units::Hz;

/// Rates that people have.
pub const RATES: [u32; 10] = [
    8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000,
];

fn card() -> Card {
    serde_json::from_value(serde_json::json!({
        "format": 1, "name": "test", "version": "1.0.0", "task": "denoise", "sample_rate": 48_000,
        "transform": {"kind": "stft", "window": 960, "hop": 480, "shape": "sqrt_hann", "exponent": 0.5, "scale": 1.0},
        "normalise": {"kind": "peak_follower", "release_seconds": 2.0, "floor": 0.05},
        "predicts": "x0", "path": {"kind": "bridge_ve", "k": 2.6, "c": 0.05}, "sampler": "bridge-ode",
        "steps": {"default": 1, "allowed": [1, 2, 3, 4], "times": {}},
        "frames_max": 16, "lookahead": 0, "causal": true, "labels": [], "data": [], "licence": "MIT OR Apache-2.0",
        "commit": "test", "self_test": {"seed": 1, "frames": 8, "input_energy": 1.0, "output_energy": 1.0}
    }))
    .unwrap()
}

/// What a test network does with x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// D = y: the whole chain is a pure delay.
    Identity,
    /// D = a leaky mean over time of x, gated by bins and t: wrong caches or frame counts show at once.
    Leaky,
}

pub struct TestNetwork {
    card: Card,
    kind: Kind,
}

impl TestNetwork {
    pub fn boxed(kind: Kind) -> Box<dyn Network> {
        Self::with_window(kind, 960)
    }

    /// With a window of another number of hops.
    pub fn with_window(kind: Kind, samples: usize) -> Box<dyn Network> {
        let mut card = card();
        if let Transform::Stft { window, .. } = &mut card.transform {
            *window = samples;
        }
        Box::new(Self { card, kind })
    }
}

impl Network for TestNetwork {
    fn card(&self) -> &Card {
        &self.card
    }

    fn engine(&self) -> &str {
        "test"
    }

    fn frames_max(&self) -> usize {
        16
    }

    fn caches(&self, batch: usize) -> Caches {
        Caches::new(vec![vec![0.0; batch * 2 * self.card.transform.bins()]])
    }

    fn run(&mut self, call: Call<'_>) -> Result<()> {
        let (frames, bins) = (call.frames, self.card.transform.bins());
        assert_eq!(call.x.len(), call.batch * 2 * frames * bins);
        if self.kind == Kind::Identity {
            call.out.copy_from_slice(call.y);
            return Ok(());
        }
        call.caches.next[0].clone_from(&call.caches.now[0]);
        for row in 0..call.batch * 2 {
            for frame in 0..frames {
                for bin in 0..bins {
                    let at = (row * frames + frame) * bins + bin;
                    let state = &mut call.caches.next[0][row * bins + bin];
                    *state = 0.7 * *state + 0.3 * call.x[at];
                    call.out[at] = *state * (0.5 + 0.3 * call.time) + 0.2 * call.y[at];
                }
            }
        }
        std::mem::swap(&mut call.caches.now, &mut call.caches.next);
        Ok(())
    }
}

pub fn format(rate: u32, channels: usize, frames_per_call: usize) -> Format {
    Format {
        rate: Hz(rate),
        channels,
        frames_per_call,
    }
}

pub fn stream(kind: Kind, format: Format, settings: &Settings) -> Stream {
    Stream::new(TestNetwork::boxed(kind), format, settings).unwrap()
}

/// A repeatable stream of numbers.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    pub fn sample(&mut self) -> f32 {
        self.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0
    }
}

/// White noise of `channels` × `frames`.
pub fn noise(seed: u64, channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut random = Random(seed);
    (0..channels)
        .map(|_| (0..frames).map(|_| 0.3 * random.sample()).collect())
        .collect()
}

/// Sines below `top` Hz that start at their zero crossings and swell from sample 0: busy and band-limited.
pub fn tones(rate: u32, top: f64, frames: usize) -> Vec<f32> {
    let rate = f64::from(rate);
    (0..frames)
        .map(|n| {
            let time = n as f64 / rate;
            let swell = 1.0 - (-time / 0.02).exp();
            let sum: f64 = [0.031, 0.11, 0.27, 0.48, 0.71, 0.93]
                .iter()
                .map(|share| (std::f64::consts::TAU * share * top * time).sin())
                .sum();
            (0.12 * swell * swell * sum) as f32
        })
        .collect()
}

/// Pushes `input` in pieces whose sizes `cut` gives, and returns everything that came out.
pub fn run(
    stream: &mut Stream,
    input: &[Vec<f32>],
    cut: &mut dyn FnMut() -> usize,
) -> Vec<Vec<f32>> {
    let frames = input[0].len();
    let mut out = vec![Vec::new(); input.len()];
    let mut at = 0;
    while at < frames {
        let n = cut().min(frames - at);
        let block: Vec<&[f32]> = input.iter().map(|c| &c[at..at + n]).collect();
        stream.push(&block).unwrap();
        at += n;
        let ready = stream.available();
        let mut planes = vec![vec![0.0; ready]; input.len()];
        let mut slices: Vec<&mut [f32]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        assert_eq!(stream.pull(&mut slices), ready);
        for (all, new) in out.iter_mut().zip(planes) {
            all.extend(new);
        }
    }
    out
}

/// Runs a whole file through `Offline` in chunks of `chunk` frames.
pub fn offline(
    network: Box<dyn Network>,
    format: Format,
    settings: &Settings,
    input: &[Vec<f32>],
    chunk: usize,
) -> Vec<Vec<f32>> {
    let mut engine = diffwav::engine::Offline::new(network, format, settings).unwrap();
    let mut out = vec![Vec::new(); input.len()];
    let mut sink = |planes: &[&[f32]]| {
        for (all, new) in out.iter_mut().zip(planes) {
            all.extend_from_slice(new);
        }
        Ok(())
    };
    let frames = input[0].len();
    for start in (0..frames).step_by(chunk) {
        let end = (start + chunk).min(frames);
        let block: Vec<&[f32]> = input.iter().map(|c| &c[start..end]).collect();
        engine.push(&block, &mut sink).unwrap();
    }
    engine.finish(&mut sink).unwrap();
    out
}

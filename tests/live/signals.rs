//! Signals by formula, WAV files, and what to measure on them.

use std::path::Path;

pub const RATE: usize = 48_000;

pub fn write(path: &Path, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
}

/// All channels of a WAV file of floats; also of one whose writer was stopped before it wrote the length.
pub fn read(path: &Path) -> Vec<Vec<f32>> {
    let bytes = std::fs::read(path).unwrap();
    // Ours begin with a reserve for RF64.
    let format = bytes.windows(4).position(|w| w == b"fmt ").unwrap() + 8;
    let channels = usize::from(u16::from_le_bytes([bytes[format + 2], bytes[format + 3]]));
    let data = bytes.windows(4).position(|w| w == b"data").unwrap() + 8;
    let samples: Vec<f32> = bytes[data..]
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    (0..channels)
        .map(|c| samples.iter().skip(c).step_by(channels).copied().collect())
        .collect()
}

/// White noise, the same for ever.
pub fn noise(seed: u64, samples: usize, amplitude: f32) -> Vec<f32> {
    let mut state = seed;
    (0..samples)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            amplitude * ((state >> 40) as f32 / (1 << 23) as f32 - 1.0)
        })
        .collect()
}

pub fn tone(hertz: f32, samples: usize, amplitude: f32) -> Vec<f32> {
    (0..samples)
        .map(|n| amplitude * (std::f32::consts::TAU * hertz * n as f32 / RATE as f32).sin())
        .collect()
}

pub fn power(signal: &[f32]) -> f64 {
    signal.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / signal.len().max(1) as f64
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

/// By how many samples `b` lies behind `a` (0 … `most`), and how alike they are then (0 … 1), judged by `window` samples
/// of `a` from `at` on.
pub fn delay(a: &[f32], b: &[f32], at: usize, window: usize, most: usize) -> (usize, f64) {
    let reference = &a[at..at + window];
    let own = dot(reference, reference).sqrt();
    (0..=most)
        .map(|lag| {
            let other = &b[at + lag..at + lag + window];
            let alike = dot(reference, other) / (own * dot(other, other).sqrt() + 1e-12);
            (lag, alike)
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap()
}

/// Scale-invariant signal-to-distortion ratio of `estimate` against `clean`, in dB.
pub fn si_sdr(clean: &[f32], estimate: &[f32]) -> f64 {
    let scale = dot(clean, estimate) / dot(clean, clean);
    let (mut target, mut rest) = (0.0, 0.0);
    for (c, e) in clean.iter().zip(estimate) {
        let wanted = scale * f64::from(*c);
        target += wanted * wanted;
        rest += (f64::from(*e) - wanted).powi(2);
    }
    10.0 * (target / (rest + 1e-20)).log10()
}

/// Phase of a tone in blocks of `block` samples, relative to a perfect one; and the level of each block.
pub fn phases(signal: &[f32], hertz: f64, block: usize) -> Vec<(f64, f64)> {
    signal
        .chunks_exact(block)
        .enumerate()
        .map(|(index, part)| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, v) in part.iter().enumerate() {
                let time = (index * block + n) as f64 / RATE as f64;
                let angle = std::f64::consts::TAU * hertz * time;
                re += f64::from(*v) * angle.cos();
                im -= f64::from(*v) * angle.sin();
            }
            (
                im.atan2(re),
                2.0 * (re * re + im * im).sqrt() / block as f64,
            )
        })
        .collect()
}

/// The smallest angle between two phases.
pub fn turn(a: f64, b: f64) -> f64 {
    let turn = (b - a).rem_euclid(std::f64::consts::TAU);
    turn.min(std::f64::consts::TAU - turn)
}

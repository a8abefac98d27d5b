//! Test signals.

use diffwav::engine::{Format, Offline, Settings};
use diffwav::model::Network;
use diffwav::units::Hz;

/// A tone in noise, another one in each channel; never silent, the same every time.
pub fn noisy(channels: usize, frames: usize, rate: f64) -> Vec<Vec<f32>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    (0..channels)
        .map(|channel| {
            (0..frames)
                .map(|n| {
                    let phase =
                        std::f64::consts::TAU * (220.0 + 110.0 * channel as f64) * n as f64 / rate;
                    0.3 * phase.sin() as f32 + 0.1 * noise()
                })
                .collect()
        })
        .collect()
}

/// The settings of a plugin as it is loaded.
pub fn settings() -> Settings {
    Settings {
        link: true,
        ..Settings::default()
    }
}

/// What file mode makes of `input`: as long, and aligned.
pub fn file_mode(
    network: Box<dyn Network>,
    input: &[Vec<f32>],
    rate: u32,
    settings: &Settings,
) -> Vec<Vec<f32>> {
    let format = Format {
        rate: Hz(rate),
        channels: input.len(),
        frames_per_call: network.frames_max(),
    };
    let mut offline = Offline::new(network, format, settings).unwrap();
    let mut out = vec![Vec::new(); input.len()];
    let mut sink = |planes: &[&[f32]]| {
        for (to, from) in out.iter_mut().zip(planes) {
            to.extend_from_slice(from);
        }
        Ok(())
    };
    let planes: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
    offline.push(&planes, &mut sink).unwrap();
    offline.finish(&mut sink).unwrap();
    out
}

/// The first frame at which two signals differ, with both values.
pub fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> Option<(usize, usize, f32, f32)> {
    for (channel, (a, b)) in a.iter().zip(b).enumerate() {
        for (frame, (a, b)) in a.iter().zip(b).enumerate() {
            if a.to_bits() != b.to_bits() && !(*a == 0.0 && *b == 0.0) {
                return Some((channel, frame, *a, *b));
            }
        }
    }
    None
}

/// Takes the first `latency` frames off.
pub fn compensated(signal: &[Vec<f32>], latency: usize) -> Vec<Vec<f32>> {
    signal
        .iter()
        .map(|plane| plane[latency..].to_vec())
        .collect()
}

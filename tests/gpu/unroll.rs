//! An unrolled recurrence computes what the loop computes.

use std::borrow::Cow;

use diffwav::model::unroll::{doublings, unroll};
use diffwav::model::{Call, Device, EngineChoice, Model, Network, Options, load, registry};

const C: usize = 2;
const F: usize = 721;

/// Uniform in −0.5 … 0.5, by a linear congruential generator.
fn noise(seed: u32, n: usize) -> Vec<f32> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as f32 / u32::MAX as f32 - 0.5
    };
    std::iter::repeat_with(next).take(n).collect()
}

fn network(model: &Model, engine: EngineChoice) -> Box<dyn Network> {
    let options = Options {
        engine,
        device: Device::Cpu,
        library: crate::library(),
        ..Options::default()
    };
    load(model, &options).unwrap().network
}

/// The outputs and last states of calls of these frames.
fn run(network: &mut dyn Network, parts: &[usize]) -> (Vec<f32>, Vec<Vec<f32>>) {
    let mut caches = network.caches(2);
    let mut all = Vec::new();
    for (seed, frames) in parts.iter().enumerate() {
        let y = noise(seed as u32 + 1, 2 * C * frames * F);
        let mut out = vec![0.0; y.len()];
        network
            .run(Call {
                batch: 2,
                frames: *frames,
                x: &y,
                y: &y,
                time: 0.8,
                labels: &[],
                controls: &[],
                caches: &mut caches,
                out: &mut out,
            })
            .unwrap();
        all.extend(out);
    }
    (all, caches.now)
}

/// Relative error.
fn error(found: &[f32], wanted: &[f32]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let square = |x: f32| f64::from(x).powi(2);
    let difference: f64 = found.iter().zip(wanted).map(|(a, b)| square(a - b)).sum();
    (difference / wanted.iter().map(|x| square(*x)).sum::<f64>()).sqrt()
}

#[test]
fn doublings_cover_the_frames_and_the_past() {
    for (frames, wanted) in [
        (1, 0),
        (2, 2),
        (3, 2),
        (4, 3),
        (7, 3),
        (8, 4),
        (15, 4),
        (16, 5),
        (512, 10),
    ] {
        assert_eq!(doublings(frames), wanted, "{frames}");
        assert!(frames == 1 || 1 << wanted > frames, "{frames}");
    }
}

#[test]
fn the_network_that_ships_is_the_same_without_its_loops() {
    let model = registry::open(registry::DEFAULT).unwrap();
    for (most, parts) in [
        (1, &[1, 1, 1][..]),
        (5, &[5, 1, 3]),
        (16, &[16, 2, 7]),
        (3, &[3, 2]),
    ] {
        let bytes = unroll(&model.bytes, most).unwrap();
        let Cow::Owned(bytes) = bytes else {
            panic!("the network has no recurrence that is known")
        };
        assert!(
            !bytes.windows(4).any(|word| word == b"Scan"),
            "a loop is left"
        );
        let unrolled = Model::read("unrolled", bytes).unwrap();
        for engine in [EngineChoice::Tract, EngineChoice::OnnxRuntime] {
            let (wanted, states) = run(&mut *network(&model, engine), parts);
            let (found, found_states) = run(&mut *network(&unrolled, engine), parts);
            assert!(
                error(&found, &wanted) < 1e-5,
                "{engine}, {parts:?}: {}",
                error(&found, &wanted)
            );
            for (found, wanted) in found_states.iter().zip(&states) {
                assert!(
                    error(found, wanted) < 1e-5,
                    "{engine}, {parts:?}: a state differs"
                );
            }
        }
    }
}

#[test]
fn what_is_not_the_known_recurrence_stays_as_it_is() {
    let model = registry::open(registry::DEFAULT).unwrap();
    // Another operator in the body of every loop.
    let mut bytes = model.bytes.to_vec();
    let body = b"Sub";
    let places: Vec<usize> = (0..bytes.len() - 3)
        .filter(|i| &bytes[*i..*i + 3] == body)
        .collect();
    assert!(!places.is_empty());
    places
        .iter()
        .for_each(|i| bytes[*i..*i + 3].copy_from_slice(b"Div"));
    assert!(matches!(unroll(&bytes, 16).unwrap(), Cow::Borrowed(same) if same == bytes));
    // No protobuf at all: an error, and no panic.
    for length in [1, 10, 1000, bytes.len() / 2] {
        let _ = unroll(&bytes[..length], 16);
    }
    assert!(unroll(b"hello, world", 16).is_err());
}

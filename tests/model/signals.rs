//! Signals for the networks, and their layout `[B, C, T, F]`.

use diffwav::model::{self, Call, EngineChoice, Model, Network, Options, registry};

pub const C: usize = 2;
pub const F: usize = 721;

pub fn model() -> Model {
    registry::open(registry::DEFAULT).unwrap()
}

/// The model that runs by default, on this engine.
pub fn network(engine: EngineChoice) -> Box<dyn Network> {
    network_of(&model(), engine)
}

/// The real model on this engine. ONNX Runtime must be there: a test that passes without it proves nothing.
pub fn network_of(model: &Model, engine: EngineChoice) -> Box<dyn Network> {
    let options = Options {
        engine,
        ..Options::default()
    };
    let loaded = model::load(model, &options);
    loaded
        .unwrap_or_else(|e| panic!("{e}\n(for the tests: run cargo xtask setup)"))
        .network
}

pub const ENGINES: [EngineChoice; 2] = [EngineChoice::Tract, EngineChoice::OnnxRuntime];

/// Bounded noise from a counter.
pub fn noise(seed: u64, n: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// `[planes, T, F]` → its frames `from..to`.
pub fn frames(signal: &[f32], t: usize, f: usize, from: usize, to: usize) -> Vec<f32> {
    signal
        .chunks(t * f)
        .flat_map(|plane| plane[from * f..to * f].iter().copied())
        .collect()
}

/// Runs `x`, `y` (`[B, C, T, F]`) in calls of the given lengths, from zero caches.
pub fn run(
    network: &mut dyn Network,
    batch: usize,
    x: &[f32],
    y: &[f32],
    time: f32,
    parts: &[usize],
) -> Vec<f32> {
    let t: usize = parts.iter().sum();
    let (c, f) = (
        network.card().transform.channels(),
        network.card().transform.bins(),
    );
    let mut caches = network.caches(batch);
    let mut out = vec![0.0; x.len()];
    let mut from = 0;
    for part in parts {
        let (px, py) = (
            frames(x, t, f, from, from + part),
            frames(y, t, f, from, from + part),
        );
        let mut piece = vec![f32::NAN; px.len()];
        let call = Call {
            batch,
            frames: *part,
            x: &px,
            y: &py,
            time,
            labels: &[],
            controls: &[],
            caches: &mut caches,
            out: &mut piece,
        };
        network.run(call).unwrap();
        for plane in 0..batch * c {
            out[(plane * t + from) * f..][..part * f]
                .copy_from_slice(&piece[plane * part * f..][..part * f]);
        }
        from += part;
    }
    out
}

/// Energy of the difference over the energy of `wanted`.
pub fn error_energy(found: &[f32], wanted: &[f32]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let difference: f64 = found
        .iter()
        .zip(wanted)
        .map(|(a, b)| f64::from(a - b).powi(2))
        .sum();
    difference / wanted.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>()
}

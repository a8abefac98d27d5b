//! The waveform DiffWave (C = 1, predicts ε, not causal) through the same contract, engines and samplers as the others.

use std::path::PathBuf;

use diffwav::diffusion::plan::Memory;
use diffwav::diffusion::sampler::{self, Fraction, Sampler};
use diffwav::diffusion::times::Times;
use diffwav::engine::generate::{Generator, Request};
use diffwav::model::{self, Caches, Call, EngineChoice, Model, Network, Options, registry};

use crate::signals::{ENGINES, error_energy};

const HOP: usize = 160;
/// float32 rounding over twenty layers; see golden.rs.
const TOLERANCE: f64 = 1e-8;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/diffwave-kick-v1")
}

fn npy(name: &str) -> Vec<f32> {
    let path = folder().join("golden").join(name).with_extension("npy");
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

fn model() -> Model {
    registry::open_file(&folder().join("diffwave-kick-v1.onnx")).unwrap()
}

fn network(engine: EngineChoice) -> Box<dyn Network> {
    let options = Options {
        engine,
        ..Options::default()
    };
    model::load(&model(), &options)
        .unwrap_or_else(|e| panic!("{e}\n(for the tests: run cargo xtask setup)"))
        .network
}

fn run(network: &mut dyn Network, batch: usize, x: &[f32], time: f64) -> Vec<f32> {
    let mut out = vec![f32::NAN; x.len()];
    let call = Call {
        batch,
        frames: x.len() / batch / HOP,
        x,
        y: &[],
        time: time as f32,
        labels: &[],
        controls: &[],
        caches: &mut Caches::default(),
        out: &mut out,
    };
    network.run(call).unwrap();
    out
}

const DDIM: Sampler = Sampler::Ddim {
    eta: Fraction::ZERO,
};

#[test]
fn engines_compute_what_pytorch_computed() {
    let card = model().card;
    let plan = sampler::plan(
        &card.path,
        Sampler::DiffwaveFast,
        card.predicts.into(),
        &Times::Count(6),
    );
    // The second of the aligned steps, 22.99: its embedding lies between those of two whole steps.
    let fraction = plan.unwrap().stages[1].evaluation.time;
    assert!((fraction - 22.9925).abs() < 1e-4, "{fraction}");
    for engine in ENGINES {
        let mut network = network(engine);
        for length in ["", "_short"] {
            let x = npy(&format!("x{length}"));
            for (name, time) in [("t0", 0.0), ("fraction", fraction), ("t49", 49.0)] {
                let wanted = npy(&format!("out{length}_{name}"));
                let error = error_energy(&run(&mut *network, 2, &x, time), &wanted);
                println!("{engine}{length}, t = {time}: error energy {error:.1e}");
                assert!(error < TOLERANCE, "{engine}{length}, t = {time}: {error:e}");
            }
            let swapped = error_energy(
                &run(&mut *network, 2, &x, 49.0),
                &npy(&format!("out{length}_t0")),
            );
            assert!(swapped > TOLERANCE, "the vectors do not tell the steps");
        }
    }
}

#[test]
fn the_samplers_make_the_sounds_that_the_papers_formulas_make() {
    let card = model().card;
    for (way, steps, name) in [
        (DDIM, 6, "sound_ddim_n6"),
        (Sampler::DpmSolver2m, 12, "sound_dpm-solver-2m_n12"),
    ] {
        let plan =
            sampler::plan(&card.path, way, card.predicts.into(), &Times::Count(steps)).unwrap();
        let mut network = network(EngineChoice::Tract);
        let mut x = npy("x");
        let mut memory = Memory::new(x.len());
        for stage in &plan.stages {
            let mut data = run(&mut *network, 2, &x, stage.evaluation.time);
            stage.evaluation.data(&x, &[], &mut data);
            stage.advance(&mut x, &data, &[], &[], &mut memory);
        }
        let error = error_energy(&x, &npy(name));
        println!("{way}, {steps} steps: error energy {error:.1e}");
        // Rounding at the noisy steps is divided by √ᾱ and carried through the rest.
        assert!(error < 1e-6, "{way}, {steps} steps: {error:e}");
    }
}

#[test]
fn every_sampler_of_the_card_makes_sounds_by_seed() {
    let request = |seed| Request {
        seed,
        seconds: 0.45,
        ..Request::default()
    };
    for (way, steps) in [
        (Sampler::Ddpm, 50),
        (Sampler::DiffwaveFast, 6),
        (DDIM, 12),
        (Sampler::DpmSolver2m, 12),
    ] {
        let mut generator =
            Generator::new(network(EngineChoice::Tract), Some(steps), Some(way)).unwrap();
        let sounds = generator.generate(&[request(1), request(2)]).unwrap();
        assert_eq!(
            generator.generate(&[request(2)]).unwrap()[0],
            sounds[1],
            "{way}: the same seed, other sounds"
        );
        assert_ne!(sounds[0], sounds[1], "{way}: another seed, the same sound");
        for sound in &sounds {
            assert_eq!(sound.len(), 3600);
            let energy = |part: &[f32]| part.iter().map(|x| x * x).sum::<f32>();
            // The noise that it began with has the energy 1 a sample; what came of it is far below.
            let level = energy(sound) / sound.len() as f32;
            println!("{way}, {steps} steps: mean square {level:.4}");
            assert!(level > 1e-6 && level < 0.25, "{way}: {level}");
        }
    }
}

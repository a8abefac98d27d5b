//! The one-shot model against PyTorch: the network, and a whole guided reverse process from the same noise.

use std::path::Path;

use diffwav::diffusion::plan::Memory;
use diffwav::diffusion::sampler;
use diffwav::model::{self, Caches, Call, Network, Options, registry};

use crate::signals::{ENGINES, error_energy};

const BINS: usize = 481;
const FRAMES: usize = 24;
/// One sound of the vectors: [2, 24, 481].
const N: usize = 2 * FRAMES * BINS;

fn npy(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models/oneshot-v1/golden")
        .join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

fn network(engine: model::EngineChoice) -> Box<dyn Network> {
    let model = registry::open(registry::DEFAULT_SYNTH).unwrap();
    let options = Options {
        engine,
        ..Options::default()
    };
    model::load(&model, &options).unwrap().network
}

fn run(
    network: &mut dyn Network,
    x: &[f32],
    time: f64,
    labels: &[i64],
    controls: &[f32],
) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    network
        .run(Call {
            batch: labels.len(),
            frames: FRAMES,
            x,
            y: &[],
            time: time as f32,
            labels,
            controls,
            caches: &mut Caches::default(),
            out: &mut out,
        })
        .unwrap();
    out
}

#[test]
fn engines_compute_what_pytorch_computed() {
    let (x, controls) = (npy("x.npy"), npy("controls.npy"));
    for engine in ENGINES {
        let mut network = network(engine);
        let labels = [0, network.card().labels.len() as i64];
        for (name, time) in [("out_t1.npy", 1.0), ("out_t05.npy", 0.5)] {
            let out = run(&mut *network, &x, time, &labels, &controls);
            let error = error_energy(&out, &npy(name));
            assert!(error < 1e-8, "{engine}, {name}: {error:e}");
        }
        let swapped = run(&mut *network, &x, 1.0, &[labels[1], labels[0]], &controls);
        assert!(
            error_energy(&swapped, &npy("out_t1.npy")) > 1e-6,
            "{engine}: the vectors do not tell the classes apart"
        );
    }
}

#[test]
fn four_guided_steps_walk_as_pytorch_walked() {
    let (start, controls) = (npy("x.npy"), npy("controls.npy"));
    for engine in ENGINES {
        let mut network = network(engine);
        let card = network.card().clone();
        let plan =
            sampler::plan(&card.path, card.sampler, card.predicts.into(), &4.into()).unwrap();
        let (mut x, mut memory) = (start[..N].to_vec(), Memory::new(N));
        let none = card.labels.len() as i64;
        for stage in &plan.stages {
            let time = stage.evaluation.time;
            let class = run(&mut *network, &x, time, &[1], &controls[..2]);
            let free = run(&mut *network, &x, time, &[none], &controls[..2]);
            let mut data: Vec<f32> = class.iter().zip(&free).map(|(c, f)| 2.0 * c - f).collect();
            stage.evaluation.data(&x, &[], &mut data);
            stage.advance(&mut x, &data, &[], &[], &mut memory);
        }
        let error = error_energy(&x, &npy("sample_n4.npy"));
        assert!(error < 1e-7, "{engine}: {error:e}");
    }
}

//! tract = ONNX Runtime = PyTorch, from the vectors that the exporter wrote.

use std::path::Path;

use diffwav::model::registry;

use crate::signals::{ENGINES, error_energy, network_of, run};

fn npy(model: &str, name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(model)
        .join("golden")
        .join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

/// float32 rounding over a few hundred operations: a relative error of 1e-5 to 1e-4, so an energy far below 1e-6.
const TOLERANCE: f64 = 1e-8;

#[test]
fn engines_compute_what_pytorch_computed() {
    for name in registry::DENOISERS {
        compare(name);
    }
}

fn compare(name: &str) {
    let npy = |file| npy(name, file);
    let model = registry::open(name).unwrap();
    let (x, y) = (npy("net_x.npy"), npy("net_y.npy"));
    let (wanted_1, wanted_05) = (npy("net_out_t1.npy"), npy("net_out_t05.npy"));
    for engine in ENGINES {
        let mut network = network_of(&model, engine);
        let first = error_energy(&run(&mut *network, 1, &y, &y, 1.0, &[16]), &wanted_1);
        let second = error_energy(&run(&mut *network, 1, &x, &y, 0.5, &[16]), &wanted_05);
        println!("{engine}: error energy {first:.1e} at t = 1, {second:.1e} at t = 0.5");
        assert!(
            first < TOLERANCE && second < TOLERANCE,
            "{engine}: {first:e}, {second:e}"
        );
        let swapped = error_energy(&run(&mut *network, 1, &y, &y, 0.5, &[16]), &wanted_05);
        assert!(swapped > TOLERANCE, "the vectors do not tell x from y");
    }
}

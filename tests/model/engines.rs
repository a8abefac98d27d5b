//! What every engine must do: the same bits twice, the same numbers in every partition, each signal by itself.

use diffwav::model::{Call, EngineChoice, Network};

use crate::signals::{C, ENGINES, F, error_energy, network, noise, run};

/// (1e-5)²: rounding of sums in another order.
const TOLERANCE: f64 = 1e-10;

#[test]
fn engines_agree() {
    let y = noise(1, C * 16 * F);
    let outs: Vec<Vec<f32>> = ENGINES
        .iter()
        .map(|engine| run(&mut *network(*engine), 1, &y, &y, 0.7, &[16]))
        .collect();
    assert!(error_energy(&outs[0], &outs[1]) < TOLERANCE);
}

#[test]
fn the_same_call_gives_the_same_bits() {
    let y = noise(2, C * 16 * F);
    for engine in ENGINES {
        let mut first = network(engine);
        let once = run(&mut *first, 1, &y, &y, 1.0, &[5, 1, 10]);
        let again = run(&mut *first, 1, &y, &y, 1.0, &[5, 1, 10]);
        let other = run(&mut *network(engine), 1, &y, &y, 1.0, &[5, 1, 10]);
        assert!(once == again && once == other, "{engine}");
    }
}

#[test]
fn every_partition_gives_the_same_numbers() {
    let y = noise(3, C * 16 * F);
    let x = noise(4, C * 16 * F);
    for engine in ENGINES {
        let mut network = network(engine);
        let whole = run(&mut *network, 1, &x, &y, 1.0, &[16]);
        for parts in [&[1; 16][..], &[7, 9], &[1, 15], &[15, 1], &[2, 3, 5, 6]] {
            let error = error_energy(&run(&mut *network, 1, &x, &y, 1.0, parts), &whole);
            assert!(error < TOLERANCE, "{engine} in parts {parts:?}: {error:e}");
        }
    }
}

#[test]
fn signals_of_a_batch_are_independent() {
    let n = C * 4 * F;
    let y = noise(5, 3 * n);
    for engine in ENGINES {
        let mut network = network(engine);
        let together = run(&mut *network, 3, &y, &y, 1.0, &[1, 3]);
        for (alone, together) in y.chunks(n).zip(together.chunks(n)) {
            let alone = run(&mut *network, 1, alone, alone, 1.0, &[1, 3]);
            assert!(error_energy(together, &alone) < TOLERANCE, "{engine}");
        }
    }
}

/// The caches as bits, for "nothing changed".
fn bits(caches: &diffwav::model::Caches) -> Vec<Vec<u32>> {
    caches
        .now
        .iter()
        .map(|state| state.iter().map(|x| x.to_bits()).collect())
        .collect()
}

#[test]
fn input_that_is_not_finite_is_an_error_and_changes_no_cache() {
    for engine in ENGINES {
        let mut network = network(engine);
        let mut caches = network.caches(1);
        let mut out = vec![0.0; C * F];
        let mut y = noise(6, C * F);
        for bad in [None, Some(f32::NAN), Some(f32::INFINITY)] {
            if let Some(bad) = bad {
                y[17] = bad;
            }
            let before = bits(&caches);
            let call = Call {
                batch: 1,
                frames: 1,
                x: &y,
                y: &y,
                time: 1.0,
                labels: &[],
                controls: &[],
                caches: &mut caches,
                out: &mut out,
            };
            let result = network.run(call);
            match bad {
                None => result.unwrap(),
                Some(_) => {
                    let text = result.unwrap_err().to_string();
                    assert!(
                        text.contains("finite") && text.contains("try --engine"),
                        "{text}"
                    );
                    assert!(bits(&caches) == before && out.iter().all(|x| x.is_finite()));
                }
            }
        }
    }
}

fn shape_error(network: &mut dyn Network, spoil: impl Fn(&mut Shape)) -> String {
    let mut shape = Shape {
        batch: 1,
        frames: 2,
        x: 2,
        y: 2,
        out: 2,
        time: 1.0,
        states: 1,
    };
    spoil(&mut shape);
    let mut caches = network.caches(shape.states);
    let (x, y) = (noise(7, C * F * shape.x), noise(8, C * F * shape.y));
    let mut out = vec![0.0; C * F * shape.out];
    let (batch, frames, time) = (shape.batch, shape.frames, shape.time);
    let call = Call {
        batch,
        frames,
        x: &x,
        y: &y,
        time,
        labels: &[],
        controls: &[],
        caches: &mut caches,
        out: &mut out,
    };
    network.run(call).unwrap_err().to_string()
}

struct Shape {
    batch: usize,
    frames: usize,
    x: usize,
    y: usize,
    out: usize,
    time: f32,
    states: usize,
}

#[test]
fn wrong_shapes_are_errors_that_name_the_buffer() {
    for engine in ENGINES {
        let mut network = network(engine);
        let network = &mut *network;
        assert!(
            shape_error(network, |s| s.x = 1)
                .contains("x holds 1442 numbers, but 2884 are expected")
        );
        assert!(shape_error(network, |s| s.y = 3).contains("y holds"));
        assert!(shape_error(network, |s| s.out = 1).contains("out holds"));
        assert!(shape_error(network, |s| s.states = 2).contains("state_"));
        assert!(shape_error(network, |s| s.frames = 17).contains("1 to 16"));
        assert!(shape_error(network, |s| s.frames = 0).contains("1 to 16"));
        assert!(shape_error(network, |s| s.batch = 0).contains("0 signals"));
        assert!(shape_error(network, |s| s.batch = usize::MAX).contains("signals"));
        assert!(shape_error(network, |s| s.time = f32::NAN).contains("time"));
        assert_eq!(
            run(network, 1, &noise(1, C * F), &noise(1, C * F), 1.0, &[1]).len(),
            C * F,
            "it still runs"
        );
    }
}

#[test]
fn names_of_engines_and_devices_read_back() {
    for engine in [
        EngineChoice::Auto,
        EngineChoice::OnnxRuntime,
        EngineChoice::Tract,
    ] {
        assert_eq!(engine.to_string().parse::<EngineChoice>().unwrap(), engine);
    }
    let text = "gpu"
        .parse::<diffwav::model::Device>()
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "--device is gpu, but must be auto, cpu, cuda, webgpu, directml or coreml"
    );
}

//! Networks that make sounds, on the real engines: class and controls arrive, and what is wrong with them is said.

use diffwav::engine::generate::{Base, Generator, Request};
use diffwav::model::check::check;
use diffwav::model::{self, Caches, Call, EngineChoice, Network, Options, registry};

use crate::signals::{ENGINES, error_energy, noise};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets/tiny-synth.onnx");
const N: usize = 2 * 3 * 161;

fn network(engine: EngineChoice) -> Box<dyn Network> {
    load(PATH, engine)
}

fn load(model: &str, engine: EngineChoice) -> Box<dyn Network> {
    let model = registry::open(model).unwrap();
    let options = Options {
        engine,
        ..Options::default()
    };
    model::load(&model, &options).unwrap().network
}

fn call(
    network: &mut dyn Network,
    labels: &[i64],
    controls: &[f32],
    batch: usize,
) -> Result<Vec<f32>, String> {
    let x = noise(1, N).repeat(batch);
    let mut out = vec![0.0; x.len()];
    network
        .run(Call {
            batch,
            frames: 3,
            x: &x,
            y: &[],
            time: 0.5,
            labels,
            controls,
            caches: &mut Caches::default(),
            out: &mut out,
        })
        .map_err(|error| error.to_string())?;
    Ok(out)
}

#[test]
fn each_signal_is_told_its_own_class_and_controls() {
    for engine in ENGINES {
        let mut network = network(engine);
        let controls = [0.0, 0.0, 2.0, -1.0, 0.5, 0.5];
        let out = call(&mut *network, &[0, 1, 2], &controls, 3).unwrap();
        let x = noise(1, N);
        for ((row, class), told) in out.chunks(N).zip([0.3, 0.7, 0.0]).zip(controls.chunks(2)) {
            let add = (class + 0.05 * told[0] + 0.02 * told[1]) / 10.0;
            let wanted: Vec<f32> = x.iter().map(|x| 0.25 * x + add).collect();
            assert!(error_energy(row, &wanted) < 1e-12, "{engine}");
        }
    }
}

#[test]
fn wrong_labels_and_controls_are_errors_that_name_them() {
    for engine in ENGINES {
        let mut network = network(engine);
        let mut said = |labels: &[i64], controls: &[f32]| {
            call(&mut *network, labels, controls, 2).unwrap_err()
        };
        let fine = [0.0; 4];
        assert!(said(&[], &fine).contains("label holds 0 numbers, but 2 are expected"));
        assert!(said(&[1], &fine).contains("label holds 1 numbers"));
        assert!(said(&[0, 3], &fine).contains("a label is 3, but 0 to 2 are expected"));
        assert!(said(&[-1, 0], &fine).contains("a label is -1"));
        assert!(said(&[0, 1], &[0.0; 2]).contains("controls holds 2 numbers, but 4"));
        assert!(said(&[0, 1], &[0.0, 0.0, f32::NAN, 0.0]).contains("a control is not finite"));
        assert!(
            call(&mut *network, &[0, 2], &fine, 2).is_ok(),
            "it still runs"
        );
    }
}

#[test]
fn a_sound_does_not_depend_on_what_is_made_with_it() {
    // The sums of the model that ships differ in their last bits with the size of the batch, in both engines.
    let models = [PATH, registry::DEFAULT_SYNTH];
    for (engine, model) in ENGINES.into_iter().flat_map(|e| models.map(|m| (e, m))) {
        let request = |seed: u64, guidance: f32, strength: Option<f32>| Request {
            label: Some(1),
            seed,
            guidance,
            seconds: 0.1,
            base: strength.map(|strength| Base {
                sound: noise(seed, 4000).into(),
                strength,
            }),
            ..Request::default()
        };
        let mut asked = vec![
            request(2, 1.0, None),
            request(3, 1.0, None),
            request(4, 0.0, Some(0.5)),
        ];
        if model == PATH {
            asked.extend([request(1, 0.0, None), request(5, 0.0, Some(0.5))]);
        }
        let mut together = Generator::new(load(model, engine), Some(4), None).unwrap();
        let all = together.generate(&asked).unwrap();
        for (asked, found) in asked.iter().zip(&all) {
            let mut alone = Generator::new(load(model, engine), Some(4), None).unwrap();
            let wanted = alone.generate(std::slice::from_ref(asked)).unwrap();
            assert!(
                wanted[0] == *found,
                "{model} on {engine}, seed {}",
                asked.seed
            );
            assert!(found.iter().any(|sample| sample.abs() > 1e-3));
        }
    }
}

#[test]
fn engines_agree_on_a_sound() {
    let sounds = ENGINES.map(|engine| {
        let request = Request {
            label: Some(0),
            seed: 7,
            guidance: 0.5,
            seconds: 0.3,
            ..Request::default()
        };
        let mut generator = Generator::new(network(engine), None, None).unwrap();
        generator.generate(&[request]).unwrap().remove(0)
    });
    assert!(error_energy(&sounds[0], &sounds[1]) < 1e-8);
}

#[test]
fn models_check_passes_it_on_every_engine() {
    for engine in ENGINES {
        let options = Options {
            engine,
            ..Options::default()
        };
        let report = check(PATH, &options);
        assert!(report.passed(), "{report:#?}");
        let names: Vec<_> = report.checks.iter().map(|check| check.name).collect();
        assert!(names.contains(&"a class changes the output"), "{names:?}");
        assert!(
            !names.contains(&"frame by frame equals one long call"),
            "it is not causal"
        );
    }
}

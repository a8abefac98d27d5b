//! `models check` passes the model that ships and fails those that do not fit.

use diffwav::model::check::{Report, check, properties};
use diffwav::model::{EngineChoice, Options, fake::Fake, registry};

use crate::onnx;
use crate::signals::ENGINES;

#[test]
fn the_built_in_models_pass_on_every_engine() {
    for (name, engine) in registry::DENOISERS
        .into_iter()
        .flat_map(|name| ENGINES.map(|engine| (name, engine)))
    {
        let report = check(
            name,
            &Options {
                engine,
                ..Options::default()
            },
        );
        println!("{report:#?}");
        assert!(report.passed() && report.checks.len() == 6, "{report:#?}");
        assert!(report.engine.starts_with(&engine.to_string()));
    }
}

#[test]
fn other_weights_than_the_card_was_written_for_fail_the_self_test() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("swapped.onnx");
    let file = onnx::with_member("/self_test/output_energy", serde_json::json!(12345.0));
    std::fs::write(&path, file).unwrap();
    let options = Options {
        engine: EngineChoice::Tract,
        ..Options::default()
    };
    let report = check(path.to_str().unwrap(), &options);
    let failed: Vec<_> = report.checks.iter().filter(|check| !check.passed).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].detail.contains("expected 12345"), "{failed:?}");
}

#[test]
fn a_file_that_does_not_fit_gives_one_failed_check() {
    let report = check("no-such-model", &Options::default());
    assert!(!report.passed());
    assert!(report.checks[0].detail.contains("denoise-v1"), "{report:?}");
}

#[test]
fn networks_that_fail_or_return_nan_are_found() {
    for fake in [Fake::identity(8).nan_at(0), Fake::identity(8).failing_at(0)] {
        let mut report = Report::default();
        properties(&mut { fake }, &mut report);
        assert!(!report.passed());
    }
    let mut report = Report::default();
    properties(&mut Fake::one_pole(8, 0.9), &mut report);
    assert!(report.passed(), "{report:?}");
}

//! Attenuation limit, mix and the removed part: phase-aligned at every rate.

use diffwav::engine::{Keep, Settings};
use diffwav::units::Db;

use crate::support::{Kind, RATES, TestNetwork, format, noise, offline};

fn through(kind: Kind, rate: u32, settings: &Settings, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    offline(
        TestNetwork::boxed(kind),
        format(rate, input.len(), 4),
        settings,
        input,
        5000,
    )
}

#[test]
fn no_mix_and_no_attenuation_give_the_input_to_the_bit() {
    for rate in RATES {
        let input = noise(2, 2, 9_001);
        let dry = Settings {
            mix: 0.0,
            ..Settings::default()
        };
        let limited = Settings {
            attenuation_limit: Some(Db(0.0)),
            ..Settings::default()
        };
        for settings in [dry, limited] {
            assert_eq!(
                through(Kind::Leaky, rate, &settings, &input),
                input,
                "{rate} Hz"
            );
        }
    }
}

#[test]
fn cleaned_and_removed_add_up_to_the_input() {
    for rate in [48_000, 44_100, 96_000] {
        let input = noise(4, 1, 20_000);
        let base = Settings {
            attenuation_limit: Some(Db(18.0)),
            mix: 0.8,
            ..Settings::default()
        };
        let cleaned = through(Kind::Leaky, rate, &base, &input);
        let removed = through(
            Kind::Leaky,
            rate,
            &Settings {
                keep: Keep::Removed,
                ..base
            },
            &input,
        );
        for ((c, r), x) in cleaned[0].iter().zip(&removed[0]).zip(&input[0]) {
            assert!((c + r - x).abs() < 1e-6, "{rate} Hz: {c} + {r} ≠ {x}");
        }
    }
}

#[test]
fn what_the_network_removes_falls_by_the_limit_and_no_more() {
    // A network that removes everything.
    struct Nothing(Box<dyn diffwav::model::network::Network>);
    impl diffwav::model::network::Network for Nothing {
        fn card(&self) -> &diffwav::model::card::Card {
            self.0.card()
        }
        fn engine(&self) -> &str {
            "nothing"
        }
        fn frames_max(&self) -> usize {
            self.0.frames_max()
        }
        fn caches(&self, batch: usize) -> diffwav::model::network::Caches {
            self.0.caches(batch)
        }
        fn run(&mut self, call: diffwav::model::network::Call<'_>) -> diffwav::Result<()> {
            call.out.fill(0.0);
            Ok(())
        }
    }
    let input = noise(6, 1, 10_000);
    let settings = Settings {
        attenuation_limit: Some(Db(24.0)),
        ..Settings::default()
    };
    let network = Box::new(Nothing(TestNetwork::boxed(Kind::Identity)));
    let out = offline(network, format(44_100, 1, 4), &settings, &input, 5000);
    let expected = 10f32.powf(-24.0 / 20.0);
    for (y, x) in out[0].iter().zip(&input[0]) {
        assert!((y - expected * x).abs() < 1e-7, "{y} {x}");
    }
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    for (settings, name) in [
        (
            Settings {
                mix: 1.5,
                ..Settings::default()
            },
            "mix is 1.5",
        ),
        (
            Settings {
                mix: f32::NAN,
                ..Settings::default()
            },
            "mix is NaN",
        ),
        (
            Settings {
                attenuation_limit: Some(Db(-3.0)),
                ..Settings::default()
            },
            "attenuation limit is -3",
        ),
        (
            Settings {
                steps: Some(0),
                ..Settings::default()
            },
            "steps is 0",
        ),
        (
            Settings {
                steps: Some(99),
                ..Settings::default()
            },
            "steps is 99",
        ),
    ] {
        let network = TestNetwork::boxed(Kind::Identity);
        let error =
            diffwav::engine::Stream::new(network, format(48_000, 1, 1), &settings).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
    for (bad, name) in [
        (format(1, 1, 1), "sample rate is 1 Hz"),
        (format(1_000_000, 1, 1), "sample rate is 1000 kHz"),
        (format(48_000, 0, 1), "number of channels is 0"),
        (format(48_000, 65, 1), "number of channels is 65"),
        (format(48_000, 1, 17), "frames per call is 17"),
    ] {
        let network = TestNetwork::boxed(Kind::Identity);
        let error = diffwav::engine::Stream::new(network, bad, &Settings::default()).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

//! Bad samples never reach the output or the caches; silence stays silence; a failing network is reported.

use diffwav::engine::{Settings, Stream};
use diffwav::error::{Error, Result};
use diffwav::model::card::Card;
use diffwav::model::network::{Caches, Call, Network};

use crate::support::{Kind, RATES, TestNetwork, format, noise, run, stream};

#[test]
fn bad_samples_never_come_out_and_leave_no_trace() {
    for rate in [48_000, 44_100] {
        let clean = noise(1, 1, 40_000);
        let mut spoiled = clean.clone();
        for (n, value) in [
            (5_000, f32::NAN),
            (5_001, f32::INFINITY),
            (5_002, f32::NEG_INFINITY),
            (5_003, 1e-40),
        ] {
            spoiled[0][n] = value;
        }
        let mut silenced = clean;
        silenced[0][5_000..5_004].fill(0.0);
        let settings = Settings {
            steps: Some(2),
            ..Settings::default()
        };
        let a = run(
            &mut stream(Kind::Leaky, format(rate, 1, 1), &settings),
            &spoiled,
            &mut || 512,
        );
        let b = run(
            &mut stream(Kind::Leaky, format(rate, 1, 1), &settings),
            &silenced,
            &mut || 512,
        );
        assert!(a[0].iter().all(|v| v.is_finite()));
        assert_eq!(
            a, b,
            "bad samples count as silence, then nothing is left of them"
        );
    }
}

#[test]
fn nothing_but_bad_samples_is_silence() {
    for value in [f32::NAN, f32::INFINITY, f32::from_bits(1)] {
        let mut stream = stream(Kind::Leaky, format(48_000, 1, 1), &Settings::default());
        let out = run(&mut stream, &[vec![value; 10_000]], &mut || 512);
        assert!(out[0].iter().all(|v| *v == 0.0));
    }
}

#[test]
fn huge_samples_stay_finite() {
    for value in [3e38, 1e30, 32_768.0] {
        let input: Vec<f32> = (0..20_000)
            .map(|n| if n % 7 < 3 { value } else { -value })
            .collect();
        let mut stream = stream(Kind::Leaky, format(44_100, 1, 1), &Settings::default());
        let out = run(&mut stream, &[input], &mut || 512);
        assert!(out[0].iter().all(|v| v.is_finite()));
    }
}

#[test]
fn silence_in_is_digital_silence_out() {
    for rate in RATES {
        let mut stream = stream(Kind::Leaky, format(rate, 2, 1), &Settings::default());
        let out = run(&mut stream, &vec![vec![0.0; rate as usize]; 2], &mut || {
            1000
        });
        assert!(out.iter().flatten().all(|v| *v == 0.0), "{rate} Hz");
    }
}

#[test]
fn equal_channels_stay_equal_even_with_noise() {
    let one = noise(3, 1, 20_000).remove(0);
    let settings = Settings {
        steps: Some(3),
        sampler: Some(diffwav::diffusion::sampler::Sampler::BridgeSde),
        ..Settings::default()
    };
    let mut stream = stream(Kind::Leaky, format(48_000, 2, 2), &settings);
    let out = run(&mut stream, &[one.clone(), one], &mut || 999);
    assert_eq!(out[0], out[1]);
}

#[test]
fn the_seed_changes_a_stochastic_sampler_and_nothing_else_does() {
    let input = noise(3, 1, 20_000);
    let with = |seed| {
        let settings = Settings {
            steps: Some(3),
            seed,
            sampler: Some(diffwav::diffusion::sampler::Sampler::BridgeSde),
            ..Settings::default()
        };
        run(
            &mut stream(Kind::Leaky, format(48_000, 1, 1), &settings),
            &input,
            &mut || 480,
        )
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

/// Fails on its third call.
struct Failing(Box<dyn Network>, usize);

impl Network for Failing {
    fn card(&self) -> &Card {
        self.0.card()
    }
    fn engine(&self) -> &str {
        "failing"
    }
    fn frames_max(&self) -> usize {
        self.0.frames_max()
    }
    fn caches(&self, batch: usize) -> Caches {
        self.0.caches(batch)
    }
    fn run(&mut self, call: Call<'_>) -> Result<()> {
        self.1 += 1;
        if self.1 == 3 {
            return Err(Error::Inference {
                engine: "failing".into(),
                problem: "it broke".into(),
                alternative: "--engine tract",
            });
        }
        self.0.run(call)
    }
}

#[test]
fn a_network_that_fails_is_an_error_and_a_reset_mends_it() {
    let network = Box::new(Failing(TestNetwork::boxed(Kind::Leaky), 0));
    let mut stream = Stream::new(network, format(48_000, 1, 1), &Settings::default()).unwrap();
    let input = noise(1, 1, 48_000);
    let error = stream.push(&[&input[0]]).unwrap_err().to_string();
    assert!(
        error.contains("it broke") && error.contains("--engine tract"),
        "{error}"
    );
    stream.reset().unwrap();
    let again = run(&mut stream, &input, &mut || 480);
    let mut fresh = crate::support::stream(Kind::Leaky, format(48_000, 1, 1), &Settings::default());
    assert_eq!(again, run(&mut fresh, &input, &mut || 480));
}

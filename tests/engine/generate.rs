//! Sounds from noise: what a request gives, to the bit or in closed form, with networks of known mathematics.

use std::sync::Arc;

use diffwav::Result;
use diffwav::engine::generate::{Base, Generator, Request};
use diffwav::model::card::Card;
use diffwav::model::fake::Fake;
use diffwav::model::{Caches, Call, Network};

pub const HOP: usize = 240;
pub const RATE: f32 = 48_000.0;

pub fn fake() -> Fake {
    Fake::synth(HOP, &["kick", "snare"], &["brightness", "length"])
}

pub fn generator(fake: Fake, steps: usize) -> Generator {
    Generator::new(Box::new(fake), Some(steps), None).unwrap()
}

pub fn request(seed: u64) -> Request {
    Request {
        label: Some(1),
        seed,
        seconds: 0.1,
        ..Request::default()
    }
}

pub fn one(generator: &mut Generator, request: Request) -> Vec<f32> {
    generator.generate(&[request]).unwrap().remove(0)
}

pub fn tone(samples: usize, sign: f32) -> Arc<[f32]> {
    (0..samples)
        .map(|n| sign * (std::f32::consts::TAU * 1000.0 * n as f32 / RATE).sin())
        .collect()
}

pub fn varied(seed: u64, sound: Arc<[f32]>, strength: f32) -> Request {
    Request {
        base: Some(Base { sound, strength }),
        ..request(seed)
    }
}

/// Largest distance.
pub fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// A fake that says it runs on a graphics card, so that several sounds share a call.
struct OnCard(Fake);

impl Network for OnCard {
    fn card(&self) -> &Card {
        self.0.card()
    }
    fn engine(&self) -> &str {
        "fake 1.0 on cuda"
    }
    fn frames_max(&self) -> usize {
        self.0.frames_max()
    }
    fn caches(&self, batch: usize) -> Caches {
        self.0.caches(batch)
    }
    fn run(&mut self, call: Call<'_>) -> Result<()> {
        assert!(
            call.batch == 8 || call.batch == 16,
            "{} rows: the size of a batch must not change",
            call.batch
        );
        self.0.run(call)
    }
}

#[test]
fn a_sound_is_a_function_of_its_request_whatever_comes_with_it() {
    let longer = Request {
        seconds: 0.25,
        ..request(3)
    };
    let guided = Request {
        guidance: 1.5,
        ..request(4)
    };
    let free = Request {
        label: None,
        ..request(5)
    };
    let mut asked: Vec<Request> = (10..20).map(request).collect();
    asked.extend([
        longer,
        varied(6, tone(4000, 0.5), 0.4),
        guided,
        free,
        varied(7, tone(3000, 0.1), 0.4),
    ]);
    let alone: Vec<_> = asked
        .iter()
        .map(|asked| one(&mut generator(fake(), 4), asked.clone()))
        .collect();
    let card = Box::new(OnCard(fake()));
    for mut generator in [
        generator(fake(), 4),
        Generator::new(card, Some(4), None).unwrap(),
    ] {
        assert!(generator.generate(&asked).unwrap() == alone);
        let turned: Vec<_> = asked.iter().rev().cloned().collect();
        let made = generator.generate(&turned).unwrap();
        assert!(made.into_iter().rev().collect::<Vec<_>>() == alone);
    }
    for (n, a) in alone.iter().enumerate() {
        let twins = alone[..n].iter().filter(|b| *b == a).count();
        assert_eq!(twins, 0, "every seed gives another sound");
    }
}

#[test]
fn guidance_is_the_line_through_the_two_answers() {
    let mut generator = generator(fake().on_waveform(), 1);
    let with = one(&mut generator, request(2));
    let without = one(
        &mut generator,
        Request {
            label: None,
            ..request(2)
        },
    );
    let guided = one(
        &mut generator,
        Request {
            guidance: 2.0,
            ..request(2)
        },
    );
    let wanted: Vec<f32> = with
        .iter()
        .zip(&without)
        .map(|(c, u)| 3.0 * c - 2.0 * u)
        .collect();
    assert!(apart(&guided, &wanted) < 1e-5);
    assert!(apart(&guided, &with) > 0.1, "it does something");
    let alone = Request {
        label: None,
        guidance: 2.0,
        ..request(2)
    };
    assert!(
        one(&mut generator, alone) == without,
        "without a class there is nothing to guide by"
    );
}

#[test]
fn guidance_of_0_runs_the_network_once_a_stage_and_more_runs_both_rows_in_one_call() {
    struct Counting(Fake, Arc<std::sync::Mutex<Vec<Vec<i64>>>>);
    impl Network for Counting {
        fn card(&self) -> &Card {
            self.0.card()
        }
        fn engine(&self) -> &str {
            self.0.engine()
        }
        fn frames_max(&self) -> usize {
            self.0.frames_max()
        }
        fn caches(&self, batch: usize) -> Caches {
            self.0.caches(batch)
        }
        fn run(&mut self, call: Call<'_>) -> Result<()> {
            self.1.lock().unwrap().push(call.labels.to_vec());
            self.0.run(call)
        }
    }
    let seen = Arc::default();
    let network = Counting(fake(), Arc::clone(&seen));
    let mut generator = Generator::new(Box::new(network), Some(4), None).unwrap();
    one(&mut generator, request(1));
    let guided = Request {
        guidance: 1.0,
        ..request(1)
    };
    one(&mut generator, guided);
    let wanted = [vec![vec![1]; 4], vec![vec![1, 2]; 4]].concat();
    assert_eq!(*seen.lock().unwrap(), wanted);
}

#[test]
fn controls_are_taken_as_set_and_drawn_by_the_seed_where_not() {
    let mut generator = generator(fake().on_waveform(), 1);
    let set = |a: Option<f32>, b: Option<f32>| Request {
        controls: vec![a, b],
        ..request(9)
    };
    let zero = one(&mut generator, set(Some(0.0), Some(0.0)));
    let both = one(&mut generator, set(Some(1.0), Some(-0.5)));
    // Σ controls/10 is a step at sample 0, onset samples before the sound; it falls by the high-pass at 5 Hz.
    let fall = (-std::f64::consts::TAU * 5.0 / f64::from(RATE)).exp();
    for n in [100usize, 1000, 3000] {
        let found = f64::from(both[n] - zero[n]);
        let wanted = 0.05 * fall.powi((HOP / 2 + n) as i32);
        assert!((found - wanted).abs() < 1e-4, "{n}: {found} {wanted}");
    }
    let drawn = one(&mut generator, request(9));
    assert!(apart(&drawn, &zero) > 1e-4);
    assert!(
        one(&mut generator, set(None, None)) == drawn,
        "missing and None are the same"
    );
    let told = |seed| {
        let (free, zero) = (
            Request { seed, ..request(0) },
            Request {
                seed,
                ..set(Some(0.0), Some(0.0))
            },
        );
        10.0 * (one(&mut generator, free)[200] - one(&mut generator, zero)[200])
            / fall.powi((HOP / 2 + 200) as i32) as f32
    };
    let sums: Vec<f32> = (0..200).map(told).collect();
    let mean = sums.iter().sum::<f32>() / 200.0;
    let variance = sums.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / 200.0;
    // Two draws from N(0, 1) clipped to ±2 have the variance 2·.9205; five standard errors of 200 are .9.
    assert!(
        mean.abs() < 0.5 && (variance - 1.84).abs() < 0.9,
        "{mean} {variance}"
    );
    assert!(sums.iter().all(|sum| sum.abs() <= 4.001));
}

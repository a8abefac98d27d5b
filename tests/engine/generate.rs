//! Sounds from noise: what a request gives, to the bit or in closed form, with networks of known mathematics.

use std::sync::Arc;

use diffwav::Result;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::Sampler;
use diffwav::engine::generate::{Base, Generator, Request, class};
use diffwav::model::card::Card;
use diffwav::model::fake::Fake;
use diffwav::model::{Caches, Call, Network};

const HOP: usize = 240;
const RATE: f32 = 48_000.0;

fn fake() -> Fake {
    Fake::synth(HOP, &["kick", "snare"], &["brightness", "length"])
}

fn generator(fake: Fake, steps: usize) -> Generator {
    Generator::new(Box::new(fake), Some(steps), None).unwrap()
}

fn request(seed: u64) -> Request {
    Request {
        label: Some(1),
        seed,
        seconds: 0.1,
        ..Request::default()
    }
}

fn one(generator: &mut Generator, request: Request) -> Vec<f32> {
    generator.generate(&[request]).unwrap().remove(0)
}

fn tone(samples: usize, sign: f32) -> Arc<[f32]> {
    (0..samples)
        .map(|n| sign * (std::f32::consts::TAU * 1000.0 * n as f32 / RATE).sin())
        .collect()
}

fn varied(seed: u64, sound: Arc<[f32]>, strength: f32) -> Request {
    Request {
        base: Some(Base { sound, strength }),
        ..request(seed)
    }
}

/// Largest distance.
fn apart(a: &[f32], b: &[f32]) -> f32 {
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
fn strength_0_gives_the_sound_back_and_strength_1_is_free() {
    let mut generator = generator(fake(), 4);
    let mut sound = tone(7001, 0.3).to_vec();
    (sound[3], sound[9]) = (-0.0, 1e-40);
    let back = one(&mut generator, varied(1, sound.clone().into(), 0.0));
    let bits = |sound: &[f32]| sound.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&sound));
    let free = one(&mut generator, request(1));
    let full = one(&mut generator, varied(1, sound.into(), 1.0));
    assert_eq!(bits(&full), bits(&free));
    assert_eq!(free.len(), 4800);
}

#[test]
fn a_variation_enters_on_the_forward_process_at_the_time_that_strength_names() {
    // One step: x0 = D(x_t) = … + x_t/4 with x_t = cos(½πs)·x0 + sin(½πs)·z, so sounds of two signs differ by
    // ½·cos(½πs)·x0 times their level.
    for (strength, level) in [(0.25f32, 1.0f32), (0.5, 0.01), (0.9, 0.2)] {
        let mut generator = generator(fake().on_waveform(), 1);
        let plus = one(&mut generator, varied(1, tone(9600, level), strength));
        let minus = one(&mut generator, varied(1, tone(9600, -level), strength));
        let clean = (std::f32::consts::FRAC_PI_2 * strength).cos();
        let wanted = tone(4800, 0.5 * clean * level);
        let found: Vec<f32> = plus.iter().zip(&minus).map(|(a, b)| a - b).collect();
        // Between the fades; the high-pass at 5 Hz turns 1 kHz by 0.3 degrees.
        let error = apart(&found[100..3600], &wanted[100..3600]);
        assert!(error < 0.01 * clean * level, "{strength}: {error}");
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

#[test]
fn sounds_have_the_length_that_was_asked_for_begin_at_the_onset_and_fade() {
    let mut generator = generator(fake(), 2);
    let longest = generator.seconds_max();
    assert_eq!(longest, 1.0 - (HOP / 2) as f32 / RATE);
    for seconds in [0.001, 0.1, 0.333, longest] {
        let sound = one(
            &mut generator,
            Request {
                seconds,
                ..request(1)
            },
        );
        assert_eq!(sound.len(), (seconds * RATE).round() as usize);
        assert!(sound.iter().all(|sample| sample.is_finite()));
        assert_eq!((sound[0], sound[sound.len() - 1]), (0.0, 0.0));
    }
    // The waveform frames are 2/(1 + frame) and the noise: the first frame that is heard is half cut off.
    let mut plain = self::generator(fake().on_waveform(), 1);
    let quiet = Request {
        controls: vec![Some(0.0), Some(0.0)],
        ..request(1)
    };
    let first = Request {
        label: Some(0),
        ..quiet.clone()
    };
    let (a, b) = (one(&mut plain, quiet), one(&mut plain, first));
    let difference: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
    // 1/(1 + frame): falls by ½ between samples onset − 1 and onset of frame 1, that is at HOP − onset.
    let jump = difference[HOP / 2] - difference[HOP / 2 - 1];
    assert!((jump + 0.5).abs() < 0.01, "{jump}");
}

#[test]
fn every_path_and_sampler_for_sounds_can_be_entered_in_the_middle() {
    let edm = Path::Edm {
        sigma_min: 0.002,
        sigma_max: 80.0,
        rho: 7.0,
        sigma_data: 0.5,
    };
    let paths = [
        Path::VpCosine,
        Path::Flow { sigma_min: 0.0 },
        Path::diffwave_base(),
        edm,
    ];
    for path in paths {
        for sampler in Sampler::ALL.into_iter().filter(|s| s.fits(&path)) {
            let steps = match sampler {
                Sampler::DiffwaveFast => 6,
                _ => 4,
            };
            let network = fake().edit(|card| {
                card.path = path.clone();
                card.sampler = sampler;
                card.steps.allowed = vec![4, 6];
            });
            let mut generator = Generator::new(Box::new(network), Some(steps), None).unwrap();
            for strength in [1e-3, 0.3, 0.999, 1.0] {
                let sound = one(&mut generator, varied(1, tone(4000, 0.5), strength));
                assert!(
                    sound.len() == 4800 && sound.iter().all(|s| s.is_finite()),
                    "{sampler} on {} from {strength}",
                    path.kind()
                );
            }
        }
    }
}

#[test]
fn a_causal_network_goes_along_a_sound_of_any_length_as_if_in_one_call() {
    let long = |frames: usize| {
        let fake = fake().edit(|card| (card.causal, card.frames_max) = (true, frames));
        // 1/(1 + frame) would start again with each call.
        let fake = fake.edit(|card| card.labels.clear());
        let mut generator = generator(fake, 4);
        let request = Request {
            label: None,
            seconds: 2.0,
            controls: vec![Some(0.0), Some(0.0)],
            ..request(3)
        };
        one(&mut generator, request)
    };
    assert_eq!(long(4096).len(), 96_000);
    // Only the noise is compared: the frames count from the start of a call in this fake.
    let (a, b) = (long(400), long(401));
    assert!(apart(&a[..20_000], &b[..20_000]) < 1e-6);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_runs() {
    let mut generator = generator(fake().failing_at(0), 4);
    let bad = |change: &dyn Fn(&mut Request)| {
        let mut request = request(1);
        change(&mut request);
        request
    };
    let base = |strength: f32, level: f32| {
        move |r: &mut Request| {
            let sound = tone(100, level);
            r.base = Some(Base { sound, strength });
        }
    };
    for (request, words) in [
        (
            bad(&|r| r.label = Some(2)),
            "class is 2, but must be an index from 0 to 1",
        ),
        (
            bad(&|r| r.seconds = 1.2),
            "length is 1.2 s, but must be more than 0 and at most 0.998 s",
        ),
        (bad(&|r| r.seconds = 0.0), "length is 0 s"),
        (bad(&|r| r.seconds = f32::NAN), "length is NaN s"),
        (
            bad(&|r| r.guidance = -1.0),
            "guidance is -1, but must be 0 to 20",
        ),
        (
            bad(&|r| r.controls = vec![Some(3.0)]),
            "control is brightness 3, but must be -2 to 2",
        ),
        (
            bad(&|r| r.controls = vec![Some(f32::NAN)]),
            "control is brightness NaN",
        ),
        (
            bad(&|r| r.controls = vec![None; 3]),
            "number of controls is 3",
        ),
        (bad(&base(1.5, 1.0)), "strength is 1.5, but must be 0"),
        (bad(&base(0.5, 0.0)), "sound to vary is silent"),
    ] {
        let said = generator.generate(&[request]).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(class(generator.card(), "snare").unwrap(), 1);
    let said = class(generator.card(), "trumpet").unwrap_err().to_string();
    assert_eq!(said, "class is trumpet, but must be one of kick, snare");
    let said = Generator::new(Box::new(Fake::identity(480)), None, None)
        .unwrap_err()
        .to_string();
    assert!(said.contains("task is denoise, expected synth"), "{said}");
    let said = Generator::new(Box::new(fake()), Some(5), None)
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("steps is 5, but must be one of 1, 2, 4, 8"),
        "{said}"
    );
}

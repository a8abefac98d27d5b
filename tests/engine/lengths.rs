//! How long sounds are, how they begin and end, and what cannot be asked for.

use diffwav::engine::generate::{Base, Generator, Request, class};
use diffwav::model::fake::Fake;

use crate::generate::{HOP, RATE, apart, fake, generator, one, request, tone};

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
    let mut plain = crate::generate::generator(fake().on_waveform(), 1);
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

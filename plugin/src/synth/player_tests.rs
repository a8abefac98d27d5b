//! The player without a host and without a maker: hits are put into its ring by hand.

use ringbuf::traits::{Producer, Split};
use ringbuf::{HeapProd, HeapRb};

use super::*;
use crate::synth::controls::{DECAY_FULL, PadControls};

const KEY: u64 = 1;

struct Kit {
    player: Player,
    ring: HeapProd<Delivery>,
    controls: Controls,
    shared: Arc<Shared>,
}

fn kit() -> Kit {
    let (ring, incoming) = HeapRb::new(4096).split();
    let shared = Arc::new(Shared::default());
    let pad = PadControls {
        gains: [1.0, 1.0],
        decay: DECAY_FULL,
        key: KEY,
        ..PadControls::default()
    };
    Kit {
        player: Player::new(Arc::clone(&shared), incoming),
        ring,
        controls: Controls {
            pads: [pad; PADS],
            velocity_level: 1.0,
            velocity_tone: 0.0,
            bend: 0.0,
        },
        shared,
    }
}

/// Hit `number` of a pad: its first sample names it.
fn hit(pad: usize, number: u64, frames: usize) -> Arc<Hit> {
    let mut sound = vec![0.25; frames];
    sound[0] = 1.0 + pad as f32 + number as f32 / 1024.0;
    Arc::new(Hit {
        sound,
        fixed: false,
    })
}

impl Kit {
    fn send(&mut self, pad: usize, numbers: std::ops::Range<u64>, frames: usize) {
        for number in numbers {
            let delivery = Delivery {
                pad,
                name: Some(Name { number, key: KEY }),
                hit: hit(pad, number, frames),
            };
            assert!(self.ring.try_push(delivery).is_ok());
        }
    }

    fn note(&mut self, pad: usize) {
        let Self {
            player, controls, ..
        } = self;
        player.note_on(pad, 60, 1.0, controls, None);
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        self.player.render(&mut left, &mut right, &self.controls);
        left
    }
}

#[test]
fn each_note_plays_the_next_hit_of_its_pad() {
    let mut kit = kit();
    kit.send(0, 0..8, 10);
    kit.send(5, 0..8, 10);
    for number in 0..8 {
        for pad in [0, 5] {
            kit.note(pad);
            assert_eq!(kit.render(20)[0], hit(pad, number, 10).sound[0]);
        }
    }
    assert_eq!((kit.shared.next(0), kit.shared.dry()), (8, 0));
}

#[test]
fn a_dry_pad_repeats_its_newest_hit_changed_and_counts() {
    let mut kit = kit();
    kit.send(0, 0..2, 2000);
    let mut played = Vec::new();
    for _ in 0..5 {
        kit.note(0);
        let out = kit.render(2500);
        assert!(out.iter().any(|v| *v != 0.0), "never silence");
        played.push(out);
    }
    assert_eq!(kit.shared.dry(), 3);
    for a in 0..5 {
        for b in 0..a {
            assert_ne!(played[a], played[b], "{a} {b}");
        }
    }
    // Numbers go on: what is made meanwhile is not a hit late.
    kit.send(0, 5..6, 2000);
    kit.note(0);
    assert_eq!(kit.render(10)[0], hit(0, 5, 10).sound[0]);
    // What hits vary stands in before there is one.
    let base = Delivery {
        pad: 8,
        name: None,
        hit: hit(8, 0, 2000),
    };
    assert!(kit.ring.try_push(base).is_ok());
    kit.note(8);
    assert!(kit.render(10)[0] > 1.0);
    assert_eq!(kit.shared.dry(), 4);
    // A pad without any hit is silent, and counts too.
    kit.note(9);
    assert_eq!(kit.shared.dry(), 5);
}

#[test]
fn a_rewound_song_plays_its_opening_again() {
    let mut kit = kit();
    kit.send(0, 0..12, 10);
    for _ in 0..12 {
        kit.note(0);
        kit.render(16);
    }
    kit.player.rewind();
    for number in 0..4 {
        kit.note(0);
        assert_eq!(kit.render(16)[0], hit(0, number, 10).sound[0]);
    }
    assert_eq!(kit.shared.dry(), 0);
}

#[test]
fn groups_silence_each_other_and_nobody_else() {
    let mut kit = kit();
    for pad in [2, 3, 4] {
        kit.send(pad, 0..2, 40_000);
    }
    kit.controls.pads[2].group = 1;
    kit.controls.pads[3].group = 1;
    kit.note(3);
    kit.note(4);
    kit.render(100);
    assert_eq!(kit.player.voices(), 2);
    kit.note(2);
    kit.render((0.02 * 48_000.0) as usize);
    assert_eq!(kit.player.voices(), 2, "the open hat is gone");
    // Pads 2 and 4 sound, each at 0.25.
    assert!((kit.render(1)[0] - 0.5).abs() < 1e-6);
}

#[test]
fn there_are_never_more_voices_than_there_are() {
    let mut kit = kit();
    for round in 0..300 {
        kit.send(0, round..round + 1, 48_000);
        kit.note(0);
        let out = kit.render(7);
        assert!(out.iter().all(|v| v.is_finite()));
        assert!(kit.player.voices() <= 2 * VOICES);
    }
    // The ones that were replaced are gone after their fade.
    kit.render(200);
    assert_eq!(kit.player.voices(), VOICES);
}

#[test]
fn velocity_makes_level_and_brightness() {
    let mut kit = kit();
    let peak = |velocity: f32, kit: &mut Kit| {
        kit.send(1, kit.shared.next(1)..kit.shared.next(1) + 1, 100);
        kit.player.note_on(1, 60, velocity, &kit.controls, None);
        kit.render(200)[50] / 0.25
    };
    for velocity in [1.0, 0.5, 0.1] {
        assert!((peak(velocity, &mut kit) - velocity * velocity).abs() < 1e-6);
    }
    kit.controls.velocity_level = 0.0;
    assert_eq!(peak(0.2, &mut kit), 1.0);
    assert!(tone(1.0, 48_000.0) < tone(0.5, 48_000.0) && tone(0.0, 48_000.0) == 1.0);
}

#[test]
fn tune_and_bend_change_the_length_as_they_should() {
    let mut kit = kit();
    let length = |kit: &mut Kit| {
        let next = kit.shared.next(0);
        kit.send(0, next..next + 1, 4800);
        kit.note(0);
        let out = kit.render(12_000);
        out.iter().rposition(|v| *v != 0.0).unwrap() + 1
    };
    assert_eq!(length(&mut kit), 4800);
    kit.controls.pads[0].tune = 12.0;
    assert!(length(&mut kit).abs_diff(2400) <= 1);
    kit.controls.pads[0].tune = 0.0;
    kit.controls.bend = -12.0;
    assert!(length(&mut kit).abs_diff(9600) <= 1);
}

#[test]
fn a_decay_is_as_long_as_it_says() {
    let factor = decay(0.5, 48_000.0);
    let db = 20.0 * factor.powi(24_000).log10();
    assert!((db + 60.0).abs() < 0.1, "{db}");
    assert_eq!(decay(DECAY_FULL, 48_000.0), 1.0);
}

#[test]
fn a_bounce_waits_and_real_time_does_not() {
    let mut kit = kit();
    let began = Instant::now();
    kit.note(0);
    assert!(began.elapsed() < Duration::from_millis(100));
    kit.player.reset();
    let Kit {
        mut player,
        mut ring,
        controls,
        shared,
    } = kit;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The maker: it sees that this pad is waited for.
            while shared.waiting() != Some(7) {
                std::thread::yield_now();
            }
            let name = Some(Name {
                number: 0,
                key: KEY,
            });
            let hit = hit(7, 0, 10);
            assert!(ring.try_push(Delivery { pad: 7, name, hit }).is_ok());
        });
        player.note_on(7, 60, 1.0, &controls, Some(&|_| KEY));
    });
    assert_eq!(shared.waiting(), None);
    // Once nothing can be made any more nobody waits.
    shared.failed.store(true, Relaxed);
    let began = Instant::now();
    player.note_on(8, 60, 1.0, &controls, Some(&|_| KEY));
    assert!(began.elapsed() < Duration::from_secs(10));
}

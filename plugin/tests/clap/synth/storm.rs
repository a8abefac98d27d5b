//! More notes than anybody plays, a source that is too slow or fails, events that no sane host sends.

use std::time::{Duration, Instant};

use clack_host::events::Match;
use clack_host::prelude::*;

use super::stage::{Event, KICK, STRUCK, Struck, What, call, play, row, synth, with};
use crate::host::on_audio_thread;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, most: usize) -> usize {
        (self.next() >> 8) as usize % most
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Ten thousand notes in ten seconds.
fn storm() -> Vec<Event> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..10_000)
        .map(|n| {
            let note = 30 + random.below(50) as u8;
            (48 * n, What::On(note, random.unit()))
        })
        .collect()
}

#[test]
fn ten_thousand_notes_in_ten_seconds() {
    let _world = with(Struck {
        seconds: 0.5,
        ..STRUCK
    });
    let mut plugin = synth();
    let stopped = plugin.activate(48_000.0, 512);
    // An own thread: nothing tells the plugin that it may wait. Every call that allocates aborts.
    let stopped = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let out = play(&mut started, 480_000, || 512, &storm(), true);
        assert!(
            out.iter()
                .flatten()
                .all(|v| v.is_finite() && v.abs() < 64.0)
        );
        let loud = out[0].iter().filter(|v| v.abs() > 1e-3).count();
        assert!(loud > 240_000, "it sounds: {loud}");
        started.stop_processing()
    });
    plugin.deactivate(stopped);
}

#[test]
fn a_storm_is_bounced_twice_to_the_same_bits() {
    let _world = with(STRUCK);
    let part: Vec<Event> = storm().into_iter().take(2_000).collect();
    let first = super::stage::bounce(&mut synth(), 97_000, 512, &part);
    let second = super::stage::bounce(&mut synth(), 97_000, 64, &part);
    assert_eq!(crate::signal::difference(&first, &second), None);
}

#[test]
fn a_source_that_is_too_slow_never_makes_a_note_wait_or_be_silent() {
    // Five hits a second; twenty notes a second, of one pad.
    let _world = with(Struck {
        busy: Duration::from_millis(200),
        ..STRUCK
    });
    let mut plugin = synth();
    plugin.set("Pad 1 variation", 1.0);
    let stopped = plugin.activate(48_000.0, 480);
    let (stopped, heard) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        // Until the pad has a hit.
        let mut heard = Vec::new();
        let began = Instant::now();
        let mut n = 0u32;
        while heard.len() < 60 && began.elapsed() < Duration::from_secs(30) {
            let mut events = EventBuffer::new();
            if n.is_multiple_of(5) {
                events.push(&clack_host::events::event_types::NoteOnEvent::new(
                    7,
                    Pckn::new(0u16, 0u16, u16::from(KICK), Match::All),
                    1.0,
                ));
            }
            let out = call(&mut started, 480, &events, None);
            let sounds = out[0].iter().any(|v| v.abs() > 0.1);
            if n.is_multiple_of(5) && (sounds || !heard.is_empty()) {
                heard.push(out[0].clone());
            }
            n += 1;
            std::thread::sleep((Duration::from_millis(10) * n).saturating_sub(began.elapsed()));
        }
        (started.stop_processing(), heard)
    });
    plugin.deactivate(stopped);
    assert_eq!(heard.len(), 60, "sixty notes in a row");
    for (n, block) in heard.iter().enumerate() {
        // On its sample, and nothing was repeated as it was.
        assert!(
            block[7].abs() > 0.3 && block[..7].iter().all(|v| v.abs() < 0.1),
            "note {n}"
        );
        assert!(
            n == 0 || heard[n - 1] != *block,
            "note {n} is the one before"
        );
    }
}

#[test]
fn a_source_that_fails_does_not_stop_a_bounce() {
    let _world = with(Struck {
        fails: true,
        ..STRUCK
    });
    let began = Instant::now();
    let out = super::stage::bounce(&mut synth(), 96_000, 512, &row(KICK, 40, 2_400));
    assert!(out.iter().flatten().all(|v| *v == 0.0));
    assert!(
        began.elapsed() < Duration::from_secs(50),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn anything_may_come_at_any_time() {
    let _world = with(STRUCK);
    let mut random = Random(77);
    let mut plugin = synth();
    let parameters = plugin.parameters();
    for (rate, most) in [(48_000.0, 512), (44_100.0, 1), (192_000.0, 4_096)] {
        let stopped = plugin.activate(rate, most);
        let stopped = on_audio_thread(|| {
            let mut started = stopped.start_processing().unwrap();
            for round in 0..300 {
                let frames = if round % 9 == 0 {
                    0
                } else {
                    random.below(most as usize) + 1
                };
                let mut times: Vec<usize> = (0..random.below(12))
                    .map(|_| random.below(frames.max(1)))
                    .collect();
                times.sort_unstable();
                let events: Vec<Event> = times
                    .into_iter()
                    .map(|time| {
                        let note = random.below(128) as u8;
                        let what = match random.below(7) {
                            0 => What::Off(note),
                            1 => What::Choke(note),
                            2..5 => {
                                let parameter = &parameters[random.below(parameters.len())];
                                let range = parameter.most - parameter.least;
                                let value = parameter.least + range * random.unit();
                                What::Set(parameter.id, value)
                            }
                            _ => What::On(note, random.unit()),
                        };
                        (time, what)
                    })
                    .collect();
                let out = if frames == 0 {
                    call(&mut started, 0, &EventBuffer::new(), None)
                } else {
                    play(&mut started, frames, || frames, &events, round % 3 == 0)
                };
                assert!(out.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e4));
                if random.below(40) == 0 {
                    started.reset();
                }
            }
            started.stop_processing()
        });
        plugin.deactivate(stopped);
    }
}

#[test]
fn instances_come_and_go_while_hits_are_made() {
    let _world = with(Struck {
        busy: Duration::from_millis(3),
        ..STRUCK
    });
    for round in 0..20 {
        let mut plugins: Vec<_> = (0..3).map(|_| synth()).collect();
        let stopped: Vec<_> = plugins
            .iter_mut()
            .map(|plugin| plugin.activate(48_000.0, 256))
            .collect();
        for (plugin, stopped) in plugins.iter_mut().zip(stopped) {
            if round % 2 == 0 {
                let mut started = stopped.start_processing().unwrap();
                play(&mut started, 2_000, || 256, &row(KICK, 4, 400), false);
                plugin.deactivate(started.stop_processing());
            } else {
                plugin.deactivate(stopped);
            }
        }
    }
}

//! Notes begin on their sample, at the level that their velocity says; how the host cuts its blocks does not show.

use super::stage::{
    CLOSED, Event, KICK, OPEN, SNARE, STRUCK, Struck, What, bounce, row, synth, with,
};
use crate::signal::difference;

#[test]
fn every_onset_is_on_its_sample() {
    let _world = with(STRUCK);
    // Hits are 960 frames long.
    let frames: Vec<usize> = (0..40).map(|n| 17 + n * 1_009 + n % 7).collect();
    let events: Vec<Event> = frames.iter().map(|f| (*f, What::On(KICK, 1.0))).collect();
    for block in [1, 64, 441, 512, 4096] {
        let out = bounce(&mut synth(), 41_500, block, &events);
        for (index, plane) in out.iter().enumerate() {
            for frame in &frames {
                assert_eq!(plane[*frame], 0.5, "channel {index}, blocks of {block}");
                assert_eq!(plane[*frame - 1], 0.0, "frame {frame}, blocks of {block}");
            }
        }
    }
}

#[test]
fn velocity_is_level() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    plugin.set("Velocity to brightness", 0.0);
    let velocities = [1.0, 0.75, 0.5, 0.25, 0.1];
    let events: Vec<Event> = velocities
        .iter()
        .enumerate()
        .map(|(n, velocity)| (2_000 * n, What::On(SNARE, *velocity)))
        .collect();
    let out = bounce(&mut plugin, 10_000, 256, &events);
    for (n, velocity) in velocities.iter().enumerate() {
        let expected = 0.5 * (velocity * velocity) as f32;
        assert!(
            (out[0][2_000 * n] - expected).abs() < 1e-6,
            "{velocity}: {}",
            out[0][2_000 * n]
        );
    }
}

#[test]
fn soft_notes_are_darker() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    plugin.set("Velocity to brightness", 1.0);
    plugin.set("Velocity to level", 0.0);
    // All hits are one.
    plugin.set("Pad 1 variation", 0.0);
    let events = [
        (0, What::On(KICK, 1.0)),
        (2_000, What::On(KICK, 0.5)),
        (4_000, What::On(KICK, 0.1)),
    ];
    let out = bounce(&mut plugin, 6_000, 256, &events);
    // Energy of the difference from sample to sample, over that of the samples.
    let brightness = |from: usize| {
        let part = &out[0][from..from + 960];
        let high: f32 = part.windows(2).map(|p| (p[1] - p[0]).powi(2)).sum();
        high / part.iter().map(|v| v * v).sum::<f32>()
    };
    let [hard, middle, soft] = [0, 2_000, 4_000].map(brightness);
    assert!(
        hard > 1.5 * middle && middle > 1.5 * soft,
        "{hard} {middle} {soft}"
    );
}

/// Everything at once: notes, bends, automation, chokes, more notes than voices.
fn busy(plugin: &mut crate::host::Plugin) -> Vec<Event> {
    let tune = plugin.parameter("Pad 2 tune").id;
    let level = plugin.parameter("Pad 1 level").id;
    let pan = plugin.parameter("Pad 4 pan").id;
    let bend = plugin.parameter("Bend").id;
    let mut events = Vec::new();
    for n in 0..300usize {
        let frame = 151 * n + n % 5;
        let note = [KICK, SNARE, CLOSED, OPEN, OPEN, 45][n % 6];
        events.push((frame, What::On(note, 0.2 + 0.1 * (n % 8) as f64)));
        match n % 10 {
            3 => events.push((frame + 11, What::Set(bend, (n * 47 % 101) as f64 / 100.0))),
            5 => events.push((frame + 13, What::Set(level, (n % 11) as f64 / 10.0))),
            6 => events.push((frame + 17, What::Set(tune, (n % 13) as f64 / 12.0))),
            7 => events.push((frame + 19, What::Set(pan, (n % 7) as f64 / 6.0))),
            8 => events.push((frame + 23, What::Off(note))),
            9 => events.push((frame + 29, What::Choke(OPEN))),
            _ => {}
        }
    }
    events
}

#[test]
fn every_block_size_gives_the_same_bits() {
    let _world = with(Struck {
        seconds: 0.3,
        ..STRUCK
    });
    let run = |block: usize| {
        let mut plugin = synth();
        let events = busy(&mut plugin);
        bounce(&mut plugin, 60_000, block, &events)
    };
    let reference = run(1024);
    assert!(reference[0].iter().any(|v| *v != 0.0));
    for block in [1, 33, 64, 512, 8192] {
        assert_eq!(
            difference(&reference, &run(block)),
            None,
            "blocks of {block}"
        );
    }
}

#[test]
fn a_closed_hat_ends_the_open_one() {
    let _world = with(Struck {
        seconds: 0.5,
        ..STRUCK
    });
    let tail = |events: &[Event]| {
        let out = bounce(&mut synth(), 24_000, 512, events);
        let energy = |part: &[f32]| part.iter().map(|v| v * v).sum::<f32>();
        energy(&out[0][10_000..])
    };
    let open = (0, What::On(OPEN, 1.0));
    let alone = tail(&[open]);
    // The closed one is played so softly that it adds nothing.
    let ended = tail(&[open, (5_000, What::On(CLOSED, 0.01))]);
    let other = tail(&[open, (5_000, What::On(KICK, 0.01))]);
    assert!(ended < 1e-3 * alone, "{ended} of {alone}");
    assert!((other - alone).abs() < 0.01 * alone);
    let choked = tail(&[open, (5_000, What::Choke(OPEN))]);
    assert_eq!(choked, 0.0);
}

#[test]
fn a_bend_plays_faster() {
    let _world = with(Struck {
        seconds: 0.1,
        ..STRUCK
    });
    let mut plugin = synth();
    // 12 of 24 semitones.
    plugin.set("Bend range", 0.5);
    plugin.set("Bend", 1.0);
    let events = row(KICK, 1, 1);
    let out = bounce(&mut plugin, 9_600, 512, &events);
    let end = out[0].iter().rposition(|v| *v != 0.0).unwrap();
    // An octave up.
    assert!(end.abs_diff(2_400) < 2, "{end}");
}

#[test]
fn other_rates_keep_time() {
    let _world = with(STRUCK);
    for rate in [44_100.0, 96_000.0, 192_000.0] {
        let mut plugin = synth();
        plugin.offline(true);
        let stopped = plugin.activate(rate, 512);
        let mut started = stopped.start_processing().unwrap();
        let events = row(KICK, 3, 20_000);
        let out = super::stage::play(&mut started, 60_000, || 512, &events, false);
        plugin.deactivate(started.stop_processing());
        for start in [0, 20_000, 40_000] {
            let length = (0.02 * rate) as usize;
            let peak = out[0][start..start + length]
                .iter()
                .fold(0.0f32, |peak, v| peak.max(v.abs()));
            assert!((peak - 0.5).abs() < 1e-6, "{rate}: {peak}");
            assert!(
                out[0][start + length + 1..start + 20_000]
                    .iter()
                    .all(|v| *v == 0.0)
            );
        }
    }
}

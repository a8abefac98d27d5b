//! What the instrument costs. Not a test:
//! `cargo test -p diffwav-plugin --test clap synth::measure -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use clack_host::prelude::*;

use super::stage::{CLOSED, KICK, SNARE, call, play, real, row, synth};
use crate::host::on_audio_thread;
use crate::measure::{cpu, memory};

#[test]
#[ignore = "measures; needs a quiet machine"]
fn time_to_fill_and_cost_of_playing() {
    let _world = real();
    println!("nothing loaded: {:.0} MB", memory());
    let mut plugin = synth();
    let (began, before) = (Instant::now(), cpu());
    let stopped = plugin.activate(48_000.0, 256);
    let stopped = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        // Every pad once, until every one has sounded.
        let mut heard = [false; 16];
        let notes: [u8; 16] = [
            36, 38, 42, 46, 41, 45, 48, 37, 51, 49, 52, 39, 60, 62, 65, 54,
        ];
        let mut round = 0usize;
        while heard.contains(&false) && began.elapsed() < Duration::from_secs(120) {
            let pad = round % 16;
            if !heard[pad] {
                let events = [(0, super::stage::What::On(notes[pad], 1.0))];
                let out = play(&mut started, 256, || 256, &events, false);
                heard[pad] = out[0].iter().any(|v| v.abs() > 0.01);
                started.reset();
            }
            round += 1;
            std::thread::sleep(Duration::from_millis(5));
        }
        println!(
            "every pad sounds after {:.1} s ({:.1} s of processor time)",
            began.elapsed().as_secs_f64(),
            cpu() - before
        );
        // Until the maker rests.
        let mut last = cpu();
        loop {
            std::thread::sleep(Duration::from_millis(500));
            call(&mut started, 256, &EventBuffer::new(), None);
            let now = cpu();
            if now - last < 0.03 {
                break;
            }
            last = now;
        }
        println!(
            "all pools are full after {:.1} s ({:.1} s of processor time), {:.0} MB",
            began.elapsed().as_secs_f64(),
            cpu() - before,
            memory()
        );
        // A beat at 120: 8 closed hats, 4 kicks and snares a second and a half.
        let mut events = row(CLOSED, 40, 12_000);
        events.extend(row(KICK, 20, 24_000));
        events.extend(row(SNARE, 10, 48_000));
        events.sort_by_key(|(frame, _)| *frame);
        let (at, before) = (Instant::now(), cpu());
        for (index, start) in (0..480_000).step_by(256).enumerate() {
            let now: Vec<_> = events
                .iter()
                .filter(|(frame, _)| (start..start + 256).contains(frame))
                .map(|(frame, what)| (frame - start, *what))
                .collect();
            play(&mut started, 256, || 256, &now, false);
            let due = Duration::from_secs_f64((index + 1) as f64 * 256.0 / 48_000.0);
            std::thread::sleep(due.saturating_sub(at.elapsed()));
        }
        println!(
            "a beat of 7 notes a second: {:.0} % of a core in real time",
            100.0 * (cpu() - before) / at.elapsed().as_secs_f64()
        );
        started.stop_processing()
    });
    plugin.deactivate(stopped);
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn memory_of_instances() {
    let _world = real();
    let mut plugins: Vec<_> = Vec::new();
    for count in [1, 2, 4, 8] {
        while plugins.len() < count {
            let mut plugin = synth();
            let stopped = plugin.activate(48_000.0, 512);
            plugins.push((plugin, stopped));
        }
        std::thread::sleep(Duration::from_secs(10 * count as u64));
        println!("{count} instances: {:.0} MB", memory());
    }
    for (mut plugin, stopped) in plugins {
        plugin.deactivate(stopped);
    }
}

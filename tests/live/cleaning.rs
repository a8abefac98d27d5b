//! A noisy voice into the microphone, a cleaned one out of the loudspeaker.

use std::path::PathBuf;

use crate::server::Server;
use crate::session::{Session, last};
use crate::signals::{RATE, delay, noise, power, read, si_sdr, write};

fn denoise(server: &Server, from: &str, to: &str) {
    let output = server
        .command(
            env!("CARGO_BIN_EXE_diffwav"),
            &[
                "denoise",
                from,
                "-o",
                to,
                "--bit-depth",
                "32f",
                "--report",
                "none",
            ],
        )
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_is_heard_is_closer_to_the_voice_than_what_was_said() {
    let server = Server::start();
    let asset = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/assets/noisy-speech.flac");
    // A voice without noise: the recording, cleaned offline. Then white noise 6 dB below it.
    denoise(&server, asset.to_str().unwrap(), "voice.wav");
    let mut voice = read(&server.path("voice.wav")).swap_remove(0);
    while voice.len() < 14 * RATE {
        voice.extend_from_within(..);
    }
    let level = (3.0 * power(&voice) / 10f64.powf(0.6)).sqrt() as f32;
    let mixture: Vec<f32> = voice
        .iter()
        .zip(noise(3, voice.len(), level))
        .map(|(v, n)| v + n)
        .collect();
    write(&server.path("mixture.wav"), &mixture);
    denoise(&server, "mixture.wav", "offline.wav");
    let offline = read(&server.path("offline.wav")).swap_remove(0);

    let mut told = String::new();
    // On a busy machine hops may be late, and uncleaned sound is heard for them: it is tried again.
    for _ in 0..3 {
        let recordings = [
            "--record-dry",
            "dry.wav",
            "--record",
            "wet.wav",
            "--overwrite",
        ];
        let mut session = Session::start(&server, &recordings);
        let both = server.path("both.wav");
        let recording = server.record_both(&both);
        let speaking = server.speak(&server.path("mixture.wav"));
        session.run_for(11.0);
        recording.end();
        speaking.end();
        let (status, said) = session.interrupt();
        assert!(status.success());
        let dry = read(&server.path("dry.wav")).swap_remove(0);
        let Some(skew) = place(&mixture, &dry) else {
            told = "the mixture was not played as it is".into();
            continue;
        };
        let latency = last(&said, "status")["latency_engine_ms"].as_f64().unwrap();
        let latency = (latency * RATE as f64 / 1e3).round() as usize;
        let wet = read(&server.path("wet.wav")).swap_remove(0);
        let (at, n) = (3 * RATE, 5 * RATE);
        let of = |signal: &[f32], shift: usize| signal[shift + at..shift + at + n].to_vec();
        let voice = of(&voice, 0);
        let input = si_sdr(&voice, &of(&mixture, 0));
        let alone = si_sdr(&voice, &of(&offline, 0));
        let output = si_sdr(&voice, &of(&wet, skew + latency));
        // A fresh server may play at less than full volume.
        let volume = power(&of(&dry, skew)) / power(&of(&mixture, 0));
        let cleaned = power(&of(&wet, skew + latency)) / power(&of(&offline, 0));
        let gain = 10.0 * (cleaned / volume).log10();
        let heard = heard(&read(&both), &mixture, &offline).unwrap_or(0.0);
        told = format!(
            "SI-SDR: {input:.1} dB in, {output:.1} dB out, {alone:.1} dB offline; level {gain:+.1} dB; \
             the loudspeaker is {heard:.3} like the offline result; {}",
            last(&said, "ended")
        );
        println!("{told}");
        let improves = output > input + 3.0 && output > alone - 6.0;
        if improves && gain.abs() < 1.5 && heard > 0.8 {
            return;
        }
    }
    panic!("{told}");
}

/// Where the mixture begins in a recording of it, if it was played as it is.
fn place(mixture: &[f32], recorded: &[f32]) -> Option<usize> {
    let start = recorded.iter().position(|v| v.abs() > 1e-4)?;
    // A server that wakes up may swallow the first moments.
    let start = start.max(RATE / 2) - RATE / 2;
    let (lag, alike) = delay(mixture, &recorded[start..], 3 * RATE, RATE / 5, RATE);
    (alike > 0.99).then_some(start + lag)
}

/// How like the offline result the loudspeaker sounds: median over half seconds, each at its own delay, for the bridge
/// may still be finding its own.
fn heard(both: &[Vec<f32>], mixture: &[f32], offline: &[f32]) -> Option<f64> {
    let skew = place(mixture, &both[0])?;
    let mut alike: Vec<f64> = (6..16)
        .map(|half| {
            let at = half * RATE / 2;
            delay(offline, &both[1][skew..], at, RATE / 2, RATE / 5).1
        })
        .collect();
    alike.sort_by(f64::total_cmp);
    Some(alike[alike.len() / 2])
}

//! The whole path with the amount at 0: a pure delay, which must be the reported one.

use crate::server::Server;
use crate::session::{Session, last};
use crate::signals::{RATE, delay, noise, phases, read, tone, turn, write};

#[test]
fn the_engine_delays_by_what_it_reports_to_the_sample() {
    let server = Server::start();
    let speech = server.path("noise.wav");
    write(&speech, &noise(1, 20 * RATE, 0.2));
    for arguments in [
        &["--block", "256"][..],
        &["--block", "480", "--low-latency"],
    ] {
        let recordings = [
            "--amount",
            "0",
            "--overwrite",
            "--record",
            "wet.wav",
            "--record-dry",
            "dry.wav",
        ];
        let speaking = server.speak(&speech);
        let mut session = Session::start(&server, &[&recordings, arguments].concat());
        session.until("status");
        session.run_for(4.0);
        let (status, said) = session.interrupt();
        speaking.end();
        assert!(status.success());
        let reported = last(&said, "status")["latency_engine_ms"].as_f64().unwrap();
        let frames = (reported * RATE as f64 / 1000.0).round() as usize;
        // 40 ms and a block; 35 where half a hop must do.
        let most = if arguments.len() > 2 { 35 } else { 40 };
        let block: usize = arguments[1].parse().unwrap();
        assert!(
            frames <= most * RATE / 1000 + block,
            "{reported} ms reported"
        );
        let (dry, wet) = (
            &read(&server.path("dry.wav"))[0],
            &read(&server.path("wet.wav"))[0],
        );
        assert_eq!(dry.len(), wet.len(), "both recordings are of the same time");
        assert!(dry.len() > 3 * RATE);
        let differs = (frames..wet.len()).find(|n| (wet[*n] - dry[n - frames]).abs() > 1e-6);
        assert_eq!(differs, None, "at a delay of {frames} frames");
        assert!(wet[..frames].iter().all(|v| *v == 0.0));
        assert!(dry.iter().any(|v| v.abs() > 0.05), "nothing was heard");
    }
}

#[test]
fn the_whole_path_delays_by_about_what_is_reported() {
    let server = Server::start();
    let speech = server.path("noise.wav");
    write(&speech, &dull(&noise(2, 30 * RATE, 0.8)));
    let mut told = Vec::new();
    // On a busy machine the server may stumble while it records.
    for _ in 0..3 {
        let mut session = Session::start(&server, &["--amount", "0"]);
        let both = server.path("both.wav");
        let recording = server.record_both(&both);
        let speaking = server.speak(&speech);
        session.run_for(8.0);
        recording.end();
        speaking.end();
        let (status, said) = session.interrupt();
        assert!(status.success());
        let reported = last(&said, "status")["latency_ms"].as_f64().unwrap();
        let channels = read(&both);
        let (measured, alike) = delay(&channels[0], &channels[1], 5 * RATE, RATE / 4, RATE / 2);
        let measured = 1e3 * measured as f64 / RATE as f64;
        let line =
            format!("{reported:.1} ms reported, {measured:.1} ms measured, {alike:.3} alike");
        println!("whole path: {line}; {}", last(&said, "status"));
        // The server's own buffers are told by the server, to a period or two of its graph.
        if alike > 0.9 && (reported - measured).abs() < 45.0 {
            return;
        }
        told.push(line);
    }
    panic!("{told:?}");
}

/// Without most of what lies above 1 kHz: a fraction of a sample between two clocks matters less.
fn dull(signal: &[f32]) -> Vec<f32> {
    let mut state = 0.0;
    let smooth = |v: &f32| {
        state += 0.12 * (v - state);
        state
    };
    signal.iter().map(smooth).collect()
}

/// Blocks in which the phase jumps, of all that have sound on both sides.
fn jumps(both: &[Vec<f32>]) -> (usize, usize) {
    let (left, right) = (phases(&both[0], 1000.0, 480), phases(&both[1], 1000.0, 480));
    let between: Vec<f64> = left
        .iter()
        .zip(&right)
        .filter(|(l, r)| l.1 > 0.1 && r.1 > 0.1)
        .map(|(l, r)| r.0 - l.0)
        .collect();
    // A thousand ppm, the most that the bridge steers, turn a tone of 1 kHz by 0.063 rad in 10 ms; a lost sample by 0.13.
    let jumps = between.windows(2).filter(|w| turn(w[0], w[1]) > 0.1);
    (jumps.count(), between.len())
}

#[test]
fn a_tone_keeps_its_phase() {
    let server = Server::start();
    let speech = server.path("tone.wav");
    write(&speech, &tone(1000.0, 40 * RATE, 0.3));
    let speaking = server.speak(&speech);
    // A busy machine may lose a block; then the report must say so, and the test tries again.
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let mut session = Session::start(&server, &["--amount", "0", "--block", "512"]);
        session.run_for(2.0);
        let both = server.path("both.wav");
        let recording = server.record_both(&both);
        session.run_for(6.0);
        recording.end();
        let (_, said) = session.interrupt();
        let (status, ended) = (last(&said, "status"), last(&said, "ended"));
        let troubles = ended["underruns"].as_u64().unwrap()
            + status["dropped_frames"].as_u64().unwrap().min(1)
            + status["xruns"].as_u64().unwrap();
        let (jumps, blocks) = jumps(&read(&both));
        println!(
            "{jumps} jumps in {blocks} blocks, {troubles} troubles reported, drift {}",
            status["drift_ppm"]
        );
        assert!(blocks > 300, "only {blocks} blocks with sound");
        if jumps == 0 {
            drop(speaking);
            return;
        }
        outcomes.push((jumps, troubles));
    }
    panic!("(jumps, reported troubles) of three attempts: {outcomes:?}");
}

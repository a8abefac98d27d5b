//! How sessions end, and how they go on.

use crate::server::Server;
use crate::session::{Session, last};
use crate::signals::read;

#[test]
fn a_server_that_restarts_is_found_again() {
    let mut server = Server::start();
    let arguments = ["--record", "wet.wav"];
    let mut session = Session::start(&server, &arguments);
    session.run_for(2.0);
    server.down();
    session.until("lost");
    server.up();
    session.until("started");
    session.run_for(3.0);
    let (status, said) = session.interrupt();
    assert!(status.success());
    assert!(last(&said, "ended")["reconnections"].as_u64().unwrap() >= 1);
    let frames = read(&server.path("wet.wav"))[0].len() as u64;
    assert_eq!(last(&said, "recorded")["frames"], frames);
    assert!(
        frames > 3 * 48_000,
        "both connections are in it: {frames} frames"
    );
}

#[test]
fn a_device_that_is_unplugged_is_waited_for() {
    let server = Server::start();
    let module = server.sink("headset", 1);
    let mut session = Session::spawn(
        &server,
        &["--input", "headset.monitor", "--output", "speaker"],
    );
    session.until("started");
    session.run_for(1.0);
    server.pactl(&["unload-module", &module]).unwrap();
    let lost = session.until("lost");
    println!("{lost}");
    session.run_for(2.5);
    server.sink("headset", 1);
    session.until("started");
    session.run_for(1.0);
    let (status, said) = session.interrupt();
    assert!(status.success());
    assert_eq!(last(&said, "ended")["reconnections"], 1);
}

#[test]
fn the_duration_and_sigterm_end_it_cleanly() {
    let server = Server::start();
    let mut session = Session::start(&server, &["--duration", "2", "--record", "a.wav"]);
    let seconds = session.until("ended")["seconds"].as_f64().unwrap();
    assert!((2.0..4.0).contains(&seconds), "{seconds}");
    assert!(session.process.0.wait().unwrap().success());
    assert!(server.path("a.wav").is_file());

    let mut session = Session::spawn(
        &server,
        &[
            "--input",
            "mic_in.monitor",
            "--monitor",
            "off",
            "--record-dry",
            "b.flac",
        ],
    );
    session.until("started");
    session.run_for(1.0);
    session.process.signal("TERM");
    session.until("ended");
    assert!(session.process.0.wait().unwrap().success());
    assert!(server.path("b.flac").is_file());
}

#[test]
fn starting_and_stopping_leaves_nothing_behind() {
    let server = Server::start();
    let modules = server.pactl(&["list", "short", "modules"]);
    for _ in 0..4 {
        let session = Session::start(&server, &[]);
        let (status, _) = session.interrupt();
        assert!(status.success());
    }
    assert_eq!(server.pactl(&["list", "short", "modules"]), modules);
    server.until("its streams are gone", |server| {
        let left =
            ["sink-inputs", "source-outputs"].map(|kind| server.pactl(&["list", "short", kind]));
        left.iter().flatten().all(|list| list.trim().is_empty())
    });
}

//! A microphone for other programs.

use std::time::Duration;

use crate::server::{Running, Server};
use crate::session::Session;
use crate::signals::{RATE, noise, power, read, write};

fn modules(server: &Server) -> usize {
    let list = server.pactl(&["list", "short", "modules"]).unwrap();
    list.lines()
        .filter(|line| line.contains("diffwav."))
        .count()
}

fn start(server: &Server) -> Session {
    let mut session = Session::spawn(
        server,
        &[
            "--input",
            "mic_in.monitor",
            "--virtual-mic",
            "Clear Voice",
            "--amount",
            "0",
        ],
    );
    session.until("started");
    session
}

#[test]
fn other_programs_see_it_and_hear_it_and_it_goes_away() {
    let server = Server::start();
    write(&server.path("noise.wav"), &noise(5, 30 * RATE, 0.3));
    let speaking = server.speak(&server.path("noise.wav"));
    let mut session = start(&server);
    let sources = server.pactl(&["list", "sources"]).unwrap();
    assert!(sources.contains("Description: Clear Voice\n"), "{sources}");

    let file = server.path("heard.wav");
    let recording = Running::spawn(server.command(
        "parecord",
        &[
            "--device=diffwav.clear_voice",
            "--file-format=wav",
            "--format=float32le",
            "--channels=1",
            "--rate=48000",
            file.to_str().unwrap(),
        ],
    ));
    session.run_for(4.0);
    recording.end();
    let heard = read(&file).swap_remove(0);
    assert!(heard.len() > 2 * RATE, "{} frames", heard.len());
    let level = power(&heard[RATE..]).sqrt();
    assert!(
        (0.1..0.3).contains(&level),
        "white noise of 0.17 was played, {level} is heard"
    );
    drop(speaking);

    let other = server
        .command(
            env!("CARGO_BIN_EXE_diffwav"),
            &[
                "live",
                "--host",
                "pulseaudio",
                "--input",
                "mic_in.monitor",
                "--virtual-mic",
                "clear voice",
            ],
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        !other.status.success() && said.contains("another program"),
        "{said}"
    );

    assert_eq!(modules(&server), 2);
    session.process.signal("TERM");
    session.until("ended");
    assert!(session.process.0.wait().unwrap().success());
    assert_eq!(modules(&server), 0);
}

#[test]
fn what_a_killed_process_left_is_taken_away_by_the_next() {
    let server = Server::start();
    let mut killed = start(&server);
    killed.process.signal("KILL");
    killed.process.0.wait().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(modules(&server), 2, "nobody could tidy up");
    let session = start(&server);
    assert_eq!(modules(&server), 2, "its own");
    let (status, _) = session.interrupt();
    assert!(status.success());
    assert_eq!(modules(&server), 0);
}

//! JACK with its dummy driver: everything runs on one clock, so the delay of the whole path is exact to the sample.

use std::process::{Command, Stdio};
use std::sync::PoisonError;
use std::time::Duration;

use jack::{AudioIn, AudioOut, Client, ClientOptions, Control, PortFlags};
use ringbuf::traits::{Consumer, Producer, Split};

use crate::server::{Running, Server, TURN};
use crate::session::{Session, last};
use crate::signals::{RATE, delay, noise};

const BLOCK: usize = 512;

/// A JACK server; realtime, for without that it drops cycles.
fn server() -> Running {
    let mut command = Command::new("jackd");
    command.args([
        "-R", "-P70", "-n", "default", "-d", "dummy", "-r", "48000", "-p", "512",
    ]);
    let mut server = Running(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("jackd: {error}; `cargo xtask test` installs it")),
    );
    std::thread::sleep(Duration::from_secs(1));
    assert!(server.0.try_wait().unwrap().is_none(), "jackd ended");
    server
}

#[test]
fn the_path_through_jack_is_exact_to_the_sample() {
    let world = Server::none();
    let _jackd = server();
    let mut best = None;
    for _ in 0..3 {
        let (sent, heard, reported) = send_and_hear(&world);
        let (lag, alike) = delay(&sent, &heard, 3 * RATE, RATE / 10, 6_000);
        let bad = (3 * RATE..5 * RATE).filter(|n| (heard[n + lag] - sent[*n]).abs() > 1e-5);
        let bad = bad.count();
        println!(
            "JACK: {reported} frames reported, {lag} measured, {alike:.6} alike, {bad} samples differ"
        );
        // The probe stands before and behind: JACK breaks the circle with a cycle of its own.
        if bad == 0 && lag.abs_diff(reported) <= BLOCK && lag.abs_diff(reported) % BLOCK == 0 {
            return;
        }
        best = Some((reported, lag, bad));
    }
    panic!("(reported, measured, wrong samples): {best:?}");
}

/// Runs `diffwav live` between the ports of a client that sends noise; returns both signals and the reported frames.
fn send_and_hear(world: &Server) -> (Vec<f32>, Vec<f32>, usize) {
    let mut session = Session::spawn_on(world, "jack", &["--amount", "0"]);
    session.until("started");
    let (client, _) = Client::new("probe", ClientOptions::NO_START_SERVER).unwrap();
    let mut out = client.register_port("out", AudioOut::default()).unwrap();
    let input = client.register_port("in", AudioIn::default()).unwrap();
    let sent = noise(4, 8 * RATE, 0.3);
    let (mut to_test, mut from_client) = ringbuf::HeapRb::<f32>::new(10 * RATE).split();
    let signal = sent.clone();
    let mut at = 0;
    let process =
        jack::contrib::ClosureProcessHandler::new(move |_: &Client, scope: &jack::ProcessScope| {
            for sample in out.as_mut_slice(scope) {
                *sample = signal.get(at).copied().unwrap_or(0.0);
                at += 1;
            }
            to_test.push_slice(input.as_slice(scope));
            Control::Continue
        });
    let client = client.activate_async((), process).unwrap();
    // The only other client with ports of its own.
    let port = |flags: PortFlags| {
        let ports = client.as_client().ports(None, None, flags);
        let theirs = |port: &&String| !port.starts_with("probe:") && !port.starts_with("system:");
        let found = ports.iter().find(theirs).cloned();
        found.unwrap_or_else(|| panic!("no port of theirs in {ports:?}"))
    };
    let (theirs_in, theirs_out) = (port(PortFlags::IS_INPUT), port(PortFlags::IS_OUTPUT));
    client
        .as_client()
        .connect_ports_by_name("probe:out", &theirs_in)
        .unwrap();
    client
        .as_client()
        .connect_ports_by_name(&theirs_out, "probe:in")
        .unwrap();
    session.run_for(6.5);
    let mut heard = vec![0.0; 8 * RATE];
    from_client.pop_slice(&mut heard);
    drop(client.deactivate());
    let (status, said) = session.interrupt();
    assert!(status.success());
    let status = last(&said, "status");
    let ms = status["latency_engine_ms"].as_f64().unwrap()
        + status["latency_bridge_ms"].as_f64().unwrap();
    println!("{status}");
    (sent, heard, (ms * RATE as f64 / 1000.0).round() as usize)
}

#[test]
fn without_a_jack_server_it_says_so() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(env!("CARGO_BIN_EXE_diffwav"))
        .args(["live", "--host", "jack"])
        .env("JACK_DEFAULT_SERVER", "diffwav-none")
        .env("JACK_NO_START_SERVER", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.to_lowercase().contains("jack"), "{said}");
}

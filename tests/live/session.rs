//! `diffwav live --json` as a process.

use std::io::{BufRead, BufReader, Read};
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::{Running, Server};

/// Long enough for a busy machine to load the network.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Session {
    pub process: Running,
    lines: Receiver<Value>,
    /// Everything that it said so far.
    pub said: Vec<Value>,
}

impl Session {
    /// From `mic_in` to `speaker`, with more arguments.
    pub fn start(server: &Server, arguments: &[&str]) -> Self {
        let mut session = Self::spawn(
            server,
            &[
                &["--input", "mic_in.monitor", "--output", "speaker"],
                arguments,
            ]
            .concat(),
        );
        session.until("started");
        session
    }

    pub fn spawn(server: &Server, arguments: &[&str]) -> Self {
        Self::spawn_on(server, "pulseaudio", arguments)
    }

    pub fn spawn_on(server: &Server, host: &str, arguments: &[&str]) -> Self {
        let all = [&["live", "--json", "--host", host], arguments].concat();
        let mut process = Running::spawn(server.command(env!("CARGO_BIN_EXE_diffwav"), &all));
        let out = BufReader::new(process.0.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line)
                    .unwrap_or_else(|error| panic!("no JSON: {line}: {error}"));
                let _ = sender.send(value);
            }
        });
        Self {
            process,
            lines,
            said: Vec::new(),
        }
    }

    /// Reads until the next event of this kind; panics with what it said otherwise.
    pub fn until(&mut self, event: &str) -> Value {
        let began = Instant::now();
        loop {
            match self
                .lines
                .recv_timeout(PATIENCE.saturating_sub(began.elapsed()))
            {
                Ok(value) => {
                    self.said.push(value.clone());
                    if value["event"] == event {
                        return value;
                    }
                }
                Err(error) => {
                    let mut stderr = String::new();
                    if error == RecvTimeoutError::Disconnected
                        && let Some(pipe) = self.process.0.stderr.as_mut()
                    {
                        let _ = pipe.read_to_string(&mut stderr);
                    }
                    panic!(
                        "no {event:?} ({error}) after {:?}; it said {stderr}",
                        self.said
                    )
                }
            }
        }
    }

    /// Runs on for so long.
    pub fn run_for(&mut self, seconds: f64) {
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Ok(value) = self.lines.recv_timeout(left) {
                self.said.push(value);
            }
        }
    }

    /// Ends it as Ctrl-C does, and reads what is left.
    pub fn interrupt(mut self) -> (ExitStatus, Vec<Value>) {
        self.process.signal("INT");
        self.until("ended");
        (self.process.0.wait().unwrap(), self.said)
    }
}

/// The last of the events of a kind.
pub fn last<'a>(said: &'a [Value], event: &str) -> &'a Value {
    said.iter()
        .rev()
        .find(|value| value["event"] == event)
        .unwrap_or_else(|| panic!("no {event} in {said:?}"))
}

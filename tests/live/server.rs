//! A PipeWire server of the test's own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Servers and real-time tests want the machine for themselves.
pub static TURN: Mutex<()> = Mutex::new(());

pub struct Server {
    processes: Vec<Child>,
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Server {
    /// Starts it, with both sinks.
    pub fn start() -> Self {
        let mut server = Self::none();
        server.up();
        server
    }

    /// Only the surroundings: nothing answers yet.
    pub fn none() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        Self {
            processes: Vec::new(),
            folder,
            _turn: turn,
        }
    }

    /// Starts what is not running, and makes both sinks.
    pub fn up(&mut self) {
        let bus = format!("--address={}", self.bus());
        for program in [
            &["dbus-daemon", "--session", "--nofork", &bus][..],
            &["pipewire"],
            &["wireplumber"],
            &["pipewire-pulse"],
        ] {
            let child = self
                .prompt(program[0], &program[1..])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| {
                    panic!(
                        "{}: {error}; `cargo xtask test` installs what is needed",
                        program[0]
                    )
                });
            self.processes.push(child);
            std::thread::sleep(Duration::from_millis(300));
        }
        self.until("the server answers", |server| {
            server.pactl(&["info"]).is_some()
        });
        self.sink("mic_in", 1);
        self.sink("speaker", 1);
    }

    /// Ends the server, as when it crashes.
    pub fn down(&mut self) {
        for mut process in self.processes.drain(..).rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub fn sink(&self, name: &str, channels: u32) -> String {
        let map = if channels == 1 {
            "mono"
        } else {
            "front-left,front-right"
        };
        let module = self
            .pactl(&[
                "load-module",
                "module-null-sink",
                &format!("sink_name={name}"),
                &format!("channels={channels}"),
                &format!("channel_map={map}"),
                "rate=48000",
            ])
            .unwrap();
        self.until("the sink is there", |server| {
            server
                .pactl(&["list", "short", "sinks"])
                .is_some_and(|sinks| sinks.contains(name))
        });
        module.trim().to_owned()
    }

    /// What pactl says, if it succeeds.
    pub fn pactl(&self, arguments: &[&str]) -> Option<String> {
        let output = self.command("pactl", arguments).output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(said)
    }

    /// A program that talks to this server and no other.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("HOME", self.folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus())
            .env_remove("PULSE_SERVER")
            .env_remove("PULSE_RUNTIME_PATH")
            .env_remove("PIPEWIRE_RUNTIME_DIR");
        command
    }

    /// The same at real-time priority, where that is granted: desktops have a service for it, test machines have not, and
    /// other work must not make the *surroundings* stumble.
    fn prompt(&self, program: &str, arguments: &[&str]) -> Command {
        let granted = Command::new("chrt").args(["-f", "50", "true"]).status();
        if granted.is_ok_and(|status| status.success()) {
            self.command("chrt", &[&["-f", "50", program], arguments].concat())
        } else {
            self.command(program, arguments)
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn bus(&self) -> String {
        format!("unix:path={}/bus", self.folder.path().display())
    }

    /// Plays a WAV file into the microphone.
    pub fn speak(&self, file: &Path) -> Running {
        let file = file.to_str().unwrap();
        Running::spawn(self.prompt("paplay", &["--device=mic_in", "--latency-msec=300", file]))
    }

    /// Records what the microphone gets (left) and what the loudspeaker gets (right) into a WAV file, on one clock.
    pub fn record_both(&self, file: &Path) -> Running {
        let file = file.to_str().unwrap();
        let recorder = Running::spawn(self.prompt(
            "pw-record",
            &[
                "--target=0",
                "--rate=48000",
                "--channels=2",
                "--format=f32",
                file,
            ],
        ));
        for (from, to) in [
            ("mic_in:monitor_MONO", "pw-record:input_FL"),
            ("speaker:monitor_MONO", "pw-record:input_FR"),
        ] {
            self.until("the recorder is connected", |server| {
                let linked = server.command("pw-link", &[from, to]).output().unwrap();
                linked.status.success()
                    || String::from_utf8_lossy(&linked.stderr).contains("exists")
            });
        }
        recorder
    }

    /// Waits until something is so.
    pub fn until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < Duration::from_secs(30), "never: {what}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down();
    }
}

/// A process that ends with the test.
pub struct Running(pub Child);

impl Running {
    pub fn spawn(mut command: Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap_or_else(|error| {
            panic!("{command:?}: {error}; `cargo xtask test` installs what is needed")
        }))
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end, and waits until it has.
    pub fn end(mut self) {
        self.signal("TERM");
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

//! What cannot be: a clear message, an exit code, and nothing left behind.

use crate::server::Server;
use crate::session::Session;

/// Runs `diffwav live …`; returns its exit code and what it said.
fn live(server: &Server, arguments: &[&str]) -> (i32, String) {
    let all = [&["live"], arguments].concat();
    let output = server
        .command(env!("CARGO_BIN_EXE_diffwav"), &all)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

#[test]
fn every_refusal_says_why_and_leaves_nothing() {
    let server = Server::start();
    std::fs::write(server.path("there.wav"), b"precious").unwrap();
    let pulse = ["--host", "pulseaudio"];
    for (arguments, code, words) in [
        (
            &["--input", "radio"][..],
            1,
            &["--input radio", "no device", "1 ", "mic_in"][..],
        ),
        (
            &["--input", "monitor"],
            1,
            &["several devices", "mic_in", "speaker"],
        ),
        (&["--input", "99"], 1, &["no device of this number"]),
        (
            &["--output", "radio", "--input", "mic_in"],
            1,
            &["--output radio", "speaker"],
        ),
        (
            &["--host", "magic"],
            1,
            &["not in this build", "pulseaudio", "alsa"],
        ),
        (&["--rate", "3"], 2, &["--rate", "4000"]),
        (&["--channels", "99"], 2, &["--channels", "1..=8"]),
        (&["--block", "5"], 2, &["--block", "16..="]),
        (
            &[
                "--input",
                "mic_in.monitor",
                "--output",
                "speaker",
                "--rate",
                "8000",
                "--block",
                "8192",
                "--record",
                "new.wav",
            ],
            1,
            &["block is 8192", "at most 2000"],
        ),
        (
            &[
                "--input",
                "mic_in.monitor",
                "--output",
                "speaker",
                "--record",
                "there.wav",
            ],
            1,
            &["exists already"],
        ),
        (&["--record", "talk.mp3"], 2, &[".wav or .flac"]),
        (&["--monitor", "off"], 2, &["--record"]),
        (&["--steps", "40"], 2, &["--steps", "one of 1, 2, 3, 4"]),
        (&["--virtual-mic", "a'b"], 1, &["the name does not do"]),
        (
            &["--virtual-mic", "A", "--output", "speaker"],
            2,
            &["cannot be used with"],
        ),
        (&["--model", "none.onnx"], 1, &["none.onnx"]),
    ] {
        let host = if arguments.contains(&"--host") {
            &[][..]
        } else {
            &pulse
        };
        let (found, said) = live(&server, &[host, arguments].concat());
        assert_eq!(found, code, "{arguments:?}: {said}");
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?} should say {word:?}, but says:\n{said}"
            );
        }
    }
    assert_eq!(
        std::fs::read(server.path("there.wav")).unwrap(),
        b"precious"
    );
    assert!(!server.path("new.wav").exists());
    let modules = server.pactl(&["list", "short", "modules"]).unwrap();
    assert!(!modules.contains("diffwav"), "{modules}");
}

#[test]
fn without_a_server_it_says_so() {
    let server = Server::none();
    for virtual_mic in [&[][..], &["--virtual-mic", "A"]] {
        let (code, said) = live(&server, &[&["--host", "pulseaudio"], virtual_mic].concat());
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("host pulseaudio") && said.contains("start it"),
            "{said}"
        );
    }
}

#[test]
fn hearing_oneself_is_warned_of() {
    let server = Server::start();
    let mut session = Session::spawn(
        &server,
        &[
            "--input",
            "speaker.monitor",
            "--output",
            "speaker",
            "--amount",
            "0",
        ],
    );
    let note = session.until("note");
    assert!(
        note["text"].as_str().unwrap().contains("feed back"),
        "{note}"
    );
    session.until("started");
    session.interrupt();
}

#[test]
fn devices_are_listed_with_their_numbers() {
    let server = Server::start();
    let devices = |more: &[&str]| {
        let output = server
            .command(
                env!("CARGO_BIN_EXE_diffwav"),
                &[&["devices", "--host", "pipewire"], more].concat(),
            )
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = devices(&[]);
    for word in [
        "PulseAudio",
        "inputs",
        "outputs",
        "mic_in",
        "speaker",
        "48000 Hz",
        "default",
    ] {
        assert!(text.contains(word), "{word} is missing:\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&devices(&["--report", "json"])).unwrap();
    let outputs = json[0]["outputs"].as_array().unwrap();
    let speaker = outputs
        .iter()
        .find(|o| o["id"].as_str().unwrap().ends_with("speaker"))
        .unwrap();
    assert_eq!(speaker["rate"], 48_000);
    assert_eq!(outputs.iter().filter(|o| o["default"] == true).count(), 1);
}

//! A microphone that other programs can choose: a sink that we play into, and a source that gives what it gets.
//!
//! PulseAudio and PipeWire make both from modules that `pactl` loads. They outlive the program that loaded them, so they
//! are taken away when this object is dropped, and what a killed process left behind is found by its process number.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};

/// Marks our modules; the process number follows.
const MARK: &str = "diffwav.pid=";

/// Two loaded modules.
#[derive(Debug)]
pub struct VirtualMic {
    modules: Vec<String>,
    /// The sink to play into, as the audio system knows it.
    pub sink: String,
    /// The microphone, as the audio system knows it.
    pub source: String,
}

impl VirtualMic {
    /// Makes a microphone that is shown as `name`.
    ///
    /// # Errors
    /// [`Error::Device`] where there is no PulseAudio or PipeWire, or another program has taken the name.
    pub fn create(name: &str, rate: u32, channels: usize) -> Result<Self> {
        let failed = |problem: String, remedy: &str| Error::Device {
            device: format!("--virtual-mic {name}"),
            problem,
            remedy: remedy.into(),
        };
        if !cfg!(target_os = "linux") {
            let remedy = "install a virtual cable (macOS: BlackHole, Windows: VB-CABLE) and choose it with --output";
            return Err(failed("only Linux can make one".into(), remedy));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || " -_.".contains(c);
        if name.trim().is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let remedy = "use letters, digits, spaces, - _ and . (64 at most)";
            return Err(failed("the name does not do".into(), remedy));
        }
        let slug = name.trim().to_lowercase().replace(' ', "_");
        let (sink, source) = (format!("diffwav.{slug}.feed"), format!("diffwav.{slug}"));
        Self::remove_stale(&sink).map_err(|problem| {
            failed(
                problem,
                "install pactl (Debian: pulseaudio-utils) and start PipeWire or PulseAudio, or choose another name",
            )
        })?;
        let mut made = Self {
            modules: Vec::new(),
            sink: sink.clone(),
            source: source.clone(),
        };
        let map = if channels == 1 { "mono" } else { "stereo" };
        let about = |what: &str| {
            let pid = std::process::id();
            format!("'device.description=\"{}{what}\" {MARK}{pid}'", name.trim())
        };
        let loads = [
            vec![
                "module-null-sink".to_owned(),
                format!("sink_name={sink}"),
                format!("rate={rate}"),
                format!("channels={}", channels.min(2)),
                format!("channel_map={map}"),
                format!("sink_properties={}", about(" (feed)")),
            ],
            vec![
                "module-remap-source".to_owned(),
                format!("master={sink}.monitor"),
                format!("source_name={source}"),
                format!("channels={}", channels.min(2)),
                format!("channel_map={map}"),
                format!("source_properties={}", about("")),
            ],
        ];
        for load in loads {
            let arguments: Vec<&str> = std::iter::once("load-module")
                .chain(load.iter().map(String::as_str))
                .collect();
            // What was made before is taken away when `made` is dropped.
            let module = pactl(&arguments)
                .map_err(|problem| failed(problem, "start PipeWire or PulseAudio"))?;
            made.modules.push(module.trim().to_owned());
        }
        Ok(made)
    }

    /// Takes away what a process left behind that was killed.
    fn remove_stale(sink: &str) -> std::result::Result<(), String> {
        let wanted = [
            format!("sink_name={sink} "),
            format!("master={sink}.monitor "),
        ];
        for line in pactl(&["list", "short", "modules"])?.lines() {
            if !wanted.iter().any(|wanted| line.contains(wanted)) {
                continue;
            }
            let pid = line.split_once(MARK).map_or("", |(_, rest)| {
                rest.trim_start()
                    .split(|c: char| !c.is_ascii_digit())
                    .next()
                    .unwrap_or("")
            });
            if pid.is_empty() || Path::new("/proc").join(pid).exists() {
                return Err("another program has a device of this name".into());
            }
            if let Some(module) = line.split_whitespace().next() {
                pactl(&["unload-module", module])?;
            }
        }
        Ok(())
    }
}

impl Drop for VirtualMic {
    fn drop(&mut self) {
        for module in self.modules.iter().rev() {
            // A server that is gone has taken them with it.
            let _ = pactl(&["unload-module", module]);
        }
    }
}

fn pactl(arguments: &[&str]) -> std::result::Result<String, String> {
    let output = Command::new("pactl")
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| format!("pactl does not run ({error})"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("pactl {}: {}", arguments[0], said.trim()))
    }
}

//! `diffwav live`, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::denoise::{fraction, steps};
use super::{Limit, OnDeviceLoss, Runtime};

/// Whether the cleaned sound is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Monitor {
    /// It is played on the output
    On,
    /// It is only recorded
    Off,
}

/// `diffwav live`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    diffwav live --virtual-mic Cleaned                  a microphone for OBS, Discord, … (Linux)\n  \
    diffwav live --input usb --output headphones        by a part of their names; `diffwav devices` lists them\n  \
    diffwav live --monitor off --record talk.wav --record-dry raw.wav\n\n\
    Keys: b bypass, r hear what is removed, ↑ ↓ amount, ← → steps, q end.")]
pub struct Live {
    /// The microphone: its number, its name or a part of it [default: the system's]
    #[arg(short, long, value_name = "NAME|N", help_heading = "Devices")]
    pub input: Option<String>,

    /// Where the cleaned sound is played: number, name or a part of it [default: the system's]
    #[arg(short, long, value_name = "NAME|N", help_heading = "Devices", conflicts_with_all = ["virtual_mic", "monitor"])]
    pub output: Option<String>,

    /// Make a microphone of this name for other programs, and play into it (Linux: PipeWire, PulseAudio)
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Devices",
        conflicts_with = "monitor"
    )]
    pub virtual_mic: Option<String>,

    /// The audio system: pulseaudio (also for pipewire), jack, alsa, coreaudio, wasapi [default: the system's]
    #[arg(long, value_name = "HOST", help_heading = "Devices")]
    pub host: Option<String>,

    /// Sample rate in Hz [default: the model's where the devices take it]
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(4_000..=384_000), help_heading = "Devices")]
    pub rate: Option<u32>,

    /// Frames that the devices hand over at a time: fewer are quicker and harder for the system [default: 256; the
    /// server's with jack]
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(16..=8_192), help_heading = "Devices")]
    pub block: Option<u32>,

    /// Channels that are cleaned, each by itself
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8), help_heading = "Devices")]
    pub channels: u8,

    /// Whether the cleaned sound is played
    #[arg(long, value_enum, default_value_t = Monitor::On, help_heading = "Devices")]
    pub monitor: Monitor,

    /// Reverse steps of the diffusion [default: what the model advises]
    #[arg(long, value_name = "N", value_parser = steps(), help_heading = "Sound")]
    pub steps: Option<usize>,

    /// How much of the cleaned sound: 1 is only cleaned, 0 only the original
    #[arg(long, value_name = "0..1", default_value_t = 1.0, value_parser = fraction, help_heading = "Sound")]
    pub amount: f32,

    /// How much may go.
    #[command(flatten)]
    pub limit: Limit,

    /// Leave steps out when the machine is short of time, rather than play uncleaned sound
    #[arg(long, help_heading = "Sound")]
    pub adaptive: bool,

    /// Plan for hops that run in half of their time: 5 ms less latency, for machines with time to spare
    #[arg(long, help_heading = "Sound")]
    pub low_latency: bool,

    /// Record the cleaned sound, as WAV (32-bit float) or FLAC (24 bits)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub record: Option<PathBuf>,

    /// Record the microphone as it is
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub record_dry: Option<PathBuf>,

    /// Replace recordings that exist already
    #[arg(long, help_heading = "Output")]
    pub overwrite: bool,

    /// End by itself after so many seconds of sound
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Output")]
    pub duration: Option<f64>,

    /// Print one JSON object a line: what happens, and the meters once a second
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// What happens when the device fails while it runs [default: cpu with --device auto, otherwise fail]
    #[arg(long, value_name = "WHAT", value_enum, help_heading = "Model")]
    pub on_device_loss: Option<OnDeviceLoss>,

    /// Which network, and on what.
    #[command(flatten)]
    pub runtime: Runtime,
}

/// A duration.
fn seconds(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1e7 => Ok(value),
        _ => Err("give seconds as a number above 0, for example 60".into()),
    }
}

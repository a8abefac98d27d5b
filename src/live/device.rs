//! Hosts and devices; their streams are in `stream`. No other room names cpal.

mod stream;

use cpal::traits::{DeviceTrait, HostTrait};

use crate::error::{Error, Result};

pub use stream::{Health, Spec, Stream};

/// An audio system: PulseAudio (which PipeWire speaks too), JACK, ALSA, CoreAudio, WASAPI.
pub struct Host(cpal::Host);

/// One direction of a device.
pub struct Device {
    inner: cpal::Device,
    /// As people know it.
    pub name: String,
    /// As the system knows it.
    pub id: String,
    /// Whether it is the default of its direction.
    pub is_default: bool,
    capture: bool,
}

/// What a device can do, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// Its own sample rate.
    pub rate: u32,
    /// Lowest and highest sample rate.
    pub rates: (u32, u32),
    /// Its own number of channels.
    pub channels: usize,
}

/// The names of the hosts of this build, and whether each can be reached.
#[must_use]
pub fn hosts() -> Vec<(&'static str, bool)> {
    let there = cpal::available_hosts();
    cpal::ALL_HOSTS
        .iter()
        .map(|host| (host.name(), there.contains(host)))
        .collect()
}

impl Host {
    /// The host of this name, or the system's own choice.
    ///
    /// # Errors
    /// [`Error::Device`] when it is not in this build or cannot be reached.
    pub fn open(name: Option<&str>) -> Result<Self> {
        let names = || {
            let names: Vec<_> = cpal::ALL_HOSTS
                .iter()
                .map(|host| host.name().to_lowercase())
                .collect();
            names.join(", ")
        };
        let Some(name) = name else {
            return Ok(Self(cpal::default_host()));
        };
        // PipeWire is reached through the server that it runs for PulseAudio's programs.
        let wanted = match name.to_lowercase().as_str() {
            "pipewire" | "pulse" => "pulseaudio".to_owned(),
            other => other.to_owned(),
        };
        let id = cpal::ALL_HOSTS
            .iter()
            .find(|host| host.name().to_lowercase() == wanted);
        let id = id.ok_or_else(|| Error::Device {
            device: format!("host {name}"),
            problem: "not in this build".into(),
            remedy: format!("choose one of {}", names()),
        })?;
        cpal::host_from_id(*id)
            .map(Self)
            .map_err(|error| Error::Device {
                device: format!("host {name}"),
                problem: error.to_string(),
                remedy: "start it, or choose another with --host (`diffwav devices` lists them)"
                    .into(),
            })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.id().name()
    }

    /// Whether input and output always run on one clock.
    #[must_use]
    pub fn has_one_clock(&self) -> bool {
        self.name() == "JACK"
    }

    /// Whether a device is still there, where the system would otherwise move its streams to another one without a word.
    #[must_use]
    pub fn still_has(&self, device: &Device) -> bool {
        if self.name() != "PulseAudio" {
            return true;
        }
        self.devices(device.capture)
            .is_ok_and(|devices| devices.iter().any(|other| other.id == device.id))
    }

    /// All devices of one direction, in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Device`] when the host does not answer.
    pub fn devices(&self, capture: bool) -> Result<Vec<Device>> {
        let default = if capture {
            self.0.default_input_device()
        } else {
            self.0.default_output_device()
        };
        let default = default.and_then(|device| device.id().ok());
        let all = self.0.devices().map_err(|error| Error::Device {
            device: format!("host {}", self.name()),
            problem: error.to_string(),
            remedy: "start the audio system, or choose another with --host".into(),
        })?;
        let fits = |device: &cpal::Device| {
            if capture {
                device.supports_input()
            } else {
                device.supports_output()
            }
        };
        Ok(all
            .filter(fits)
            .map(|inner| {
                let id = inner.id().ok();
                Device {
                    name: inner.to_string(),
                    is_default: id.is_some() && id == default,
                    id: id.map_or_else(String::new, |id| id.to_string()),
                    inner,
                    capture,
                }
            })
            .collect())
    }
}

impl Device {
    /// What it can do, as far as it tells.
    #[must_use]
    pub fn abilities(&self) -> Option<Abilities> {
        let own = if self.capture {
            self.inner.default_input_config()
        } else {
            self.inner.default_output_config()
        };
        let own = own.ok()?;
        let ranges = self.ranges();
        Some(Abilities {
            rate: own.sample_rate(),
            rates: (
                ranges.iter().map(|r| r.min_sample_rate()).min()?,
                ranges.iter().map(|r| r.max_sample_rate()).max()?,
            ),
            channels: own.channels().into(),
        })
    }

    fn ranges(&self) -> Vec<cpal::SupportedStreamConfigRange> {
        if self.capture {
            let ranges = self.inner.supported_input_configs();
            ranges.map(Iterator::collect).unwrap_or_default()
        } else {
            let ranges = self.inner.supported_output_configs();
            ranges.map(Iterator::collect).unwrap_or_default()
        }
    }

    /// The one block size that it takes, where there is only one: JACK's server decides for all.
    #[must_use]
    pub fn only_block(&self) -> Option<usize> {
        let only = |range: &cpal::SupportedStreamConfigRange| match *range.buffer_size() {
            cpal::SupportedBufferSize::Range { min, max } if min == max => Some(min as usize),
            _ => None,
        };
        self.ranges().first().and_then(only)
    }

    /// Whether it can run at a rate.
    #[must_use]
    pub fn takes_rate(&self, rate: u32) -> bool {
        self.ranges().iter().any(|range| range.contains_rate(rate))
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Host({})", self.name())
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Device({})", self.id)
    }
}

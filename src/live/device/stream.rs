//! Streams: the sample format and the channels of the device on one side, ours on the other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, FromSample, SampleFormat, SizedSample};

use super::Device;
use crate::engine::priority;
use crate::error::{Error, Result};

/// How long a host may take to open a stream.
const PATIENCE: Duration = Duration::from_secs(5);

/// Frames that are converted at a time.
const CHUNK: usize = 1024;

/// A running stream; ends when it is dropped.
pub struct Stream {
    _inner: cpal::Stream,
}

/// What a stream is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Sample rate in Hz.
    pub rate: u32,
    /// Channels on our side; the device may have others.
    pub channels: usize,
    /// Frames a callback.
    pub block: usize,
}

/// What streams report; read by the session.
#[derive(Debug, Default)]
pub struct Health {
    /// Why a stream ended.
    pub lost: Mutex<Option<String>>,
    /// Overruns and underruns.
    pub xruns: AtomicU64,
    /// Delay of the device in microseconds, as the system says.
    pub latency: AtomicU64,
}

impl Device {
    /// The sample format and the number of channels that are nearest to what is wanted.
    fn choose(&self, spec: Spec) -> Result<(SampleFormat, usize)> {
        const FORMATS: [SampleFormat; 5] = [
            SampleFormat::F32,
            SampleFormat::I32,
            SampleFormat::I16,
            SampleFormat::U16,
            SampleFormat::U8,
        ];
        let ranges = self.ranges();
        let of_rate: Vec<_> = ranges
            .iter()
            .filter(|range| range.contains_rate(spec.rate))
            .filter(|range| FORMATS.contains(&range.sample_format()))
            .collect();
        // As many channels as wanted, otherwise more, otherwise the most that there are.
        let distance = |channels: usize| match channels {
            c if c >= spec.channels => c - spec.channels,
            c => 1000 + spec.channels - c,
        };
        let best = of_rate.iter().min_by_key(|range| {
            let format = FORMATS.iter().position(|f| *f == range.sample_format());
            (distance(range.channels().into()), format)
        });
        best.map(|range| (range.sample_format(), range.channels().into()))
            .ok_or_else(|| self.unsupported(spec))
    }

    fn unsupported(&self, spec: Spec) -> Error {
        let rates = self.abilities().map_or_else(
            || "no rate that it tells of".into(),
            |can| format!("{} to {} Hz", can.rates.0, can.rates.1),
        );
        Error::Device {
            device: self.name.clone(),
            problem: format!("does not run at {} Hz; it takes {rates}", spec.rate),
            remedy: "choose another --rate, or leave it out".into(),
        }
    }

    fn failed(&self, error: &cpal::Error) -> Error {
        let remedy = match error.kind() {
            ErrorKind::DeviceBusy => "close the program that uses it, or choose another device",
            ErrorKind::PermissionDenied => {
                "allow this program to use it in the system's privacy settings"
            }
            ErrorKind::UnsupportedConfig => "choose another --rate, --block or --channels",
            _ => "`diffwav devices` lists what is there",
        };
        Error::Device {
            device: self.name.clone(),
            problem: error.to_string(),
            remedy: remedy.into(),
        }
    }

    /// Starts to capture: `take` gets interleaved frames with our number of channels. It runs on the system's audio
    /// thread and must be real-time safe.
    ///
    /// # Errors
    /// [`Error::Device`] when the device refuses.
    pub fn capture(
        &self,
        spec: Spec,
        take: impl FnMut(&[f32]) + Send + 'static,
        health: &Arc<Health>,
    ) -> Result<Stream> {
        let (format, channels) = self.choose(spec)?;
        match format {
            SampleFormat::F32 => self.capture_as::<f32>(spec, channels, take, health),
            SampleFormat::I32 => self.capture_as::<i32>(spec, channels, take, health),
            SampleFormat::I16 => self.capture_as::<i16>(spec, channels, take, health),
            SampleFormat::U16 => self.capture_as::<u16>(spec, channels, take, health),
            _ => self.capture_as::<u8>(spec, channels, take, health),
        }
    }

    fn capture_as<T>(
        &self,
        spec: Spec,
        device_channels: usize,
        mut take: impl FnMut(&[f32]) + Send + 'static,
        health: &Arc<Health>,
    ) -> Result<Stream>
    where
        T: SizedSample,
        f32: FromSample<T>,
    {
        let mut ours = vec![0.0f32; CHUNK * spec.channels];
        let mut raise = Raise(Some(spec));
        let told = Arc::clone(health);
        let stream = self.inner.build_input_stream::<T, _, _>(
            config(spec, device_channels),
            move |data, info| {
                raise.once();
                let stamp = info.timestamp();
                if let Some(late) = stamp.callback.checked_duration_since(stamp.capture) {
                    told.latency.store(late.as_micros() as u64, Relaxed);
                }
                for part in data.chunks(CHUNK * device_channels) {
                    let frames = part.len() / device_channels;
                    let places = ours.chunks_exact_mut(spec.channels);
                    for (to, from) in places.zip(part.chunks_exact(device_channels)) {
                        for (channel, sample) in to.iter_mut().enumerate() {
                            // A device with fewer channels gives its last one again.
                            let from = from[channel.min(device_channels - 1)];
                            *sample = f32::from_sample_(from);
                        }
                    }
                    take(&ours[..frames * spec.channels]);
                }
            },
            on_error(health),
            Some(PATIENCE),
        );
        self.start(stream)
    }

    /// Starts to play: `give` fills interleaved frames with our number of channels. It runs on the system's audio thread
    /// and must be real-time safe.
    ///
    /// # Errors
    /// [`Error::Device`] when the device refuses.
    pub fn play(
        &self,
        spec: Spec,
        give: impl FnMut(&mut [f32]) + Send + 'static,
        health: &Arc<Health>,
    ) -> Result<Stream> {
        let (format, channels) = self.choose(spec)?;
        match format {
            SampleFormat::F32 => self.play_as::<f32>(spec, channels, give, health),
            SampleFormat::I32 => self.play_as::<i32>(spec, channels, give, health),
            SampleFormat::I16 => self.play_as::<i16>(spec, channels, give, health),
            SampleFormat::U16 => self.play_as::<u16>(spec, channels, give, health),
            _ => self.play_as::<u8>(spec, channels, give, health),
        }
    }

    fn play_as<T>(
        &self,
        spec: Spec,
        device_channels: usize,
        mut give: impl FnMut(&mut [f32]) + Send + 'static,
        health: &Arc<Health>,
    ) -> Result<Stream>
    where
        T: SizedSample + FromSample<f32>,
    {
        let mut ours = vec![0.0f32; CHUNK * spec.channels];
        let mut raise = Raise(Some(spec));
        let told = Arc::clone(health);
        let stream = self.inner.build_output_stream::<T, _, _>(
            config(spec, device_channels),
            move |data, info| {
                raise.once();
                let stamp = info.timestamp();
                if let Some(late) = stamp.playback.checked_duration_since(stamp.callback) {
                    told.latency.store(late.as_micros() as u64, Relaxed);
                }
                for part in data.chunks_mut(CHUNK * device_channels) {
                    let frames = part.len() / device_channels;
                    let ours = &mut ours[..frames * spec.channels];
                    give(ours);
                    let frames = ours.chunks_exact(spec.channels);
                    for (to, from) in part.chunks_exact_mut(device_channels).zip(frames) {
                        for (channel, sample) in to.iter_mut().enumerate() {
                            // One channel plays everywhere; of several each has its place.
                            let value = match (spec.channels, from.get(channel)) {
                                (1, _) => from[0],
                                (_, Some(value)) => *value,
                                (_, None) => 0.0,
                            };
                            *sample = T::from_sample_(value.clamp(-1.0, 1.0));
                        }
                    }
                }
            },
            on_error(health),
            Some(PATIENCE),
        );
        self.start(stream)
    }

    fn start(&self, stream: std::result::Result<cpal::Stream, cpal::Error>) -> Result<Stream> {
        let stream = stream.map_err(|error| self.failed(&error))?;
        stream.play().map_err(|error| self.failed(&error))?;
        Ok(Stream { _inner: stream })
    }
}

/// Not every host gives its callbacks real-time priority (cpal's PulseAudio does not); the first call asks for it.
struct Raise(Option<Spec>);

impl Raise {
    fn once(&mut self) {
        if let Some(spec) = self.0.take() {
            // Where it is not granted, audio runs all the same.
            priority::raise(spec.block, spec.rate);
        }
    }
}

fn config(spec: Spec, device_channels: usize) -> cpal::StreamConfig {
    cpal::StreamConfig {
        channels: device_channels as u16,
        sample_rate: spec.rate,
        // Hosts have defaults of up to two seconds.
        buffer_size: cpal::BufferSize::Fixed(spec.block as u32),
    }
}

fn on_error(health: &Arc<Health>) -> impl FnMut(cpal::Error) + Send + 'static {
    let health = Arc::clone(health);
    move |error| match error.kind() {
        ErrorKind::Xrun => {
            health.xruns.fetch_add(1, Relaxed);
        }
        // The stream goes on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => {
            if let Ok(mut lost) = health.lost.lock() {
                lost.get_or_insert_with(|| error.to_string());
            }
        }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

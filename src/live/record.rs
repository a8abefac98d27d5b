//! Recordings of what comes in and of what goes out, on a thread of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::error::{Error, Result};
use crate::io::{Container, Dither, Metadata, OutputSpec, SampleFormat, Target, Writer, Written};
use crate::units::Hz;

/// Seconds that the disk may stand still.
const RING_SECONDS: u32 = 8;

/// How often the writer looks for audio.
const NAP: Duration = Duration::from_millis(50);

/// Frames that are written at a time.
const CHUNK: usize = 4096;

/// The audio thread's side.
pub struct Tape {
    ring: HeapProd<f32>,
    lost: Arc<AtomicU64>,
    channels: usize,
}

/// The writer's thread.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    discard: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
    thread: Option<JoinHandle<Result<Option<Written>>>>,
}

impl Tape {
    /// Appends interleaved frames; frames that find no room are lost and counted. Real-time safe.
    pub fn push(&mut self, interleaved: &[f32]) {
        if self.ring.vacant_len() >= interleaved.len() {
            self.ring.push_slice(interleaved);
        } else {
            let frames = interleaved.len() / self.channels;
            self.lost.fetch_add(frames as u64, Relaxed);
        }
    }
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tape")
    }
}

impl Recorder {
    /// Begins a recording: WAV with 32-bit float samples, or FLAC with 24 bits, by the name. The file appears when it is
    /// complete.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub fn start(path: &Path, overwrite: bool, rate: Hz, channels: usize) -> Result<(Self, Tape)> {
        let flac = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("flac"));
        let spec = OutputSpec {
            rate,
            channels: channels as u16,
            container: if flac {
                Container::Flac
            } else {
                Container::Wav
            },
            sample: if flac {
                SampleFormat::Int24
            } else {
                SampleFormat::Float32
            },
            channel_mask: None,
            frames: None,
            dither: Dither::Triangular { seed: 0 },
            riff_limit: u32::MAX.into(),
        };
        let target = Target::File {
            path: path.to_owned(),
            overwrite,
        };
        let writer = Writer::create(&target, &spec, Metadata::default())?;
        let room = (rate.0 * RING_SECONDS) as usize * channels;
        let (audio_side, ring) = HeapRb::new(room).split();
        let [stop, discard] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let lost = Arc::default();
        let watched = [Arc::clone(&stop), Arc::clone(&discard)];
        let thread = std::thread::Builder::new()
            .name("diffwav recorder".into())
            .spawn(move || write(ring, writer, channels, watched))
            .map_err(|source| Error::Stream {
                action: "start the recorder's thread",
                source,
            })?;
        let tape = Tape {
            ring: audio_side,
            lost: Arc::clone(&lost),
            channels,
        };
        let recorder = Self {
            path: path.to_owned(),
            stop,
            discard,
            lost,
            thread: Some(thread),
        };
        Ok((recorder, tape))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Frames that the disk was too slow for.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    /// Whether writing has ended by itself, which only a failure does.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Writes what is left and lets the file appear.
    ///
    /// # Errors
    /// As [`Writer::write`] and [`Writer::finish`].
    pub fn finish(mut self) -> Result<Option<Written>> {
        self.stop.store(true, Relaxed);
        let ended = self.thread.take().and_then(|thread| thread.join().ok());
        ended.unwrap_or_else(|| {
            Err(Error::Stream {
                action: "write the recording",
                source: std::io::Error::other("the recorder stopped by a fault of diffwav"),
            })
        })
    }
}

impl Recorder {
    /// Ends without a file.
    pub fn discard(self) {
        self.discard.store(true, Relaxed);
    }
}

/// Even a program that fails keeps what was recorded.
impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(
    mut ring: HeapCons<f32>,
    mut writer: Writer,
    channels: usize,
    [stop, discard]: [Arc<AtomicBool>; 2],
) -> Result<Option<Written>> {
    let mut interleaved = vec![0.0; CHUNK * channels];
    let mut planes = vec![Vec::with_capacity(CHUNK); channels];
    loop {
        // Asked before reading: what came before the stop is written.
        let stopping = stop.load(Relaxed);
        loop {
            let whole = ring.occupied_len() / channels * channels;
            let samples = ring.pop_slice(&mut interleaved[..whole.min(CHUNK * channels)]);
            if samples == 0 {
                break;
            }
            for (channel, plane) in planes.iter_mut().enumerate() {
                plane.clear();
                let of_channel = interleaved[..samples].iter().skip(channel);
                plane.extend(of_channel.step_by(channels));
            }
            let slices: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
            writer.write(&slices)?;
        }
        if discard.load(Relaxed) {
            return Ok(None);
        }
        if stopping {
            return writer.finish().map(Some);
        }
        std::thread::sleep(NAP);
    }
}

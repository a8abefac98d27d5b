//! From the capture callback to the playback callback, over a lock-free ring, with the delay kept constant.
//!
//! The two callbacks belong to two devices, and those to two crystals. The writer marks how much it had written at what
//! time; the reader estimates from that how much has been written *now*, takes the difference to what it has read as
//! the delay, and reads through a resampler that is a little faster or slower until the delay is the wanted one.

mod drain;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use crate::error::{Error, Result};
use ringbuf::traits::{Observer, Producer, Split};
use ringbuf::{HeapProd, HeapRb};

pub use drain::Drain;

/// Seconds that the ring holds.
const RING_SECONDS: f64 = 1.0;

/// What both sides are.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Sample rate of both sides.
    pub rate: u32,
    /// Channels.
    pub channels: usize,
    /// The most frames that are written and read at a time.
    pub block: usize,
    /// Whether both sides run on one clock: then frames are handed on as they are.
    pub one_clock: bool,
}

/// What happened, for reports. Written by the audio threads without locks.
#[derive(Debug, Default)]
pub struct Counts {
    /// Times that the reader found too little.
    pub underruns: AtomicU64,
    /// Frames that found no room, or were skipped to get back to the delay.
    pub dropped: AtomicU64,
    /// Delay of the bridge in frames, its filter included.
    pub delay: AtomicU64,
    /// How much faster the writer's clock is, in parts per billion.
    pub drift: AtomicI64,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    written: u64,
    at: Option<Instant>,
}

/// The writing side, in the capture callback.
pub struct Feeder {
    ring: HeapProd<f32>,
    marks: triple_buffer::Input<Mark>,
    written: u64,
    channels: usize,
    counts: Arc<Counts>,
}

/// Both ends of a bridge.
///
/// # Errors
/// [`Error::Setting`] when the ring cannot hold the blocks.
pub fn bridge(shape: Shape) -> Result<(Feeder, Drain, Arc<Counts>)> {
    let seconds = f64::from(shape.rate) * RING_SECONDS;
    if shape.block as f64 > seconds / 4.0 {
        let expected = format!("at most {} at {} Hz", (seconds / 4.0) as usize, shape.rate);
        return Err(Error::setting("block", shape.block, expected));
    }
    let (ring_in, ring_out) = HeapRb::new(seconds as usize * shape.channels).split();
    let (marks_in, marks_out) = triple_buffer::triple_buffer(&Mark {
        written: 0,
        at: None,
    });
    let counts = Arc::new(Counts::default());
    let drain = Drain::new(shape, ring_out, marks_out, &counts)?;
    let feeder = Feeder {
        ring: ring_in,
        marks: marks_in,
        written: 0,
        channels: shape.channels,
        counts: Arc::clone(&counts),
    };
    Ok((feeder, drain, counts))
}

impl Feeder {
    /// Appends interleaved frames; what finds no room is dropped and counted. Real-time safe.
    pub fn push(&mut self, interleaved: &[f32], now: Instant) {
        let room = self.ring.vacant_len() / self.channels * self.channels;
        let fits = interleaved.len().min(room);
        self.ring.push_slice(&interleaved[..fits]);
        self.written += (fits / self.channels) as u64;
        let dropped = (interleaved.len() - fits) / self.channels;
        self.counts.dropped.fetch_add(dropped as u64, Relaxed);
        self.marks.write(Mark {
            written: self.written,
            at: Some(now),
        });
    }
}

impl std::fmt::Debug for Feeder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Feeder({} frames written)", self.written)
    }
}

//! The reading side: drift correction, and silence without clicks when nothing is there.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use ringbuf::HeapCons;
use ringbuf::traits::{Consumer, Observer};
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, WindowFunction,
};

use super::{Counts, Mark, Shape};
use crate::error::{Error, Result};
use crate::live::drift::Drift;

/// Frames that the resampler yields at a time.
const CHUNK: usize = 32;

/// Filter length of the resampler in frames; half of it is its delay.
const TAPS: usize = 64;

/// Seconds of a fade after and before silence.
const FADE_SECONDS: f64 = 0.005;

/// Seconds by which callbacks are expected to be early or late.
const JITTER_SECONDS: f64 = 0.002;

/// Seconds of delay that an unquiet system may push the bridge to.
const MOST_SECONDS: f64 = 0.25;

/// The reading side, in the playback callback.
pub struct Drain {
    ring: HeapCons<f32>,
    marks: triple_buffer::Output<Mark>,
    shape: Shape,
    /// Frames of delay that are aimed at, before the filter.
    target: f64,
    /// Frames taken out of the ring.
    taken: u64,
    playing: bool,
    resampler: Option<Async<f32>>,
    drift: Drift,
    input: Vec<Vec<f32>>,
    output: Vec<Vec<f32>>,
    /// Frames of `output` that were not given out yet begin here.
    next: usize,
    frame: Vec<f32>,
    /// Gain that goes to 1 while there is sound, and the last frame that fades when there is none.
    gain: f32,
    last: Vec<f32>,
    counts: Arc<Counts>,
}

fn resampler(channels: usize) -> Result<Async<f32>> {
    let parameters = SincInterpolationParameters::new(TAPS, WindowFunction::BlackmanHarris2);
    Async::new_sinc(1.0, 1.01, &parameters, CHUNK, channels, FixedAsync::Output)
        .map_err(|e| Error::setting("number of channels", channels, e.to_string()))
}

impl Drain {
    pub(super) fn new(
        shape: Shape,
        ring: HeapCons<f32>,
        marks: triple_buffer::Output<Mark>,
        counts: &Arc<Counts>,
    ) -> Result<Self> {
        let resampler = if shape.one_clock {
            None
        } else {
            Some(resampler(shape.channels)?)
        };
        let most = resampler.as_ref().map_or(0, Resampler::input_frames_max);
        let mut drain = Self {
            ring,
            marks,
            target: if shape.one_clock {
                // Whichever callback comes first in a cycle, a block is there.
                2.0 * shape.block as f64
            } else {
                (2 * shape.block + CHUNK) as f64 + JITTER_SECONDS * f64::from(shape.rate)
            },
            taken: 0,
            playing: false,
            resampler,
            drift: Drift::default(),
            input: vec![vec![0.0; most]; shape.channels],
            output: vec![vec![0.0; CHUNK]; shape.channels],
            next: CHUNK,
            frame: vec![0.0; shape.channels],
            gain: 0.0,
            last: vec![0.0; shape.channels],
            shape,
            counts: Arc::clone(counts),
        };
        drain.tell_delay();
        Ok(drain)
    }

    /// Fills `interleaved`. Real-time safe.
    pub fn pull(&mut self, interleaved: &mut [f32], now: Instant) {
        let frames = interleaved.len() / self.shape.channels;
        let delay = self.delay(now);
        if !self.playing {
            // A first call may want more than a block: as much more must be there.
            let delay = delay - frames.saturating_sub(self.shape.block) as f64;
            let enough = if self.shape.one_clock {
                self.ready() as f64 >= self.target
            } else {
                delay >= self.target && self.ready() > 0
            };
            if enough {
                self.begin(delay);
            }
        }
        if self.playing && !self.shape.one_clock {
            self.steer(delay, frames);
        }
        for frame in interleaved.chunks_exact_mut(self.shape.channels) {
            if self.playing && !self.next_frame() {
                self.run_dry();
            }
            self.fade(frame);
        }
    }

    /// Frames between what has been written by now and what was given out.
    fn delay(&mut self, now: Instant) -> f64 {
        let mark = *self.marks.read();
        let since = mark.at.map_or(0.0, |at| {
            // A writer that stands still does not go on writing in thought.
            let most = 2.0 * self.shape.block as f64;
            (now.saturating_duration_since(at).as_secs_f64() * f64::from(self.shape.rate)).min(most)
        });
        mark.written as f64 + since - (self.taken - (CHUNK - self.next) as u64) as f64
    }

    fn ready(&self) -> usize {
        self.ring.occupied_len() / self.shape.channels
    }

    /// Starts to play at just the wanted delay.
    fn begin(&mut self, delay: f64) {
        let surplus = (delay - self.target).max(0.0) as usize;
        let surplus = if self.shape.one_clock {
            self.ready() - self.target as usize
        } else {
            surplus
        };
        self.skip(surplus);
        self.drift.restart();
        self.playing = true;
    }

    fn skip(&mut self, frames: usize) {
        let frames = frames.min(self.ready());
        self.ring.skip(frames * self.shape.channels);
        self.taken += frames as u64;
    }

    /// Reads a little faster or slower.
    fn steer(&mut self, delay: f64, frames: usize) {
        let rate = f64::from(self.shape.rate);
        let error = (delay - self.target) / rate;
        if error > MOST_SECONDS / 2.0 {
            // The reader stood still: back to the delay at once.
            let surplus = (delay - self.target) as usize;
            self.counts.dropped.fetch_add(surplus as u64, Relaxed);
            self.skip(surplus);
            self.drift.restart();
            return;
        }
        let speed = self.drift.correct(error, frames as f64 / rate);
        let learnt = (1e3 * self.drift.parts_per_million()) as i64;
        self.counts.drift.store(learnt, Relaxed);
        if let Some(resampler) = &mut self.resampler {
            // Within the range that it was made for, so it cannot refuse.
            let _ = resampler.set_resample_ratio_relative(1.0 / speed, true);
        }
    }

    /// Brings the next frame to `frame`; false when there is none.
    fn next_frame(&mut self) -> bool {
        let channels = self.shape.channels;
        let Some(resampler) = &mut self.resampler else {
            let there = self.ring.occupied_len() >= channels;
            if there {
                self.ring.pop_slice(&mut self.frame);
                self.taken += 1;
            }
            return there;
        };
        if self.next == CHUNK {
            let wanted = resampler.input_frames_next();
            if self.ring.occupied_len() < wanted * channels {
                return false;
            }
            for index in 0..wanted {
                self.ring.pop_slice(&mut self.frame);
                for (plane, sample) in self.input.iter_mut().zip(&self.frame) {
                    plane[index] = *sample;
                }
            }
            self.taken += wanted as u64;
            let room = self.input.first().map_or(0, Vec::len);
            let input = SequentialSliceOfVecs::new(&self.input, channels, room);
            let output = SequentialSliceOfVecs::new_mut(&mut self.output, channels, CHUNK);
            let (Ok(input), Ok(mut output)) = (input, output) else {
                return false;
            };
            if resampler
                .process_into_buffer(&input, &mut output, None)
                .is_err()
            {
                return false;
            }
            self.next = 0;
        }
        for (sample, plane) in self.frame.iter_mut().zip(&self.output) {
            *sample = plane[self.next];
        }
        self.next += 1;
        true
    }

    /// Too little was there: silence until the delay is back, with some more of it on a system that needs that.
    fn run_dry(&mut self) {
        self.playing = false;
        self.counts.underruns.fetch_add(1, Relaxed);
        let rate = f64::from(self.shape.rate);
        let more = self.target + self.shape.block as f64 / 2.0;
        if !self.shape.one_clock && more < MOST_SECONDS * rate {
            self.target = more;
            self.tell_delay();
        }
    }

    /// The frame that is heard: faded in after silence, faded out before it.
    fn fade(&mut self, out: &mut [f32]) {
        let step = (1.0 / (FADE_SECONDS * f64::from(self.shape.rate))) as f32;
        if self.playing {
            self.gain = (self.gain + step).min(1.0);
            self.last.copy_from_slice(&self.frame);
        } else {
            self.gain = (self.gain - step).max(0.0);
        }
        for (out, last) in out.iter_mut().zip(&self.last) {
            *out = self.gain * last;
        }
    }

    fn tell_delay(&mut self) {
        let filter = if self.resampler.is_some() {
            TAPS / 2 - 1
        } else {
            0
        };
        // On one clock the first read comes when two blocks are there, and takes one of them.
        let frames = if self.shape.one_clock {
            self.shape.block as f64
        } else {
            self.target + filter as f64
        };
        self.counts.delay.store(frames as u64, Relaxed);
    }
}

impl std::fmt::Debug for Drain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drain({} frames taken, {:?})", self.taken, self.drift)
    }
}

//! The audio thread's dealings with the rings: hand over what came in, take what is finished, stand in for what is late.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};

use super::audio::AudioSide;
use crate::dsp::sanitise;
use crate::engine::mix;

/// How often a waiting (offline) call looks for the worker's result.
const LOOK: Duration = Duration::from_micros(100);

impl AudioSide {
    pub(super) fn hand_over(&mut self, planes: &[&mut [f32]], start: usize, end: usize) {
        let frames = end - start;
        for (channel, plane) in planes.iter().enumerate() {
            for (index, value) in plane[start..end].iter().enumerate() {
                self.outgoing[index * self.channels + channel] = sanitise::sample(*value);
            }
            let samples = self
                .outgoing
                .iter()
                .skip(channel)
                .step_by(self.channels)
                .take(frames);
            self.dry.push(channel, samples.copied());
        }
        self.notice_renewal();
        if self.shared.acknowledged.load(Acquire) != self.generation {
            return;
        }
        if self.generation_is_new() {
            self.ends.from_worker.clear();
        }
        if self.ends.to_worker.vacant_len() < frames * self.channels {
            self.restart();
            return;
        }
        self.ends
            .to_worker
            .push_slice(&self.outgoing[..frames * self.channels]);
        self.pushed += frames as u64;
        self.shared.pushed.store(self.pushed, Release);
        if self.pushed >= self.shared.wanted.load(Acquire) {
            self.ends.worker.unpark();
        }
    }

    /// True once after a restart was acknowledged: what the ring holds is of the time before.
    fn generation_is_new(&self) -> bool {
        self.pushed == 0 && self.generation > 0
    }

    /// Begins anew with the worker: after a reset, or when a stall outlasted the ring.
    pub(super) fn restart(&mut self) {
        self.generation += 1;
        self.pushed = 0;
        self.shared.pushed.store(0, Release);
        self.shared.generation.store(self.generation, Release);
        (self.lead, self.debt) = (self.waiting, 0);
        (self.void, self.fresh) = (self.stream_delay, false);
        self.ends.worker.unpark();
    }

    /// Begins anew where another stream took the place of one that had failed.
    fn notice_renewal(&mut self) {
        let renewals = self.shared.renewals.load(Acquire);
        if renewals != self.renewals {
            self.renewals = renewals;
            if self.shared.acknowledged.load(Acquire) == self.generation {
                self.restart();
            }
        }
    }

    fn ready(&self) -> usize {
        self.ends.from_worker.occupied_len() / self.channels
    }

    /// Until a restart is acknowledged nothing can be handed over: one who may wait loses nothing that way. Nor while
    /// another stream is on its way in the place of one that failed.
    pub(super) fn wait_for_worker(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        loop {
            let awaited = self.shared.awaited.load(Acquire);
            self.notice_renewal();
            let acknowledged = self.shared.acknowledged.load(Acquire) == self.generation;
            if (acknowledged && !awaited) || self.shared.hopeless() {
                return;
            }
            if Instant::now() >= until {
                // Once is enough: the next block does not wait for it again.
                self.shared.awaited.store(false, Release);
                return;
            }
            self.ends.worker.unpark();
            std::thread::sleep(LOOK);
        }
    }

    pub(super) fn wait(&self, frames: usize, patience: Duration) {
        let until = Instant::now() + patience;
        let due = (frames + self.debt).saturating_sub(self.lead);
        loop {
            let acknowledged = self.shared.acknowledged.load(Acquire) == self.generation;
            let done = acknowledged && self.ready() >= due;
            if done || self.shared.failed.load(Acquire) || Instant::now() >= until {
                return;
            }
            self.ends.worker.unpark();
            std::thread::sleep(LOOK);
        }
    }

    pub(super) fn take(&mut self, planes: &mut [&mut [f32]], start: usize, end: usize) {
        for (channel, delayed) in self.delayed.iter_mut().enumerate() {
            self.dry.pop(channel, &mut delayed[..end - start]);
        }
        // Before the first output is due, the delayed input is silence or the end of what was before a restart.
        let first = start + self.lead.min(end - start);
        if self.pushed > 0 {
            self.lead -= first - start;
        }
        let current = self.pushed > 0;
        if current {
            let dropped = self.debt.min(self.ready());
            self.ends.from_worker.skip(dropped * self.channels);
            self.debt -= dropped;
        }
        // Void frames are taken from the ring like any, and dry plays in their place.
        let ready = if current {
            (end - first).min(self.ready())
        } else {
            0
        };
        let void = ready.min(self.void);
        self.void -= void;
        self.ends.from_worker.skip(void * self.channels);
        let wet = ready - void;
        let begin = first + void;
        self.ends
            .from_worker
            .pop_slice(&mut self.incoming[..wet * self.channels]);
        for frame in start..end {
            let gains = self.mixer.next_gains();
            let index = frame - start;
            let delayed = &self.delayed;
            if frame >= begin && frame < begin + wet {
                let source = &self.incoming[(frame - begin) * self.channels..];
                let channels = (0..self.channels).map(|c| {
                    let dry = delayed[c][index];
                    (c, mix::mix(gains, dry, source[c]), dry)
                });
                self.fallback
                    .wet(channels, |c, value| planes[c][frame] = value);
            } else if self.fresh && frame < first {
                for (plane, delayed) in planes.iter_mut().zip(delayed) {
                    plane[frame] = delayed[index];
                }
            } else {
                let channels = (0..self.channels).map(|c| (c, delayed[c][index]));
                self.fallback
                    .dry(channels, |c, value| planes[c][frame] = value);
            }
        }
        let missing = if current { end - begin - wet } else { 0 };
        self.debt += missing;
        self.count(missing);
    }

    fn count(&mut self, missing: usize) {
        if missing > 0 {
            self.shared.late_frames.fetch_add(missing as u64, Relaxed);
            if !self.late {
                self.shared.late_events.fetch_add(1, Relaxed);
            }
        }
        self.late = missing > 0;
    }
}

//! A first-in first-out buffer of planar audio within one thread.

use std::collections::VecDeque;

/// Frames of several channels, in order.
#[derive(Debug, Clone)]
pub struct Fifo {
    channels: Vec<VecDeque<f32>>,
}

impl Fifo {
    /// An empty buffer of `channels` channels that holds `capacity` frames before it allocates again.
    #[must_use]
    pub fn new(channels: usize, capacity: usize) -> Self {
        Self {
            // Not `vec![…; channels]`: a clone has no capacity.
            channels: (0..channels)
                .map(|_| VecDeque::with_capacity(capacity))
                .collect(),
        }
    }

    /// Frames that can be taken out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, VecDeque::len)
    }

    /// Whether nothing can be taken out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends samples to one channel; the caller gives every channel the same number.
    pub fn push(&mut self, channel: usize, samples: impl IntoIterator<Item = f32>) {
        self.channels[channel].extend(samples);
    }

    /// Appends `frames` frames of silence.
    pub fn push_silence(&mut self, frames: usize) {
        for channel in &mut self.channels {
            channel.resize(channel.len() + frames, 0.0);
        }
    }

    /// Takes the oldest `out.len()` samples of one channel; the caller takes as many of every channel.
    ///
    /// # Panics
    /// When fewer are there.
    pub fn pop(&mut self, channel: usize, out: &mut [f32]) {
        let queue = &mut self.channels[channel];
        let (front, back) = queue.as_slices();
        let first = front.len().min(out.len());
        let (head, tail) = out.split_at_mut(first);
        head.copy_from_slice(&front[..first]);
        tail.copy_from_slice(&back[..tail.len()]);
        queue.drain(..out.len());
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for channel in &mut self.channels {
            channel.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_room_from_the_start() {
        let fifo = Fifo::new(3, 1000);
        assert!(fifo.channels.iter().all(|c| c.capacity() >= 1000));
    }

    #[test]
    fn gives_back_in_order_across_the_wrap() {
        let mut fifo = Fifo::new(1, 8);
        let (mut wrote, mut read) = (0, 0);
        for round in 0..100 {
            let n = round % 7;
            fifo.push(0, (wrote..wrote + n).map(|v| v as f32));
            wrote += n;
            let mut out = vec![0.0; fifo.len().min(round % 5)];
            fifo.pop(0, &mut out);
            for value in out {
                assert_eq!(value, read as f32);
                read += 1;
            }
        }
        assert!(read > 100);
        assert_eq!(fifo.len(), wrote - read);
    }
}

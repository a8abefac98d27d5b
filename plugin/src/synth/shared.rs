//! What the threads of an instance tell each other: numbers, each written and read at once.

use std::sync::OnceLock;
use std::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed,
    Ordering::Release,
};
use std::thread::Thread;

use super::pads::PADS;
use super::recipe::Shape;

/// No pad, where one could be named.
const NONE: u32 = u32::MAX;

/// One pad, as the audio thread tells of it.
#[derive(Debug, Default)]
pub struct PadNumbers {
    /// Number of the hit that the next note wants.
    next: AtomicU64,
    /// Hits that are ready from there on.
    pub ready: AtomicU32,
    /// Notes since the instance was made: the window lights the pad.
    pub notes: AtomicU32,
    /// Number of the hit that played last, plus one; 0: none.
    pub played: AtomicU64,
    /// Notes that found no hit of their own.
    pub dry: AtomicU64,
    /// Its hits cannot be made as things are.
    pub failed: AtomicBool,
}

/// Shared by the audio thread, the maker and the window.
#[derive(Debug)]
pub struct Shared {
    /// The pads.
    pub pads: [PadNumbers; PADS],
    /// Host's sample rate in Hz; 0 before it is known.
    pub rate: AtomicU32,
    /// A pad on which a bounce waits.
    waiting: AtomicU32,
    /// A pad that the window plays, and its velocity in 1/127.
    audition: AtomicU32,
    /// The note that came last, for a pad that learns its note; 128: none.
    pub last_note: AtomicU8,
    /// No hits can be made at all as things are.
    pub failed: AtomicBool,
    /// The instance goes.
    pub closing: AtomicBool,
    /// Share of the time in which the maker is busy, in 1/1000.
    pub load: AtomicU32,
    /// The maker's thread.
    pub maker: OnceLock<Thread>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            pads: Default::default(),
            rate: AtomicU32::new(0),
            waiting: AtomicU32::new(NONE),
            audition: AtomicU32::new(0),
            last_note: AtomicU8::new(128),
            failed: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            load: AtomicU32::new(0),
            maker: OnceLock::new(),
        }
    }
}

impl Shared {
    /// Has the maker look now. Does not wait.
    pub fn wake(&self) {
        if let Some(thread) = self.maker.get() {
            thread.unpark();
        }
    }

    /// From the audio thread: the number that the next note of a pad wants.
    pub fn set_next(&self, pad: usize, number: u64) {
        self.pads[pad].next.store(number, Release);
    }

    /// The number that the next note of a pad wants.
    pub fn next(&self, pad: usize) -> u64 {
        self.pads[pad].next.load(Acquire)
    }

    /// From the audio thread: a bounce waits for a hit of this pad, or for none any more.
    pub fn set_waiting(&self, pad: Option<usize>) {
        self.waiting
            .store(pad.map_or(NONE, |pad| pad as u32), Release);
    }

    /// The pad that is waited for.
    pub fn waiting(&self) -> Option<usize> {
        let pad = self.waiting.load(Acquire);
        (pad != NONE).then_some(pad as usize)
    }

    /// From the window: play a pad.
    pub fn audition(&self, pad: usize, velocity: f32) {
        let velocity = (velocity.clamp(0.0, 1.0) * 127.0) as u32;
        self.audition
            .store(1 << 16 | (pad as u32) << 8 | velocity, Release);
    }

    /// From the audio thread: what the window wants to hear, once.
    pub fn take_audition(&self) -> Option<(usize, f32)> {
        if self.audition.load(Relaxed) == 0 {
            return None;
        }
        let wish = self.audition.swap(0, Acquire);
        (wish != 0).then(|| ((wish >> 8 & 0xff) as usize, (wish & 0xff) as f32 / 127.0))
    }

    /// Whether nobody need wait for a hit of this pad.
    pub fn is_hopeless(&self, pad: usize) -> bool {
        self.failed.load(Acquire) || self.pads[pad].failed.load(Acquire)
    }

    /// Notes without a hit of their own, on all pads.
    pub fn dry(&self) -> u64 {
        self.pads.iter().map(|pad| pad.dry.load(Relaxed)).sum()
    }
}

/// One number for all that a pad's hits depend on: equal settings have equal keys.
pub fn key(revision: u32, steps: i32, rate: u32, shape: &Shape) -> u64 {
    let Shape {
        variation,
        guidance,
        brightness,
        length,
    } = *shape;
    let values = [variation, guidance, brightness, length].map(f32::to_bits);
    // FNV-1a over the numbers.
    values
        .into_iter()
        .chain([revision, steps as u32, rate])
        .fold(0xcbf2_9ce4_8422_2325, |hash, value| {
            (hash ^ u64::from(value)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_of_the_window_is_heard_once() {
        let shared = Shared::default();
        assert_eq!(shared.take_audition(), None);
        shared.audition(15, 1.0);
        assert_eq!(shared.take_audition(), Some((15, 1.0)));
        assert_eq!(shared.take_audition(), None);
    }

    #[test]
    fn every_setting_changes_the_key() {
        let shape = Shape {
            variation: 0.5,
            guidance: 1.0,
            brightness: 0.0,
            length: 0.0,
        };
        let first = key(1, 8, 48_000, &shape);
        assert_eq!(first, key(1, 8, 48_000, &shape));
        let others = [
            key(2, 8, 48_000, &shape),
            key(1, 6, 48_000, &shape),
            key(1, 8, 44_100, &shape),
            key(
                1,
                8,
                48_000,
                &Shape {
                    variation: 0.6,
                    ..shape
                },
            ),
            key(
                1,
                8,
                48_000,
                &Shape {
                    guidance: 2.0,
                    ..shape
                },
            ),
            key(
                1,
                8,
                48_000,
                &Shape {
                    brightness: 0.1,
                    ..shape
                },
            ),
            key(
                1,
                8,
                48_000,
                &Shape {
                    length: 0.1,
                    ..shape
                },
            ),
        ];
        assert!(others.iter().all(|other| *other != first));
    }
}

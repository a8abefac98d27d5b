//! From notes to sound, on the audio thread: no allocation, no lock; only a bounce waits.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use ringbuf::HeapCons;
use ringbuf::traits::Consumer;

use super::hit::Hit;
use super::pads::PADS;
use super::shared::Shared;
use super::shelf::{Name, Stock};
use super::voice::{Start, Voice};

/// Voices; the one that began first goes when there are more notes.
pub const VOICES: usize = 32;

/// Seconds in which level and pan follow their knobs.
const GLIDE_SECONDS: f32 = 0.005;

/// Seconds of the fade of a voice whose place is needed, and of one that is silenced by its group.
const STEAL_SECONDS: f32 = 0.003;
const CHOKE_SECONDS: f32 = 0.012;

/// A decay of this many seconds or more leaves the hit as it is.
pub const DECAY_FULL: f32 = 2.0;

/// Cut-off in Hz of the softest note at full velocity-to-brightness, and of the hardest.
const DARK: f32 = 900.0;
const BRIGHT: f32 = 20_000.0;

/// How often a bounce looks for its hit.
const LOOK: Duration = Duration::from_micros(200);

/// A hit on its way from the maker.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The pad.
    pub pad: usize,
    /// Which hit of it.
    pub name: Name,
    /// The sound.
    pub hit: Arc<Hit>,
}

/// A pad's settings, for a stretch of frames.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PadControls {
    /// Left and right: level, pan and the output level.
    pub gains: [f32; 2],
    /// Semitones.
    pub tune: f32,
    /// Seconds to −60 dB; [`DECAY_FULL`]: none.
    pub decay: f32,
    /// Pads of one group silence each other; 0: none.
    pub group: i32,
    /// What its hits are made with.
    pub key: u64,
}

/// All settings, for a stretch of frames.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Controls {
    /// The pads.
    pub pads: [PadControls; PADS],
    /// 0: velocity does not change the level … 1: the amplitude is its square.
    pub velocity_level: f32,
    /// 0: velocity does not change the brightness … 1: soft notes are dark.
    pub velocity_tone: f32,
    /// Semitones of a full bend.
    pub bend_range: f32,
}

/// Two voices: the one that sounds, and the one whose place it took.
#[derive(Debug, Clone)]
struct Slot {
    fading: Voice,
    current: Voice,
}

/// Everything between the notes and the host's output.
pub struct Player {
    shared: Arc<Shared>,
    incoming: HeapCons<Delivery>,
    stocks: [Stock; PADS],
    next: [u64; PADS],
    slots: Vec<Slot>,
    turn: usize,
    /// −1 … 1.
    bend: f32,
    rate: f32,
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Player(next {:?})", self.next)
    }
}

impl Player {
    /// Fed by `incoming`.
    pub fn new(shared: Arc<Shared>, incoming: HeapCons<Delivery>) -> Self {
        let mut player = Self {
            shared,
            incoming,
            stocks: Default::default(),
            next: [0; PADS],
            slots: Vec::new(),
            turn: 0,
            bend: 0.0,
            rate: 48_000.0,
        };
        player.set_rate(48_000.0);
        player
    }

    /// Off the audio thread: at another rate, silent.
    pub fn set_rate(&mut self, rate: f32) {
        self.rate = rate;
        let glide = (rate * GLIDE_SECONDS) as usize;
        let slot = Slot {
            fading: Voice::idle(glide),
            current: Voice::idle(glide),
        };
        self.slots = vec![slot; VOICES];
        self.rewind();
    }

    /// Silent, and the song begins.
    pub fn reset(&mut self) {
        for slot in &mut self.slots {
            slot.fading.stop();
            slot.current.stop();
        }
        self.turn = 0;
        self.bend = 0.0;
        self.rewind();
    }

    /// The song begins: the next note of each pad plays its first hit.
    pub fn rewind(&mut self) {
        self.next = [0; PADS];
        for pad in 0..PADS {
            self.shared.set_next(pad, 0);
        }
    }

    /// Voices that sound.
    pub fn voices(&self) -> usize {
        let sounding =
            |slot: &Slot| usize::from(slot.current.sounds()) + usize::from(slot.fading.sounds());
        self.slots.iter().map(sounding).sum()
    }

    /// Takes what the maker has sent, and tells how much is ready. Once a block.
    pub fn take_deliveries(&mut self, controls: &Controls) {
        self.drain();
        for (pad, stock) in self.stocks.iter().enumerate() {
            let ready = stock.ready(self.next[pad], controls.pads[pad].key);
            self.shared.pads[pad].ready.store(ready as u32, Relaxed);
        }
    }

    fn drain(&mut self) {
        while let Some(Delivery { pad, name, hit }) = self.incoming.try_pop() {
            if let Some(stock) = self.stocks.get_mut(pad) {
                stock.put(name, hit);
            }
        }
    }

    /// A note: the pad's next hit begins with the next frame. Until `patience` is over it is waited for; without, the
    /// newest one stands in.
    pub fn note_on(
        &mut self,
        pad: usize,
        note: u8,
        velocity: f32,
        controls: &Controls,
        patience: Duration,
    ) {
        let settings = &controls.pads[pad];
        let number = self.next[pad];
        self.next[pad] = number + 1;
        let name = Name {
            number,
            key: settings.key,
        };
        let found = self.find(pad, name, patience);
        // After the search: the maker is to make this hit first, if it is the one that is waited for.
        self.shared.set_next(pad, number + 1);
        let numbers = &self.shared.pads[pad];
        numbers.notes.fetch_add(1, Relaxed);
        numbers.played.store(number + 1, Relaxed);
        let (hit, [detune, quieter]) = match found {
            Some(hit) => (Some(hit), [0.0, 0.0]),
            None => {
                numbers.dry.fetch_add(1, Relaxed);
                (self.stocks[pad].newest().cloned(), stand_in(number))
            }
        };
        self.choke_group(pad, controls);
        let Some(hit) = hit else { return };
        let velocity = velocity.clamp(0.0, 1.0);
        let level = velocity.powf(2.0 * controls.velocity_level);
        let start = Start {
            pad: pad as u8,
            note,
            gain: level * 10f32.powf(-quieter / 20.0),
            speed: speed(settings.tune + detune),
            decay: decay(settings.decay, self.rate),
            tone: tone((1.0 - velocity) * controls.velocity_tone, self.rate),
        };
        let steal = (STEAL_SECONDS * self.rate) as u32;
        let slot = &mut self.slots[self.turn];
        self.turn = (self.turn + 1) % VOICES;
        if slot.current.sounds() {
            std::mem::swap(&mut slot.current, &mut slot.fading);
            slot.fading.fade(steal);
        }
        slot.current.begin(hit, start, settings.gains);
    }

    fn find(&mut self, pad: usize, name: Name, patience: Duration) -> Option<Arc<Hit>> {
        if let Some(hit) = self.stocks[pad].get(name) {
            return Some(Arc::clone(hit));
        }
        self.drain();
        if self.stocks[pad].get(name).is_none() && !patience.is_zero() {
            let until = Instant::now() + patience;
            self.shared.set_waiting(Some(pad));
            while self.stocks[pad].get(name).is_none()
                && !self.shared.failed.load(Relaxed)
                && Instant::now() < until
            {
                self.shared.wake();
                std::thread::sleep(LOOK);
                self.drain();
            }
            self.shared.set_waiting(None);
        }
        self.stocks[pad].get(name).cloned()
    }

    fn choke_group(&mut self, pad: usize, controls: &Controls) {
        let group = controls.pads[pad].group;
        if group == 0 {
            return;
        }
        let fade = (CHOKE_SECONDS * self.rate) as u32;
        let silence = |voice: &mut Voice| {
            let other = usize::from(voice.of().0);
            if other != pad && controls.pads[other].group == group {
                voice.fade(fade);
            }
        };
        for slot in &mut self.slots {
            silence(&mut slot.current);
            silence(&mut slot.fading);
        }
    }

    /// Ends what a note (None: every note) has begun.
    pub fn silence(&mut self, note: Option<u8>) {
        let fade = (CHOKE_SECONDS * self.rate) as u32;
        for slot in &mut self.slots {
            for voice in [&mut slot.current, &mut slot.fading] {
                if note.is_none_or(|note| voice.of().1 == note) {
                    voice.fade(fade);
                }
            }
        }
    }

    /// The pitch wheel, −1 … 1.
    pub fn bend(&mut self, bend: f32) {
        self.bend = bend.clamp(-1.0, 1.0);
    }

    /// Adds the next frames to `left` and `right`.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], controls: &Controls) {
        let bend = speed(self.bend * controls.bend_range);
        for slot in &mut self.slots {
            for voice in [&mut slot.fading, &mut slot.current] {
                let gains = controls.pads[usize::from(voice.of().0)].gains;
                voice.render(left, right, bend, gains);
            }
        }
    }
}

/// Semitones to a factor; none is 1 to the bit.
fn speed(semitones: f32) -> f64 {
    if semitones == 0.0 {
        1.0
    } else {
        (f64::from(semitones) / 12.0).exp2()
    }
}

/// Seconds to −60 dB as a factor a sample.
fn decay(seconds: f32, rate: f32) -> f32 {
    if seconds >= DECAY_FULL {
        1.0
    } else {
        0.001_f32.powf(1.0 / (seconds.max(0.001) * rate))
    }
}

/// Darkness 0 … 1 as the coefficient of a one-pole low-pass.
fn tone(darkness: f32, rate: f32) -> f32 {
    if darkness <= 0.01 {
        return 1.0;
    }
    let cutoff = BRIGHT * (DARK / BRIGHT).powf(darkness);
    1.0 - (-std::f32::consts::TAU * cutoff / rate).exp()
}

/// What a note that found no hit of its own changes on the one that stands in: semitones, and dB down.
fn stand_in(number: u64) -> [f32; 2] {
    // Weyl sequences of the golden ratio and of √2: neighbours differ, and nothing is drawn.
    let share = |step: f64| (number as f64 * step).fract() as f32;
    [
        0.6 * share(0.618_033_988_749) - 0.3,
        0.5 + 1.5 * share(0.414_213_562_373),
    ]
}

#[cfg(test)]
#[path = "player_tests.rs"]
mod tests;

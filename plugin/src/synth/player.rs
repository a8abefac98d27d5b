//! From notes to sound, on the audio thread: no allocation, no lock; only a bounce waits.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use ringbuf::HeapCons;
use ringbuf::traits::Consumer;

use super::controls::{Controls, Delivery, decay, speed, stand_in, tone};
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

/// A bounce waits this long for a hit.
const BOUNCE_PATIENCE: Duration = Duration::from_secs(60);

/// How often a bounce looks for its hit.
const LOOK: Duration = Duration::from_micros(200);

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
        self.rewind();
    }

    /// The song begins: the next note of each pad plays its first hit.
    pub fn rewind(&mut self) {
        self.next = [0; PADS];
        // Sums depend on their order, in the last bit.
        if self.voices() == 0 {
            self.turn = 0;
        }
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
            let Some(stock) = self.stocks.get_mut(pad) else {
                continue;
            };
            match name {
                Some(name) => stock.put(name, hit),
                None => stock.stand_in(hit),
            }
        }
    }

    /// A note: the pad's next hit begins with the next frame. In a bounce it is waited for; `bounce` says what the pad's
    /// hits are made with by then. Without, the newest one stands in for a hit that is not there.
    pub fn note_on(
        &mut self,
        pad: usize,
        note: u8,
        velocity: f32,
        controls: &Controls,
        bounce: Option<&dyn Fn(usize) -> u64>,
    ) {
        let settings = &controls.pads[pad];
        let number = self.next[pad];
        self.next[pad] = number + 1;
        let name = Name {
            number,
            key: settings.key,
        };
        let found = self.find(pad, name, bounce);
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

    fn find(
        &mut self,
        pad: usize,
        mut name: Name,
        bounce: Option<&dyn Fn(usize) -> u64>,
    ) -> Option<Arc<Hit>> {
        self.drain();
        if let Some(key) = bounce {
            let until = Instant::now() + BOUNCE_PATIENCE;
            self.shared.set_waiting(Some(pad));
            while self.stocks[pad].get(name).is_none()
                && !self.shared.is_hopeless(pad)
                && Instant::now() < until
            {
                self.shared.wake();
                std::thread::sleep(LOOK);
                self.drain();
                // Somebody may turn a knob meanwhile: then other hits are made.
                name.key = key(pad);
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

    /// Plays what a note has begun this many semitones higher: a note expression of the host.
    pub fn tune(&mut self, note: Option<u8>, semitones: f32) {
        let factor = speed(semitones.clamp(-48.0, 48.0));
        for slot in &mut self.slots {
            for voice in [&mut slot.current, &mut slot.fading] {
                if note.is_none_or(|note| voice.of().1 == note) {
                    voice.tune(factor);
                }
            }
        }
    }

    /// Adds the next frames to `left` and `right`.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], controls: &Controls) {
        let bend = speed(controls.bend);
        for slot in &mut self.slots {
            for voice in [&mut slot.fading, &mut slot.current] {
                let gains = controls.pads[usize::from(voice.of().0)].gains;
                voice.render(left, right, bend, gains);
            }
        }
    }
}

#[cfg(test)]
#[path = "player_tests.rs"]
mod tests;

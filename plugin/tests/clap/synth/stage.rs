//! A host that plays notes, and sounds that need no network.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clack_host::events::Match;
use clack_host::events::event_types::{
    NoteChokeEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, ClapId, SecondsTime};
use diffwav::error::{Error, Result};
use diffwav::units::Hz;
use diffwav_plugin::synth::instance::Instance;
use diffwav_plugin::synth::params::SynthParams;
use diffwav_plugin::synth::player::Player;
use diffwav_plugin::synth::source::{HitSource, Order, substitute_sources};

use crate::host::{Plugin, Started, on_audio_thread};

pub const RATE: f64 = 48_000.0;

/// Notes of General MIDI.
pub const KICK: u8 = 36;
pub const SNARE: u8 = 38;
pub const CLOSED: u8 = 42;
pub const OPEN: u8 = 46;

/// A new instance as its window and its audio thread have it, without a host.
pub fn instance(rate: u32) -> (Arc<SynthParams>, Arc<Instance>, Player) {
    let params = Arc::<SynthParams>::default();
    let (instance, player) = Instance::new(Arc::clone(&params));
    instance.activate(rate);
    (params, instance, player)
}

static TURN: Mutex<()> = Mutex::new(());

/// Until it is dropped, all instances use the source that was asked for.
pub struct World(#[allow(dead_code)] MutexGuard<'static, ()>);

impl Drop for World {
    fn drop(&mut self) {
        substitute_sources(None);
    }
}

/// A source that strikes: one sample at full scale, and behind it noise that dies away, all by the seed.
#[derive(Debug, Clone, Copy)]
pub struct Struck {
    pub busy: Duration,
    pub seconds: f32,
    pub fails: bool,
}

pub const STRUCK: Struck = Struck {
    busy: Duration::ZERO,
    seconds: 0.02,
    fails: false,
};

impl Struck {
    pub fn sound(&self, order: &Order) -> Vec<f32> {
        let frames = (self.seconds * 48_000.0) as usize;
        let mut sound = vec![0.0; frames];
        let class = order.class.unwrap_or(99) as u64;
        diffwav::dsp::noise::gaussian(order.seed ^ class, 3, 0, &mut sound);
        for (n, value) in sound.iter_mut().enumerate() {
            *value *= 0.1 * (1.0 - n as f32 / frames as f32);
        }
        sound[0] = 1.0;
        if let Some((base, strength)) = &order.base {
            if *strength == 0.0 {
                return base.to_vec();
            }
            for (n, value) in sound.iter_mut().enumerate() {
                let from = base.get(n).copied().unwrap_or(0.0);
                *value = from + strength * (*value - from);
            }
        }
        sound
    }
}

impl HitSource for Struck {
    fn about(&self) -> String {
        "struck".to_owned()
    }

    fn rate(&self) -> Hz {
        Hz(48_000)
    }

    fn classes(&self) -> &[String] {
        static CLASSES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
        CLASSES.get_or_init(|| {
            ["kick", "snare", "tom", "hihat-closed", "hihat-open"]
                .map(str::to_owned)
                .to_vec()
        })
    }

    fn seconds_max(&self) -> f32 {
        1.0
    }

    fn make(&mut self, orders: &[Order]) -> Result<Vec<Vec<f32>>> {
        std::thread::sleep(self.busy * orders.len() as u32);
        if self.fails {
            return Err(Error::Inference {
                engine: "struck".to_owned(),
                problem: "it fails as it was told to".to_owned(),
                alternative: "another",
            });
        }
        Ok(orders.iter().map(|order| self.sound(order)).collect())
    }
}

pub fn with(source: Struck) -> World {
    with_any(move || Box::new(source))
}

pub fn with_any(source: impl Fn() -> Box<dyn HitSource> + Send + Sync + 'static) -> World {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    substitute_sources(Some(Box::new(source)));
    World(turn)
}

/// The real network.
pub fn real() -> World {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    substitute_sources(None);
    World(turn)
}

pub fn synth() -> Plugin {
    Plugin::of(c"io.github.diffwav.synth")
}

/// What a host sends.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// Note and velocity.
    On(u8, f64),
    Off(u8),
    Choke(u8),
    Set(ClapId, f64),
}

/// At a frame of the whole signal.
pub type Event = (usize, What);

fn push(buffer: &mut EventBuffer, time: u32, what: What) {
    let pckn = |note: u8| Pckn::new(0u16, 0u16, u16::from(note), Match::All);
    match what {
        What::On(note, velocity) => buffer.push(&NoteOnEvent::new(time, pckn(note), velocity)),
        What::Off(note) => buffer.push(&NoteOffEvent::new(time, pckn(note), 0.0)),
        What::Choke(note) => buffer.push(&NoteChokeEvent::new(time, pckn(note))),
        What::Set(id, value) => {
            buffer.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
        }
    }
}

/// A transport that plays, `frame` frames behind the beginning.
fn transport(frame: usize) -> TransportEvent {
    let seconds = frame as f64 / RATE;
    TransportEvent {
        header: clack_host::events::EventHeader::new_core(
            0,
            clack_host::events::EventFlags::empty(),
        ),
        flags: TransportFlags::IS_PLAYING
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE,
        song_pos_beats: BeatTime::from_float(2.0 * seconds),
        song_pos_seconds: SecondsTime::from_float(seconds),
        tempo: 120.0,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_float(0.0),
        loop_end_beats: BeatTime::from_float(0.0),
        loop_start_seconds: SecondsTime::from_float(0.0),
        loop_end_seconds: SecondsTime::from_float(0.0),
        bar_start: BeatTime::from_float(0.0),
        bar_number: 0,
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}

/// Plays the events (in order) over `frames` frames, from the song's beginning if the transport runs.
pub fn play(
    processor: &mut Started,
    frames: usize,
    mut next: impl FnMut() -> usize,
    events: &[Event],
    rolling: bool,
) -> Vec<Vec<f32>> {
    let mut out = vec![vec![0.0f32; frames]; 2];
    let (mut start, mut rest) = (0, events);
    while start < frames {
        let end = (start + next().max(1)).min(frames);
        let now = rest.partition_point(|(frame, _)| *frame < end);
        let (these, later) = rest.split_at(now);
        rest = later;
        let mut buffer = EventBuffer::new();
        for (frame, what) in these {
            push(&mut buffer, (frame - start) as u32, *what);
        }
        let transport = rolling.then(|| transport(start));
        let done = call(processor, end - start, &buffer, transport.as_ref());
        for (to, from) in out.iter_mut().zip(&done) {
            to[start..end].copy_from_slice(from);
        }
        start = end;
    }
    out
}

/// One process call.
pub fn call(
    processor: &mut Started,
    frames: usize,
    events: &EventBuffer,
    transport: Option<&TransportEvent>,
) -> Vec<Vec<f32>> {
    let mut to = vec![vec![7.0f32; frames]; 2];
    let mut out_ports = AudioPorts::with_capacity(2, 1);
    let mut outputs = out_ports.with_output_buffers([AudioPortBuffer {
        latency: 0,
        channels: AudioPortBufferType::f32_output_only(to.iter_mut().map(Vec::as_mut_slice)),
    }]);
    processor
        .process(
            &InputAudioBuffers::empty(),
            &mut outputs,
            &events.as_input(),
            &mut OutputEvents::void(),
            None,
            transport,
        )
        .unwrap();
    to
}

/// Plays them in a fresh activation of this instance, as a bounce that was announced, on a thread of its own.
pub fn bounce(plugin: &mut Plugin, frames: usize, block: usize, events: &[Event]) -> Vec<Vec<f32>> {
    plugin.offline(true);
    let stopped = plugin.activate(RATE, block as u32);
    let (stopped, out) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        started.reset();
        let out = play(&mut started, frames, || block, events, true);
        (started.stop_processing(), out)
    });
    plugin.deactivate(stopped);
    out
}

/// A note on every `every` frames.
pub fn row(note: u8, count: usize, every: usize) -> Vec<Event> {
    (0..count)
        .map(|n| (n * every, What::On(note, 1.0)))
        .collect()
}

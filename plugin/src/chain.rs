//! The way of a block: input gain, engine, output gain, bypass. On the audio thread: no allocation, no lock that waits.

use std::time::{Duration, Instant};

use diffwav::dsp::fifo::Fifo;
use diffwav::dsp::sanitise;
use diffwav::engine::Settings;
use diffwav::engine::worker::AudioSide;
use diffwav::units::Db;

use crate::ramp::Ramp;

/// Frames that are worked on at a time.
pub const CHUNK: usize = 512;

/// Seconds of a fade: gains, bypass, and the engine's entry.
const FADE_SECONDS: f32 = 0.02;

/// Seconds that an engine which comes late hears the signal before it is heard, beyond its latency.
const WARM_SECONDS: f32 = 0.25;

/// What the parameters say, for one block.
#[derive(Debug, Clone, PartialEq)]
pub struct Controls {
    /// Amount, mix and the part that is kept.
    pub settings: Settings,
    /// Gain before the engine, in dB.
    pub gain_in: f32,
    /// Gain behind it, in dB.
    pub gain_out: f32,
    /// The delayed input instead.
    pub bypass: bool,
}

/// Everything between a host's input and its output. Both paths have the same latency.
#[derive(Debug)]
pub struct Chain {
    channels: usize,
    latency: usize,
    /// Missing until it is loaded: the delayed input plays.
    engine: Option<AudioSide>,
    /// The input as it came, delayed by the latency.
    dry: Fifo,
    delayed: Vec<[f32; CHUNK]>,
    settings: Option<Settings>,
    gain_in: Ramp,
    gain_out: Ramp,
    /// 1: the delayed input.
    bypass: Ramp,
    /// 1: the engine.
    presence: Ramp,
    /// Frames that a late engine still hears unheard.
    warm: usize,
    warm_frames: usize,
    /// Whether a frame came since the start of the signal.
    running: bool,
}

impl Chain {
    /// For `channels` channels; both paths are delayed by `latency` frames.
    pub fn new(channels: usize, rate: f32, latency: usize) -> Self {
        let fade = (rate * FADE_SECONDS) as usize;
        let mut dry = Fifo::new(channels, latency + 2 * CHUNK);
        dry.push_silence(latency);
        Self {
            channels,
            latency,
            engine: None,
            dry,
            delayed: vec![[0.0; CHUNK]; channels],
            settings: None,
            gain_in: Ramp::new(1.0, fade),
            gain_out: Ramp::new(1.0, fade),
            bypass: Ramp::new(0.0, fade),
            presence: Ramp::new(0.0, fade),
            warm: 0,
            warm_frames: latency + (rate * WARM_SECONDS) as usize,
            running: false,
        }
    }

    /// Channels of a block.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Takes the engine in: at the start of a signal it plays at once, later it is warmed up and faded in. Returns the
    /// one that was there, which is not to be freed on the audio thread.
    #[must_use]
    pub fn install(&mut self, engine: AudioSide) -> Option<AudioSide> {
        debug_assert_eq!(engine.latency().0 as usize, self.latency);
        let before = self.engine.replace(engine);
        self.settings = None;
        if self.running {
            self.warm = self.warm_frames;
            self.presence.aim(0.0);
        } else {
            self.presence.jump(1.0);
        }
        before
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        if self.running {
            if let Some(engine) = &mut self.engine {
                engine.reset();
            }
            self.dry.clear();
            self.dry.push_silence(self.latency);
        }
        self.warm = 0;
        self.presence
            .jump(if self.engine.is_some() { 1.0 } else { 0.0 });
        self.running = false;
    }

    /// Replaces the input in `planes` by the output. The engine may be waited for until `patience` is over.
    pub fn process(&mut self, planes: &mut [&mut [f32]], controls: &Controls, patience: Duration) {
        let frames = planes.first().map_or(0, |plane| plane.len());
        if planes.len() != self.channels || frames == 0 {
            return;
        }
        self.follow(controls);
        let until = Instant::now() + patience;
        let mut start = 0;
        while start < frames {
            let end = (start + CHUNK).min(frames);
            let mut chunk: [&mut [f32]; 64] = std::array::from_fn(|_| <&mut [f32]>::default());
            for (to, plane) in chunk.iter_mut().zip(planes.iter_mut()) {
                *to = &mut plane[start..end];
            }
            let left = until.saturating_duration_since(Instant::now());
            let channels = self.channels.min(chunk.len());
            self.chunk(&mut chunk[..channels], left);
            start = end;
        }
        self.running = true;
    }

    fn follow(&mut self, controls: &Controls) {
        let linear = |decibels: f32| Db(decibels).amplitude();
        for (ramp, target) in [
            (&mut self.gain_in, linear(controls.gain_in)),
            (&mut self.gain_out, linear(controls.gain_out)),
            (&mut self.bypass, f32::from(u8::from(controls.bypass))),
        ] {
            if self.running {
                ramp.aim(target);
            } else {
                ramp.jump(target);
            }
        }
        if self.settings.as_ref() != Some(&controls.settings)
            && let Some(engine) = &mut self.engine
        {
            engine.set_amount(&controls.settings);
            self.settings = Some(controls.settings.clone());
        }
    }

    fn chunk(&mut self, planes: &mut [&mut [f32]], patience: Duration) {
        let frames = planes.first().map_or(0, |plane| plane.len());
        let start = self.gain_in;
        for (channel, plane) in planes.iter_mut().enumerate() {
            self.dry
                .push(channel, plane.iter().map(|v| sanitise::sample(*v)));
            self.dry.pop(channel, &mut self.delayed[channel][..frames]);
            let mut gain = start;
            plane.iter_mut().for_each(|v| *v *= gain.step());
            self.gain_in = gain;
        }
        if let Some(engine) = &mut self.engine {
            engine.process_patiently(planes, patience);
            if self.warm > 0 {
                self.warm = self.warm.saturating_sub(frames);
                if self.warm == 0 {
                    self.presence.aim(1.0);
                }
            }
        }
        let (present, out, bypass) = (self.presence, self.gain_out, self.bypass);
        for (plane, delayed) in planes.iter_mut().zip(&self.delayed) {
            (self.presence, self.gain_out, self.bypass) = (present, out, bypass);
            for (value, dry) in plane.iter_mut().zip(delayed) {
                let wet = self.presence.blend(*dry, *value);
                let loud = sanitise::sample(wet * self.gain_out.step());
                *value = self.bypass.blend(loud, *dry);
            }
        }
    }
}

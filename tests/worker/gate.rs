//! A network that waits for permission, so that lateness is decided by the test and not by the machine.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use diffwav::engine::latency::Budget;
use diffwav::engine::worker::{AudioSide, Blocks, Worker};
use diffwav::engine::{Format, Settings, Stream};
use diffwav::error::Result;
use diffwav::model::card::Card;
use diffwav::model::fake::Fake;
use diffwav::model::{Caches, Call, Network};
use diffwav::units::Hz;

/// Open or shut.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn shut(&self, shut: bool) {
        *self.0.0.lock().unwrap() = shut;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let mut shut = self.0.0.lock().unwrap();
        while *shut {
            shut = self.0.1.wait(shut).unwrap();
        }
    }
}

/// D = gain·y in the compressed domain, behind a gate: the cleaned signal is gain²·input.
pub struct Gated {
    identity: Fake,
    gain: f32,
    gate: Gate,
}

impl Gated {
    pub fn boxed(gain: f32, gate: &Gate) -> Box<dyn Network> {
        Box::new(Self {
            identity: Fake::identity(480),
            gain,
            gate: gate.clone(),
        })
    }
}

impl Network for Gated {
    fn card(&self) -> &Card {
        self.identity.card()
    }
    fn engine(&self) -> &str {
        "gated"
    }
    fn frames_max(&self) -> usize {
        Network::frames_max(&self.identity)
    }
    fn caches(&self, batch: usize) -> Caches {
        self.identity.caches(batch)
    }
    fn run(&mut self, call: Call<'_>) -> Result<()> {
        self.gate.pass();
        for (out, y) in call.out.iter_mut().zip(call.y) {
            *out = self.gain * y;
        }
        Ok(())
    }
}

pub fn stream(network: Box<dyn Network>, rate: u32, channels: usize) -> Stream {
    let format = Format {
        rate: Hz(rate),
        channels,
        frames_per_call: 1,
    };
    Stream::new(network, format, &Settings::default()).unwrap()
}

pub fn spawn(
    network: Box<dyn Network>,
    rate: u32,
    channels: usize,
    block: usize,
) -> (Worker, AudioSide) {
    let blocks = Blocks {
        most: block,
        fixed: false,
        budget: Budget::FULL,
    };
    Worker::spawn(
        stream(network, rate, channels),
        &Settings::default(),
        blocks,
    )
    .unwrap()
}

/// Long enough for any machine; a test that needs it all has failed anyway.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `input` (mono) through the audio side in blocks, without allocation, and returns the output.
pub fn process(audio: &mut AudioSide, input: &[f32], block: usize, patience: Duration) -> Vec<f32> {
    let mut out = input.to_vec();
    for chunk in out.chunks_mut(block) {
        let mut planes = [chunk];
        if patience.is_zero() {
            nice_assert_no_alloc::assert_no_alloc(|| audio.process(&mut planes));
        } else {
            audio.process_patiently(&mut planes, patience);
        }
    }
    out
}

/// A slow sine: its own steps are small, so a click shows.
pub fn sine(frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|n| (std::f32::consts::TAU * 100.0 * n as f32 / 48_000.0).sin() * 0.5)
        .collect()
}

pub fn largest_step(signal: &[f32]) -> f32 {
    signal
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max)
}

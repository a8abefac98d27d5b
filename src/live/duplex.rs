//! A capture stream, a worker and a playback stream, opened together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::time::Instant;

use super::bridge::{self, Counts, Shape};
use super::device::{Device, Health, Host, Spec, Stream};
use super::ear::Ear;
use super::lent::Lent;
use super::order::Order;
use super::record::Tape;
use super::status::{Latency, Route};
use crate::engine::Format;
use crate::engine::session::Choice;
use crate::engine::worker::{Blocks, Worker};
use crate::error::{Error, Result};
use crate::units::Hz;

/// Rates that are tried when none is named and the model's does not do.
const RATES: [u32; 3] = [48_000, 44_100, 96_000];

/// A tape, and where it goes when the stream ends.
pub(super) type LentTape = Option<(Tape, Sender<Tape>)>;

/// Everything that runs.
pub(super) struct Duplex {
    // Streams first: they end before the worker does.
    capture: Option<Stream>,
    playback: Option<Stream>,
    pub worker: Worker,
    pub format: Format,
    pub route: Route,
    way: Way,
    /// Frames that were heard.
    pub heard: Arc<AtomicU64>,
    health: [Arc<Health>; 2],
    bridge: Option<Arc<Counts>>,
}

/// The devices and the format, before anything is opened.
pub(super) struct Way {
    pub host: Host,
    pub input: Device,
    pub output: Option<Device>,
    pub rate: u32,
    pub block: usize,
}

impl Way {
    /// A rate that both sides take.
    pub fn rate(order: &Order, input: &Device, output: Option<&Device>) -> u32 {
        let fits = |rate: u32| input.takes_rate(rate) && output.is_none_or(|o| o.takes_rate(rate));
        let model = order.choice.model.card.sample_rate;
        let mut rates = std::iter::once(model)
            .chain(RATES)
            .chain(input.abilities().map(|can| can.rate));
        // Without any that fits the first is tried, for its error message.
        order
            .rate
            .or_else(|| rates.find(|rate| fits(*rate)))
            .unwrap_or(model)
    }
}

impl Duplex {
    /// Loads the network, starts the worker and opens both devices.
    ///
    /// # Errors
    /// As [`Choice::start`], [`Device::capture`] and [`Device::play`].
    pub fn open(order: &Order, choice: &Choice, way: Way, tapes: [LentTape; 2]) -> Result<Self> {
        let format = Format {
            rate: Hz(way.rate),
            channels: order.channels,
            frames_per_call: 1,
        };
        let blocks = Blocks {
            most: way.block,
            fixed: false,
            budget: order.budget,
        };
        let (worker, audio, about) = choice.start(format, blocks)?;
        worker.set_adaptive(order.adaptive);
        let spec = Spec {
            rate: way.rate,
            channels: order.channels,
            block: way.block,
        };
        let health: [Arc<Health>; 2] = Default::default();
        let (feeder, drain, bridge) = match &way.output {
            None => (None, None, None),
            Some(output) => {
                let one_clock = way.host.has_one_clock();
                let (feeder, drain, counts) = bridge::bridge(Shape {
                    rate: way.rate,
                    channels: order.channels,
                    block: way.block,
                    one_clock,
                })?;
                (Some(feeder), Some((output, drain)), Some(counts))
            }
        };
        let heard = Arc::new(AtomicU64::new(0));
        let [dry, wet] = tapes.map(|tape| tape.map(|(tape, home)| Lent::new(tape, &home)));
        let mut ear = Ear::new(
            audio,
            (order.channels, way.block),
            dry,
            wet,
            feeder,
            Arc::clone(&heard),
        );
        // The output first: it waits for the input.
        let playback = match drain {
            None => None,
            Some((output, mut drain)) => {
                let give = move |out: &mut [f32]| drain.pull(out, Instant::now());
                Some(output.play(spec, give, &health[1])?)
            }
        };
        let take = move |frames: &[f32]| ear.hear(frames);
        let capture = Some(way.input.capture(spec, take, &health[0])?);
        Ok(Self {
            capture,
            playback,
            worker,
            format,
            route: Route {
                host: way.host.name().to_owned(),
                input: way.input.name.clone(),
                output: way.output.as_ref().map(|output| output.name.clone()),
                rate: way.rate,
                channels: order.channels,
                block: way.block,
                engine: about,
            },
            way,
            heard,
            health,
            bridge,
        })
    }

    /// The device that is no longer there, if one is; asks the system.
    pub fn gone(&self) -> Option<String> {
        let devices = std::iter::once(&self.way.input).chain(&self.way.output);
        let mut gone = devices.filter(|device| !self.way.host.still_has(device));
        gone.next().map(|device| format!("{} is gone", device.name))
    }

    /// Why audio stopped, if a stream said so.
    pub fn lost(&self) -> Option<String> {
        let mut said = self.health.iter().zip(["input", "output"]);
        said.find_map(|(health, side)| {
            let lost = health.lost.lock().ok()?.clone()?;
            Some(format!("{side}: {lost}"))
        })
    }

    /// Delays of the parts.
    pub fn latency(&self) -> Latency {
        let device = |health: &Health| health.latency.load(Relaxed) as f64 * 1e-3;
        let frames = |frames: u64| 1e3 * self.format.rate.seconds(frames);
        Latency {
            input: device(&self.health[0]),
            engine: frames(self.worker.latency().0),
            bridge: self
                .bridge
                .as_ref()
                .map_or(0.0, |counts| frames(counts.delay.load(Relaxed))),
            output: device(&self.health[1]),
        }
    }

    /// Underruns, dropped frames, reported xruns and drift in parts per million.
    pub fn troubles(&self) -> (u64, u64, u64, f64) {
        let xruns = self.health.iter().map(|h| h.xruns.load(Relaxed)).sum();
        self.bridge.as_ref().map_or((0, 0, xruns, 0.0), |counts| {
            (
                counts.underruns.load(Relaxed),
                counts.dropped.load(Relaxed),
                xruns,
                counts.drift.load(Relaxed) as f64 * 1e-3,
            )
        })
    }

    /// Ends the streams, and gives up on a system that does not answer.
    pub fn close(mut self) -> Result<()> {
        let streams = (self.capture.take(), self.playback.take());
        let closing = std::thread::spawn(move || drop(streams));
        let began = Instant::now();
        while !closing.is_finished() {
            if began.elapsed().as_secs() >= 5 {
                return Err(Error::Device {
                    device: self.route.host.clone(),
                    problem: "does not let go of the streams".into(),
                    remedy: "the program ends without it".into(),
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Ok(())
    }
}

//! A session from the start to the end: opens, watches, reconnects, and leaves nothing behind.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::choose::choose;
use super::device::Host;
use super::duplex::{Duplex, Way};
use super::order::{BLOCK, Order};
use super::status::{Event, Screen, Status};
use super::virtual_mic::VirtualMic;
use crate::engine::meter::Meter;
use crate::error::{Error, Result};

mod controls;
mod rescue;
mod tapes;

use controls::Desk;
use rescue::Rescue;
use tapes::Tapes;

/// How often the screen is shown and the streams are looked at.
const TICK: Duration = Duration::from_millis(33);

/// Without a single frame for so long, the input is taken for dead.
const SILENCE: Duration = Duration::from_secs(3);

/// How often the system is asked for the devices.
const LOOK: Duration = Duration::from_secs(1);

/// Time between two attempts to reconnect.
const RETRY: Duration = Duration::from_secs(1);

/// What a session came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// Seconds of audio.
    pub seconds: f64,
    /// Times that the delayed dry signal stood in for late audio …
    pub late_events: u64,
    /// … and its frames.
    pub late_frames: u64,
    /// Times that playback found nothing to play.
    pub underruns: u64,
    /// Reconnections.
    pub reconnections: u64,
}

/// Why one connection ended.
enum End {
    Asked,
    Lost(String),
}

/// Runs until the screen wants to stop, the duration is over, or audio cannot be had at the start. A connection that is
/// lost later is tried again until then.
///
/// # Errors
/// When the first connection fails, or a recording cannot be written.
pub fn run(order: &Order, screen: &mut dyn Screen) -> Result<Summary> {
    let mut session = Session {
        order,
        tapes: Tapes::new(order),
        desk: Desk::new(order),
        microphone: None,
        summary: Summary::default(),
    };
    let outcome = session.run(screen);
    if outcome.is_err() && session.summary.seconds == 0.0 {
        session.tapes.discard();
    }
    // Otherwise recordings are closed whatever happened.
    let closed = session.tapes.finish(screen);
    outcome?;
    closed?;
    Ok(session.summary)
}

struct Session<'a> {
    order: &'a Order,
    tapes: Tapes,
    desk: Desk,
    microphone: Option<VirtualMic>,
    summary: Summary,
}

impl Session<'_> {
    fn run(&mut self, screen: &mut dyn Screen) -> Result<()> {
        let mut first = true;
        loop {
            let mut duplex = match self.open(screen) {
                Ok(duplex) => duplex,
                Err(error) if first => return Err(error),
                Err(_) => {
                    if self.rest(screen) {
                        return Ok(());
                    }
                    continue;
                }
            };
            self.summary.reconnections += u64::from(!first);
            first = false;
            screen.event(&Event::Started(Box::new(duplex.route.clone())));
            for note in &duplex.route.engine.notes {
                screen.event(&Event::Note(note.clone()));
            }
            let end = self.watch(&mut duplex, screen);
            self.add_up(&duplex);
            if let Err(error) = duplex.close() {
                screen.event(&Event::Note(error.to_string()));
            }
            match end? {
                End::Asked => return Ok(()),
                End::Lost(why) => {
                    screen.event(&Event::Lost(why));
                    if self.rest(screen) {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Waits before the next attempt; true when the user has had enough.
    fn rest(&self, screen: &mut dyn Screen) -> bool {
        let until = Instant::now() + RETRY;
        while Instant::now() < until {
            let quits = screen.wishes().contains(&super::status::Wish::Quit);
            if screen.is_cancelled() || quits {
                return true;
            }
            std::thread::sleep(TICK);
        }
        false
    }

    fn open(&mut self, screen: &mut dyn Screen) -> Result<Duplex> {
        let order = self.order;
        let host = Host::open(order.host.as_deref())?;
        let input = choose(&host, true, order.input.as_deref())?;
        let output = match (&order.virtual_mic, order.monitor) {
            (Some(name), _) => {
                let rate = Way::rate(order, &input, None);
                Some(self.virtual_mic(&host, name, rate)?)
            }
            (None, true) => Some(choose(&host, false, order.output.as_deref())?),
            (None, false) => None,
        };
        if let Some(microphone) = &self.microphone
            && input.id.ends_with(&format!(":{}", microphone.source))
        {
            return Err(Error::Device {
                device: format!("input {}", input.name),
                problem: "is the virtual microphone itself".into(),
                remedy: "choose the real one with --input".into(),
            });
        }
        if let Some(output) = &output
            && input.id == format!("{}.monitor", output.id)
        {
            screen.event(&Event::Note(format!(
                "{} hears what {} plays: it will feed back; choose another --input or --monitor off",
                input.name, output.name
            )));
        }
        let rate = Way::rate(order, &input, output.as_ref());
        let block = order.block.or_else(|| input.only_block());
        let way = Way {
            host,
            input,
            output,
            rate,
            block: block.unwrap_or(BLOCK),
        };
        let tapes = self.tapes.lend(rate, screen)?;
        let duplex = Duplex::open(order, &self.desk.choice, way, tapes)?;
        duplex.worker.set_rescued(order.rescue);
        self.desk.apply(&duplex);
        Ok(duplex)
    }

    /// The sink behind the virtual microphone, which is made when it is not there (any more).
    fn virtual_mic(&mut self, host: &Host, name: &str, rate: u32) -> Result<super::device::Device> {
        if let Some(microphone) = &self.microphone
            && let Ok(sink) = choose(host, false, Some(&microphone.sink))
        {
            return Ok(sink);
        }
        self.microphone = None;
        let microphone = VirtualMic::create(name, rate, self.order.channels)?;
        let sink = choose(host, false, Some(&microphone.sink));
        self.microphone = Some(microphone);
        sink
    }

    /// Shows the session and obeys the screen, until it ends.
    fn watch(&mut self, duplex: &mut Duplex, screen: &mut dyn Screen) -> Result<End> {
        let mut meter = duplex.worker.take_meter();
        let (mut heard, mut since) = (0, Instant::now());
        let mut looked = Instant::now();
        let mut failed = false;
        let mut rescue = Rescue::new(self.order.rescue);
        loop {
            let now = duplex.heard.load(Relaxed);
            if now != heard {
                (heard, since) = (now, Instant::now());
            }
            let status = self.status(duplex, meter.as_mut(), heard);
            let stopped = status.worker.failure.is_some();
            if let (Some(why), false) = (&status.worker.failure, failed) {
                screen.event(&Event::Note(format!("{why}; the uncleaned signal plays")));
            }
            failed = stopped;
            rescue.tend(
                &mut self.desk.choice,
                (&duplex.worker, duplex.format),
                screen,
            )?;
            screen.show(&status);
            let over = self
                .order
                .duration
                .is_some_and(|duration| status.seconds >= duration.as_secs_f64());
            let asked = self.desk.obey(duplex, &screen.wishes(), screen);
            if over || asked || screen.is_cancelled() {
                return Ok(End::Asked);
            }
            self.tapes.check()?;
            if let Some(why) = duplex.lost() {
                return Ok(End::Lost(why));
            }
            if looked.elapsed() > LOOK {
                if let Some(why) = duplex.gone() {
                    return Ok(End::Lost(why));
                }
                looked = Instant::now();
            }
            if since.elapsed() > SILENCE {
                return Ok(End::Lost("the input gives no audio any more".into()));
            }
            std::thread::sleep(TICK);
        }
    }

    fn status(&self, duplex: &Duplex, meter: Option<&mut Meter>, heard: u64) -> Status {
        let (underruns, dropped, xruns, drift) = duplex.troubles();
        let mut columns = Vec::new();
        let levels = meter.map_or_else(Default::default, |meter| {
            columns.extend(std::iter::from_fn(|| meter.next_column()));
            meter.levels()
        });
        Status {
            seconds: self.summary.seconds + duplex.format.rate.seconds(heard),
            levels,
            columns,
            latency: duplex.latency(),
            worker: duplex.worker.report(),
            underruns: self.summary.underruns + underruns,
            dropped,
            xruns,
            drift,
            controls: self.desk.controls(),
        }
    }

    fn add_up(&mut self, duplex: &Duplex) {
        let report = duplex.worker.report();
        self.summary.seconds += duplex.format.rate.seconds(duplex.heard.load(Relaxed));
        self.summary.late_events += report.late_events;
        self.summary.late_frames += report.late_frames;
        self.summary.underruns += duplex.troubles().0;
    }
}

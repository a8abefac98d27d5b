//! The network on a thread of its own: while a device works on one call, the next one is made ready and the last one
//! taken apart, and files are read and written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::ends::{Batch, Ends};
use super::reverse::Reverse;
use crate::dsp::denormals::Flush;
use crate::error::{Error, Result};

/// Calls that are under way at most: one that runs, and one that is ready when it ends.
const CALLS: usize = 2;

/// A stream whose calls overlap with everything else. What comes out is what [`Stream`](super::Stream) gives, to the
/// bit, but up to [`CALLS`] calls later.
#[derive(Debug)]
pub(super) struct Pipeline {
    ends: Ends,
    engine: String,
    orders: Option<Sender<Order>>,
    done: Receiver<Done>,
    /// Rooms for calls that are not under way.
    spare: Vec<Job>,
    under_way: usize,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A call: its frames, and what the network makes of them, `[B, C, T, F]`.
#[derive(Debug)]
struct Job {
    batch: Batch,
    x: Vec<f32>,
}

#[derive(Debug)]
enum Order {
    Run(Job),
    Reset,
}

type Done = (Job, Result<()>);

impl Pipeline {
    /// Puts `reverse` on a thread between these ends.
    ///
    /// # Errors
    /// [`Error::Stream`] when the system gives no thread.
    pub fn new(ends: Ends, reverse: Reverse) -> Result<Self> {
        let (orders, to_do) = channel();
        let (finished, done) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let engine = reverse.network().engine().to_owned();
        let thread = std::thread::Builder::new()
            .name("diffwav network".into())
            .spawn(move || run(reverse, &to_do, &finished, &stopped))
            .map_err(|source| Error::Stream {
                action: "start the network's thread",
                source,
            })?;
        let job = || {
            let batch = ends.batch();
            let x = vec![0.0; batch.y.len()];
            Job { batch, x }
        };
        Ok(Self {
            engine,
            orders: Some(orders),
            done,
            spare: std::iter::repeat_with(job).take(CALLS).collect(),
            under_way: 0,
            stop,
            thread: Some(thread),
            ends,
        })
    }

    /// Takes any number of frames, one slice per channel, and starts the calls that are whole. Waits only while
    /// [`CALLS`] are under way.
    ///
    /// # Errors
    /// As [`Stream::push`](super::Stream::push), of this call or of one that was started before.
    pub fn push(&mut self, input: &[&[f32]]) -> Result<()> {
        self.ends.push(input)?;
        let _flush = Flush::new();
        while self.ends.gather()? {
            if self.spare.is_empty() {
                self.land()?;
            }
            let Some(mut job) = self.spare.pop() else {
                return Err(fault());
            };
            self.ends.encode(&mut job.batch);
            self.order(Order::Run(job))?;
            self.under_way += 1;
        }
        Ok(())
    }

    /// Waits for all that is under way.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn settle(&mut self) -> Result<()> {
        let _flush = Flush::new();
        while self.under_way > 0 {
            self.land()?;
        }
        Ok(())
    }

    /// Back to the start of a signal; what is under way is forgotten.
    ///
    /// # Errors
    /// When the thread has gone.
    pub fn reset(&mut self) -> Result<()> {
        while self.under_way > 0 {
            let (job, _) = self.done.recv().map_err(|_| fault())?;
            self.under_way -= 1;
            self.spare.push(job);
        }
        self.ends.reset()?;
        self.order(Order::Reset)
    }

    /// The ends.
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// The ends, for taking out what is finished.
    pub fn ends_mut(&mut self) -> &mut Ends {
        &mut self.ends
    }

    /// What runs.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Waits for the oldest call and takes it apart, while the next one runs.
    fn land(&mut self) -> Result<()> {
        let (mut job, outcome) = self.done.recv().map_err(|_| fault())?;
        self.under_way -= 1;
        let decoded = outcome.and_then(|()| self.ends.decode(&job.batch, &mut job.x));
        self.spare.push(job);
        decoded
    }

    fn order(&self, order: Order) -> Result<()> {
        let sent = self.orders.as_ref().and_then(|to| to.send(order).ok());
        sent.ok_or_else(fault)
    }
}

impl Drop for Pipeline {
    /// Waits for the call that runs; one that waits behind it is not begun.
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn fault() -> Error {
    Error::Stream {
        action: "run the network",
        source: std::io::Error::other("its thread stopped by a fault of diffwav"),
    }
}

fn run(mut reverse: Reverse, orders: &Receiver<Order>, done: &Sender<Done>, stop: &AtomicBool) {
    // As on the thread that the network would otherwise run on: the same bits.
    let _flush = Flush::new();
    let mut broken = false;
    for order in orders {
        let mut job = match order {
            Order::Reset => {
                reverse.reset();
                broken = false;
                continue;
            }
            Order::Run(job) => job,
        };
        if stop.load(Relaxed) {
            return;
        }
        let outcome = if broken {
            // Its stages are no longer at one frame.
            Err(Error::Inference {
                engine: reverse.network().engine().to_owned(),
                problem: "the call before failed".to_owned(),
                alternative: "--device cpu",
            })
        } else {
            let ran = reverse.run(&job.batch.y);
            ran.map(|x| job.x.copy_from_slice(x))
        };
        broken |= outcome.is_err();
        if done.send((job, outcome)).is_err() {
            return;
        }
    }
}

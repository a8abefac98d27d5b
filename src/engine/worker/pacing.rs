//! The worker's clock: how long hops take, and how many stages the governor lets the next one run.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::Blocks;
use super::shared::Shared;
use crate::engine::governor::Governor;
use crate::engine::reverse::Pace;
use crate::engine::stream::Stream;

/// Share of a hop's time that a hop under the governor may take; the rest is for what surrounds the network.
const SHARE: f64 = 0.9;

/// Measures hops and paces them.
pub(super) struct Pacing {
    governor: Governor,
    shared: Arc<Shared>,
    /// Planned run time of a hop, as a share of its duration.
    budget: f64,
    /// Frames that may come at once: that many may wait without anything being late.
    block: usize,
}

impl Pacing {
    pub fn new(stream: &Stream, blocks: Blocks, shared: Arc<Shared>) -> Self {
        // A hop's worth of samples, scaled: the budget is a share.
        let budget = blocks.budget.samples(1_000_000) as f64 * 1e-6;
        let mut pacing = Self {
            governor: Governor::new(1),
            shared,
            budget,
            block: blocks.most,
        };
        pacing.begin(stream);
        pacing
    }

    /// Another stream plays from now on.
    pub fn begin(&mut self, stream: &Stream) {
        let stages = stream.reverse().stages();
        self.governor = Governor::new(stages);
        self.shared.stages_full.store(stages as u32, Relaxed);
        self.shared.stages.store(stages as u32, Relaxed);
    }

    /// Orders for the next hop; `behind` frames beyond its own are already waiting.
    pub fn pace(&self, stream: &Stream, behind: usize) -> Pace {
        if !self.shared.adaptive.load(Relaxed) {
            return Pace {
                stages: stream.reverse().stages(),
                within: None,
            };
        }
        let rate = f64::from(stream.format().rate.0);
        let late = behind.saturating_sub(self.block) as f64;
        let within = (SHARE * self.budget * stream.hop() as f64 - late).max(0.0) / rate;
        Pace {
            stages: self.governor.stages(),
            within: Some(Duration::from_secs_f64(within)),
        }
    }

    /// After a hop that took `took`, when `there` frames wait for the next ones.
    pub fn measure(&mut self, stream: &Stream, took: Duration, there: usize) {
        let hop = stream.hop() as f64 / f64::from(stream.format().rate.0);
        let load = took.as_secs_f64() / hop;
        let before = f32::from_bits(self.shared.load.load(Relaxed));
        // About a second of hops of 10 ms.
        let after = before + 0.01 * (load as f32 - before);
        self.shared.load.store(after.to_bits(), Relaxed);
        self.shared.worst.fetch_max(took.as_nanos() as u64, Relaxed);
        self.shared.hops.fetch_add(1, Relaxed);
        let ran = stream.reverse().running();
        self.shared.stages.store(ran as u32, Relaxed);
        if self.shared.adaptive.load(Relaxed) {
            let before = self.governor.stages();
            let waiting = there >= stream.wanted().max(1) + self.block;
            self.governor.hop(load / self.budget, ran, waiting);
            if self.governor.stages() < before {
                self.shared.lowered.fetch_add(1, Relaxed);
            }
        }
    }
}

//! Fewer reverse steps before audio is lost, and more again when there is time.
//!
//! A reverse process may stop after any stage: that stage's data prediction is an estimate of the clean signal. So
//! lowering costs nothing and takes effect at once, within the hop that is short of time; the stages that still run
//! keep their caches, and latency does not change. Raising warms the added stages up before they are heard.

/// Above this share of the planned time a hop counts as hot.
const HOT: f64 = 0.85;

/// Stages are added while the planned time would be filled at most to this share.
const ROOM: f64 = 0.6;

/// Hot hops within [`MEMORY`] hops that lower the number of stages; one alone may be another program's doing.
const STRIKES: u32 = 2;
const MEMORY: u32 = 100;

/// Quiet hops before the first attempt to raise, and the most after failed attempts, which double it.
const WAIT: u32 = 200;
const WAIT_MOST: u32 = 6_400;

/// A raise that lasted this many hops was right: the wait is short again.
const PROVEN: u32 = 3_000;

/// Decides how many stages run. A hop's numbers in, the next hop's number of stages out.
#[derive(Debug, Clone)]
pub struct Governor {
    stages: usize,
    most: usize,
    /// Smoothed cost of one stage, as a share of the planned time: rises at once, falls slowly.
    cost: f64,
    strikes: u32,
    /// Hops since the last hot one.
    cool: u32,
    /// Hops without a change that a raise needs.
    wait: u32,
    /// Hops since the last raise.
    risen: Option<u32>,
}

impl Governor {
    /// For a process of `most` stages, all of which run at first.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            stages: most.max(1),
            most: most.max(1),
            cost: 0.0,
            strikes: 0,
            cool: 0,
            wait: WAIT,
            risen: None,
        }
    }

    /// Stages that the next hop may run.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.stages
    }

    /// After a hop: `share` of the planned time that it took, the stages that `ran` (fewer than allowed when time ran
    /// out), and whether the next hop was already `waiting` when it ended.
    pub fn hop(&mut self, share: f64, ran: usize, waiting: bool) {
        let cost = share / ran.max(1) as f64;
        let follow = if cost > self.cost { 0.3 } else { 0.02 };
        self.cost += follow * (cost - self.cost);
        self.cool = self.cool.saturating_add(1);
        self.risen = self.risen.map(|hops| hops.saturating_add(1));
        if self.risen.is_some_and(|hops| hops > PROVEN) {
            (self.risen, self.wait) = (None, WAIT);
        }
        if ran < self.stages {
            self.lower(ran.max(1));
        } else if share > HOT || waiting {
            self.strikes = if self.cool > MEMORY {
                1
            } else {
                self.strikes + 1
            };
            self.cool = 0;
            if self.strikes >= STRIKES {
                self.lower(self.stages.saturating_sub(1).max(1));
            }
        } else if self.cool >= self.wait
            && self.stages < self.most
            && self.cost * (self.stages + 1) as f64 <= ROOM
        {
            self.stages += 1;
            (self.cool, self.risen) = (0, Some(0));
        }
    }

    fn lower(&mut self, stages: usize) {
        if self.risen.take().is_some() {
            self.wait = (2 * self.wait).min(WAIT_MOST);
        }
        self.stages = stages;
        (self.strikes, self.cool) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs hops on a machine where a stage costs `cost(hop)` of a hop's time and time runs out at 1. Returns the
    /// stages of every hop and the hops that came too late.
    fn run(governor: &mut Governor, hops: usize, cost: impl Fn(usize) -> f64) -> (Vec<usize>, u32) {
        let mut late = 0;
        let stages = (0..hops).map(|hop| {
            let cost = cost(hop);
            // Before each further stage the clock is asked whether it still fits.
            let fitting = (1.0 / cost).floor().max(1.0) as usize;
            let ran = governor.stages().min(fitting);
            let share = ran as f64 * cost;
            late += u32::from(share > 1.0);
            governor.hop(share, ran, false);
            ran
        });
        (stages.collect(), late)
    }

    #[test]
    fn a_machine_with_time_runs_every_stage() {
        let (stages, late) = run(&mut Governor::new(3), 10_000, |_| 0.2);
        assert!(stages.iter().all(|ran| *ran == 3) && late == 0);
    }

    #[test]
    fn load_lowers_before_anything_is_late_and_returns() {
        let mut governor = Governor::new(3);
        let load = |hop: usize| {
            if (500..1500).contains(&hop) {
                0.45
            } else {
                0.15
            }
        };
        let (stages, late) = run(&mut governor, 6_000, load);
        assert_eq!(late, 0);
        assert_eq!(stages[499], 3);
        assert_eq!(stages[500], 2, "within the very hop");
        assert!(
            stages[510..1500].iter().all(|ran| *ran == 1),
            "0.9 is too near"
        );
        assert_eq!(stages[5_999], 3, "all stages again");
    }

    #[test]
    fn at_the_edge_it_does_not_swing() {
        // Two stages are measured to fit easily while one runs, but do not when they run.
        let mut governor = Governor::new(2);
        let mut changes = 0;
        let mut before = 2;
        for _ in 0..60_000 {
            let ran = governor.stages();
            changes += u32::from(ran != before);
            before = ran;
            governor.hop(if ran == 2 { 0.95 } else { 0.25 }, ran, false);
        }
        // Ten minutes of hops of 10 ms.
        assert!(changes <= 30, "{changes} changes");
    }

    #[test]
    fn a_single_hot_hop_is_forgiven() {
        let mut governor = Governor::new(4);
        for hop in 0..5_000 {
            let share = if hop % 500 == 250 { 0.99 } else { 0.4 };
            governor.hop(share, governor.stages(), false);
            assert_eq!(governor.stages(), 4);
        }
    }

    #[test]
    fn one_stage_is_the_least() {
        let mut governor = Governor::new(2);
        for _ in 0..100 {
            governor.hop(3.0, 1, true);
            assert!(governor.stages() >= 1);
        }
        assert_eq!(governor.stages(), 1);
    }
}

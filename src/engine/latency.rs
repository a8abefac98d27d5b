//! How long the audio thread must wait for a worker that runs one hop at a time: exact arithmetic.
//!
//! Samples arrive in host blocks and the network wants hops. Callback k hands in the samples up to (k+1)·B and must at
//! once hand out as many. Hop j is complete at the first callback with (k+1)·B ≥ (j+1)·H; the worker, if free, starts
//! then, takes T, and its result is fetched at the first callback not before that. The latency is the least number of
//! samples of delay with which no callback ever comes too early. T ≤ H, or the worker never keeps up.

/// The worst run time of a hop that is planned for, as a share of the hop: beyond it hops are late.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget(f64);

impl Budget {
    /// The worker may be busy all of the time: the default, safe on a loaded machine.
    pub const FULL: Self = Self(1.0);
    /// The worker must finish in half a hop: less latency for a machine with time to spare.
    pub const HALF: Self = Self(0.5);

    /// Run time in samples for a hop of `hop` samples.
    #[must_use]
    pub fn samples(self, hop: usize) -> usize {
        (self.0 * hop as f64).ceil() as usize
    }
}

/// Latency for host blocks of always `block` samples, hops of `hop` and run times up to `run` (all in host samples),
/// found by walking one period of lcm(block, hop): the exact minimum.
#[must_use]
pub fn fixed_blocks(hop: usize, block: usize, run: usize) -> usize {
    let period = hop / gcd(hop, block);
    let (mut finished, mut latency) = (0u64, 0i64);
    // Whatever the worker does, the callback that hands a hop in cannot hand its result out.
    let (hop, block, run) = (hop.max(1) as u64, block.max(1) as u64, run.max(1) as u64);
    // Hop j is seen at the callback that completes it; callback k happens at time k·block on the clock of arrivals.
    let mut fetched_at = Vec::with_capacity(2 * period);
    let hops = (2 * period as u64 * block).div_ceil(hop) + 1;
    for j in 0..hops {
        let callback = ((j + 1) * hop).div_ceil(block) - 1;
        let start = finished.max(callback * block);
        finished = start + run;
        fetched_at.push(finished.div_ceil(block));
    }
    // The need is greatest just before a hop is fetched.
    for (j, fetched) in fetched_at.iter().enumerate() {
        if *fetched > 0 {
            let needed = (*fetched * block) as i64 - (j as u64 * hop) as i64;
            latency = latency.max(needed);
        }
    }
    latency as usize
}

/// The same as a formula, an upper bound that is exact in half of the cases: H + B − 2g + g·⌈T/g⌉, g = gcd(B, H).
#[must_use]
pub fn fixed_blocks_bound(hop: usize, block: usize, run: usize) -> usize {
    let g = gcd(hop, block);
    hop + block - 2 * g + g * run.max(1).div_ceil(g)
}

/// Latency for host blocks of any size up to `block_max`, changing from call to call: H + Bmax − 2 + T.
#[must_use]
pub fn varying_blocks(hop: usize, block_max: usize, run: usize) -> usize {
    (hop + block_max + run.max(1)).saturating_sub(2)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event simulation on a clock of single samples that shares nothing with the formulas: a queue, a worker that
    /// is busy until some sample, and a count of finished output. Returns the worst deficit over `seconds` samples.
    fn simulate(
        hop: usize,
        run: usize,
        blocks: &mut dyn FnMut() -> usize,
        samples: usize,
    ) -> usize {
        let (mut arrived, mut queued, mut produced, mut demanded) =
            (0usize, 0usize, 0usize, 0usize);
        let mut busy_until: Option<usize> = None;
        let (mut clock, mut deficit) = (0usize, 0usize);
        while clock < samples {
            let block = blocks();
            // Everything that the worker does before this callback's time.
            while let Some(end) = busy_until {
                if end > clock {
                    break;
                }
                produced += hop;
                busy_until = None;
                if queued >= hop {
                    queued -= hop;
                    busy_until = Some(end + run);
                }
            }
            demanded += block;
            deficit = deficit.max(demanded - produced.min(demanded));
            arrived += block;
            queued += block;
            if busy_until.is_none() && queued >= hop {
                queued -= hop;
                busy_until = Some(clock + run);
            }
            clock += block;
        }
        assert!(arrived >= demanded);
        deficit
    }

    #[test]
    fn fixed_blocks_are_exact_against_the_simulation() {
        for hop in [64, 128, 147, 160, 240, 441, 480] {
            for block in (1..=130).chain([
                144, 192, 256, 441, 479, 480, 481, 512, 1021, 1024, 2048, 4093, 8191, 8192,
            ]) {
                for run in [0, 1, hop / 7, hop / 2, hop - 1, hop] {
                    let samples = 3 * block * (hop / gcd(hop, block)).max(4);
                    if samples > 600_000 {
                        continue;
                    }
                    let simulated = simulate(hop, run, &mut || block, samples);
                    let exact = fixed_blocks(hop, block, run);
                    assert_eq!(exact, simulated, "H={hop} B={block} T={run}");
                    assert!(
                        exact <= fixed_blocks_bound(hop, block, run),
                        "H={hop} B={block} T={run}"
                    );
                }
            }
        }
    }

    #[test]
    fn varying_blocks_are_never_short() {
        let mut state = 1u64;
        let mut random = move |n: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let mut attained = 0;
        for case in 0..400 {
            let hop = 1 + random(600);
            let most = 1 + random(1500);
            let run = random(hop + 1);
            let mut draw = || match case % 3 {
                0 => 1 + random(most),
                1 => {
                    if random(3) == 0 {
                        1
                    } else {
                        most
                    }
                }
                _ => {
                    if random(50) == 0 {
                        1 + random(most)
                    } else {
                        most
                    }
                }
            };
            let bound = varying_blocks(hop, most, run);
            let simulated = simulate(hop, run, &mut draw, 300_000);
            assert!(
                simulated <= bound,
                "H={hop} Bmax={most} T={run}: {simulated} > {bound}"
            );
            attained += usize::from(simulated + 2 >= bound);
        }
        assert!(attained > 0, "the bound is never attained: it is too large");
    }
}

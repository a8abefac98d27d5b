//! The reverse process over whole sounds, several at a time.

use super::partial::Partial;
use crate::diffusion::plan::{Memory, Plan};
use crate::dsp::noise;
use crate::error::Result;
use crate::model::network::{Caches, Call, Network};

/// A sound on its way, as the network is told of it.
#[derive(Debug, Clone)]
pub(super) struct Traveller {
    pub seed: u64,
    /// Its class, and the number of "no class".
    pub labels: (i64, i64),
    pub controls: Vec<f32>,
    pub guidance: f32,
    /// An own sound as frames `[C, T, F]`; empty for none.
    pub x0: Vec<f32>,
}

/// What all travellers of a walk share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    /// From pure noise; replaced by `partial` where there is one.
    pub plan: &'a Plan,
    /// From an own sound.
    pub partial: Option<&'a Partial>,
    /// Whether the network also runs without the class.
    pub guided: bool,
    /// T of the whole sound.
    pub frames: usize,
    /// Components and bins of a frame.
    pub shape: (usize, usize),
}

/// Takes `travellers` from x_T to x_0; the results are `[C, T, F]` each.
///
/// A causal network goes along the sound in calls of its own length; any other sees the whole of it at once.
///
/// # Errors
/// When the network fails.
pub(super) fn walk(
    network: &mut dyn Network,
    way: Way<'_>,
    travellers: &[Traveller],
) -> Result<Vec<Vec<f32>>> {
    let (components, bins) = way.shape;
    let plan = way.partial.map_or(way.plan, |partial| &partial.plan);
    let rows = travellers.len() * if way.guided { 2 } else { 1 };
    let most = network.frames_max();
    let mut caches: Vec<Caches> = plan.stages.iter().map(|_| network.caches(rows)).collect();
    let mut done = vec![vec![0.0; components * way.frames * bins]; travellers.len()];
    for start in (0..way.frames).step_by(most) {
        let part = Part {
            start,
            frames: most.min(way.frames - start),
        };
        let x = run(network, way, plan, travellers, &mut caches, part)?;
        let signal = components * part.frames * bins;
        for (whole, x) in done.iter_mut().zip(x.chunks_exact(signal)) {
            for (whole, x) in whole
                .chunks_exact_mut(way.frames * bins)
                .zip(x.chunks_exact(part.frames * bins))
            {
                whole[start * bins..][..x.len()].copy_from_slice(x);
            }
        }
    }
    Ok(done)
}

/// Consecutive frames of a sound.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    frames: usize,
}

fn run(
    network: &mut dyn Network,
    way: Way<'_>,
    plan: &Plan,
    travellers: &[Traveller],
    caches: &mut [Caches],
    part: Part,
) -> Result<Vec<f32>> {
    let signal = way.shape.0 * part.frames * way.shape.1;
    let size = signal * travellers.len();
    let rows = travellers.len() * if way.guided { 2 } else { 1 };
    let (labels, controls) = told(network, way, travellers);
    let mut z = vec![0.0; size];
    let mut x = vec![0.0; size];
    draw(way, travellers, 0, part, &mut z);
    begin(way, travellers, part, &z, &mut x);
    let mut input = vec![0.0; rows * signal];
    let mut out = vec![0.0; rows * signal];
    let mut memory = Memory::new(if plan.remembers() { size } else { 0 });
    for (index, (stage, caches)) in plan.stages.iter().zip(caches).enumerate() {
        stage.evaluation.input(&x, &mut input[..size]);
        if way.guided {
            input.copy_within(..size, size);
        }
        network.run(Call {
            batch: rows,
            frames: part.frames,
            x: &input,
            y: &[],
            time: stage.evaluation.time as f32,
            labels: &labels,
            controls: &controls,
            caches,
            out: &mut out,
        })?;
        if way.guided {
            guide(travellers, signal, &mut out);
        }
        let data = &mut out[..size];
        stage.evaluation.data(&x, &[], data);
        if stage.update.noise != 0.0 {
            draw(way, travellers, index as u32 + 1, part, &mut z);
        }
        stage.advance(&mut x, data, &[], &z, &mut memory);
    }
    Ok(x)
}

/// The `label` and `controls` of all rows: first with the class, then without.
fn told(network: &dyn Network, way: Way<'_>, travellers: &[Traveller]) -> (Vec<i64>, Vec<f32>) {
    let with = travellers.iter().map(|traveller| traveller.labels.0);
    let without = travellers.iter().map(|traveller| traveller.labels.1);
    let mut labels: Vec<i64> = match way.guided {
        true => with.chain(without).collect(),
        false => with.collect(),
    };
    if network.card().labels.is_empty() {
        labels.clear();
    }
    let once = travellers.iter().flat_map(|traveller| &traveller.controls);
    let mut controls: Vec<f32> = once.copied().collect();
    if way.guided {
        controls.extend_from_within(..);
    }
    (labels, controls)
}

/// (1 + w)·cond − w·uncond, into the first half.
fn guide(travellers: &[Traveller], signal: usize, out: &mut [f32]) {
    let (with, without) = out.split_at_mut(travellers.len() * signal);
    let pairs = with
        .chunks_exact_mut(signal)
        .zip(without.chunks_exact(signal));
    for ((with, without), traveller) in pairs.zip(travellers) {
        let w = traveller.guidance;
        for (with, without) in with.iter_mut().zip(without) {
            *with = (1.0 + w) * *with - w * without;
        }
    }
}

/// x at the first stage.
fn begin(way: Way<'_>, travellers: &[Traveller], part: Part, z: &[f32], x: &mut [f32]) {
    let (components, bins) = way.shape;
    let Some(Partial { entry, .. }) = way.partial else {
        way.plan.start.apply(x, &[], z);
        return;
    };
    let (clean, noise) = (entry.clean as f32, entry.noise as f32);
    let run = part.frames * bins;
    for (plane, (x, z)) in x.chunks_exact_mut(run).zip(z.chunks_exact(run)).enumerate() {
        let x0 = &travellers[plane / components].x0[plane % components * way.frames * bins..];
        for ((x, z), x0) in x.iter_mut().zip(z).zip(&x0[part.start * bins..]) {
            *x = clean * x0 + noise * z;
        }
    }
}

/// Noise of one stage, each traveller by its own seed.
fn draw(way: Way<'_>, travellers: &[Traveller], stream: u32, part: Part, z: &mut [f32]) {
    let (components, bins) = way.shape;
    let mut frame_noise = vec![0.0; components * bins];
    let signals = z.chunks_exact_mut(components * part.frames * bins);
    for (signal, traveller) in signals.zip(travellers) {
        for frame in 0..part.frames {
            let absolute = (part.start + frame) as u64;
            noise::gaussian(traveller.seed, stream, absolute, &mut frame_noise);
            let planes = signal.chunks_exact_mut(part.frames * bins);
            for (plane, from) in planes.zip(frame_noise.chunks_exact(bins)) {
                plane[frame * bins..][..bins].copy_from_slice(from);
            }
        }
    }
}

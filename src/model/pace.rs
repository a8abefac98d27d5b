//! How fast a network runs here: which device is the faster one, and how many frames a call are right.
//!
//! What was found is remembered for the life of the process, and nowhere else: no file is written for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::backend::{self, Options, Purpose};
use crate::model::card::Task;
use crate::model::contract::Model;
use crate::model::network::{Call, Network, unspecified};

/// Frames a call on a processor: larger calls gain nothing there, and cost memory.
const FRAMES_ON_CPU: usize = 64;
/// A call that takes this long gains nothing from being longer.
const LONG: Duration = Duration::from_millis(250);
/// A longer call must save at least this share of the time of a frame.
const GAIN: f64 = 0.1;
/// What was found, by key; made at the first use.
type Found<K, V> = Mutex<Option<HashMap<K, V>>>;

/// Frames a call by model, engine and number of signals.
static FRAMES: Found<(String, String, usize), usize> = Mutex::new(None);
/// Seconds a frame by model, engine and purpose.
static SECONDS: Found<(String, String, Purpose), f64> = Mutex::new(None);

/// The right number of frames a call for `batch` signals in file mode: found by trying, once in the process.
pub fn frames_per_call(network: &mut dyn Network, batch: usize) -> usize {
    let own = network.card().frames_max.min(network.frames_max());
    if network.frames_max() <= own || network.card().task == Task::Vocode {
        return own.min(FRAMES_ON_CPU);
    }
    let key = (name(network), network.engine().to_owned(), batch);
    if let Some(frames) = remembered(&FRAMES, &key) {
        return frames;
    }
    let frames = search(network, batch, own);
    remember(&FRAMES, key, frames);
    frames
}

/// Goes up in steps of four as long as a frame gets cheaper, the memory suffices, and the numbers stay the same.
fn search(network: &mut dyn Network, batch: usize, own: usize) -> usize {
    let Ok((out, mut best)) = time(network, batch, own, 3) else {
        return own;
    };
    let (mut frames, most) = (own, network.frames_max());
    while frames < most && best.mul_f64(frames as f64) < LONG {
        let more = (frames * 4).min(most);
        let Ok((long, seconds)) = time(network, batch, more, 3) else {
            break;
        };
        let same = agrees(network, batch, (&out, own), (&long, more));
        if !same || seconds > best.mul_f64(1.0 - GAIN) {
            break;
        }
        (frames, best) = (more, seconds);
    }
    frames
}

/// Times the network of a graphics card against the one of the CPU. The first value is the network of the card if it
/// is faster; the second says who is not used, and by what measure.
pub(super) fn faster(
    model: &Model,
    options: &Options,
    mut card: Box<dyn Network>,
) -> (Option<Box<dyn Network>>, String) {
    let on_card = seconds(card.as_mut(), options.purpose);
    let on_cpu = backend::on_cpu(model, options, Vec::new()).map(|mut loaded| {
        let seconds = seconds(loaded.network.as_mut(), options.purpose);
        (seconds, loaded.network.engine().to_owned())
    });
    let what = match options.purpose {
        Purpose::Files => "a hop in large calls",
        Purpose::RealTime => "a hop by itself",
    };
    let ms = |seconds: f64| format!("{:.2} ms", 1e3 * seconds);
    let engine = card.engine().to_owned();
    match (on_card, on_cpu) {
        (Ok(on_card), Ok((Ok(on_cpu), other))) if on_card < on_cpu => {
            let note = format!(
                "{other} is not used: {what} takes {} there, {} on {engine}",
                ms(on_cpu),
                ms(on_card)
            );
            (Some(card), note)
        }
        (Ok(_), Err(error) | Ok((Err(error), _))) => {
            (Some(card), format!("cpu is not used: {error}"))
        }
        (Ok(on_card), Ok((Ok(on_cpu), other))) => (
            None,
            format!(
                "{engine} is not used: {what} takes {} there, {} on {other}",
                ms(on_card),
                ms(on_cpu)
            ),
        ),
        (Err(error), _) => (None, format!("{engine} is not used: {error}")),
    }
}

/// Seconds a frame; measured once in the process.
fn seconds(network: &mut dyn Network, purpose: Purpose) -> Result<f64> {
    let key = (name(network), network.engine().to_owned(), purpose);
    if let Some(seconds) = remembered(&SECONDS, &key) {
        return Ok(seconds);
    }
    let (frames, calls) = match purpose {
        Purpose::Files => (frames_per_call(network, 1), 3),
        Purpose::RealTime => (1, 15),
    };
    let (_, time) = time(network, 1, frames, calls)?;
    remember(&SECONDS, key, time.as_secs_f64());
    Ok(time.as_secs_f64())
}

fn remembered<K: Eq + Hash, V: Copy>(all: &Found<K, V>, key: &K) -> Option<V> {
    let all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.as_ref()?.get(key).copied()
}

fn remember<K: Eq + Hash, V>(all: &Found<K, V>, key: K, value: V) {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.get_or_insert_default().insert(key, value);
}

/// The model that a network runs, for the keys.
fn name(network: &dyn Network) -> String {
    format!(
        "{} {} {}",
        network.card().name,
        network.card().version,
        network.card().commit
    )
}

/// The output and the median time of a frame, over `calls` calls after one that is not counted.
fn time(
    network: &mut dyn Network,
    batch: usize,
    frames: usize,
    calls: usize,
) -> Result<(Vec<f32>, Duration)> {
    let transform = &network.card().transform;
    let (channels, bins) = (transform.channels(), transform.bins());
    // [B, C, T, F], a function of channel, frame and bin alone, so that a longer call begins like a shorter one.
    let mut y = Vec::with_capacity(batch * channels * frames * bins);
    for row in 0..batch * channels {
        for number in 0..frames * bins {
            y.push((0.37 * number as f32 + row as f32).sin());
        }
    }
    let mel = network
        .card()
        .mel
        .map_or(0, |mel| batch * mel.bands * frames);
    let mel = vec![-5.0; mel];
    let condition = match network.card().task {
        Task::Synth => &[][..],
        Task::Denoise => &y,
        Task::Vocode => &mel,
    };
    let (labels, controls) = unspecified(network.card(), batch);
    let (mut out, mut first) = (vec![0.0; y.len()], Vec::new());
    let mut caches = network.caches(batch);
    let mut times = Vec::with_capacity(calls);
    for call in 0..=calls {
        let start = Instant::now();
        network.run(Call {
            batch,
            frames,
            x: &y,
            y: condition,
            time: 1.0,
            labels: &labels,
            controls: &controls,
            caches: &mut caches,
            out: &mut out,
        })?;
        if call == 0 {
            first.clone_from(&out);
        } else {
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok((first, median.div_f64(frames as f64)))
}

/// Whether the first frames of a long call are what the short one gave, to 1e-4.
fn agrees(
    network: &dyn Network,
    batch: usize,
    short: (&[f32], usize),
    long: (&[f32], usize),
) -> bool {
    let transform = &network.card().transform;
    let (rows, bins) = (batch * transform.channels(), transform.bins());
    let (mut error, mut energy) = (0.0, 0.0);
    for row in 0..rows {
        let part = &short.0[row * short.1 * bins..][..short.1 * bins];
        let same = &long.0[row * long.1 * bins..][..short.1 * bins];
        for (a, b) in part.iter().zip(same) {
            error += f64::from(a - b).powi(2);
            energy += f64::from(*a).powi(2);
        }
    }
    error <= 1e-8 * energy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fake::Fake;
    use crate::model::registry;

    /// Plays a graphics card against the real network on the CPU of this machine.
    fn against_the_cpu(name: &str, card: Fake) -> (bool, String) {
        let model = registry::open(registry::DEFAULT).unwrap();
        let options = Options {
            purpose: Purpose::RealTime,
            ..Options::default()
        };
        let card = card.edit(|card| card.name = name.to_owned());
        let (chosen, note) = faster(&model, &options, Box::new(card));
        (chosen.is_some(), note)
    }

    #[test]
    fn the_faster_one_is_taken_and_the_other_named_with_what_was_measured() {
        let (taken, note) = against_the_cpu("quick-card", Fake::identity(480));
        assert!(taken, "{note}");
        assert!(
            note.contains("on cpu is not used: a hop by itself takes"),
            "{note}"
        );
        let slow = Fake::identity(480).sleeping(Duration::from_millis(200));
        let (taken, note) = against_the_cpu("slow-card", slow);
        assert!(!taken, "{note}");
        assert!(
            note.starts_with("fake is not used: a hop by itself takes 2"),
            "{note}"
        );
        assert!(note.contains("on cpu"), "{note}");
    }

    #[test]
    fn a_card_that_fails_while_it_is_measured_is_not_used() {
        let (taken, note) = against_the_cpu("broken-card", Fake::identity(480).failing_at(0));
        assert!(!taken, "{note}");
        assert!(note.starts_with("fake is not used: "), "{note}");
    }
}

//! Recordings by way of mel frames: any rate, as long as they were, aligned.

use diffwav::engine::vocode::CopySynthesis;
use diffwav::units::Hz;

use crate::support::{choice, network};

/// Bursts of a voice-like buzz.
fn buzz(rate: u32, samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|n| {
            let time = n as f64 / f64::from(rate);
            let on = (time * 2.5).fract() < 0.5;
            let sum: f64 = (1..20)
                .map(|h| (std::f64::consts::TAU * 140.0 * f64::from(h) * time).sin() / f64::from(h))
                .sum();
            if on { (0.15 * sum) as f32 } else { 0.0 }
        })
        .collect()
}

fn copied(rate: u32, input: &[f32], block: usize) -> Vec<f32> {
    let mut copy = CopySynthesis::new(network(), Hz(rate), 1, 16, &choice(1, 2)).unwrap();
    let mut out = Vec::new();
    let mut sink = |samples: &[&[f32]]| {
        out.extend_from_slice(samples[0]);
        Ok(())
    };
    for block in input.chunks(block) {
        copy.push(&[block], &mut sink).unwrap();
    }
    copy.finish(&mut sink).unwrap();
    out
}

/// Levels of 10 ms blocks.
fn levels(rate: u32, samples: &[f32]) -> Vec<f32> {
    samples
        .chunks(rate as usize / 100)
        .map(|block| block.iter().map(|s| s * s).sum::<f32>() / block.len() as f32)
        .map(f32::sqrt)
        .collect()
}

/// The lag, in blocks of 10 ms, at which two series of levels agree best.
fn lag(a: &[f32], b: &[f32]) -> i64 {
    let agreement = |lag: i64| -> f32 {
        let at = |i: usize| usize::try_from(i as i64 + lag).ok().and_then(|i| b.get(i));
        a.iter()
            .enumerate()
            .filter_map(|(i, x)| Some(x * at(i)?))
            .sum()
    };
    (-10..=10)
        .max_by(|x, y| agreement(*x).total_cmp(&agreement(*y)))
        .unwrap()
}

#[test]
fn every_rate_keeps_length_and_place() {
    for rate in [8_000, 24_000, 44_100, 48_000] {
        let samples = rate as usize * 9 / 8 + 77;
        let input = buzz(rate, samples);
        let out = copied(rate, &input, 5_000);
        assert_eq!(out.len(), samples, "{rate}");
        let (before, after) = (levels(rate, &input), levels(rate, &out));
        assert_eq!(lag(&before, &after), 0, "{rate}");
        let loud = |levels: &[f32]| levels.iter().sum::<f32>();
        let ratio = loud(&after) / loud(&before);
        assert!((0.6..1.5).contains(&ratio), "{rate}: {ratio} times as loud");
    }
}

#[test]
fn the_cut_of_a_recording_changes_no_bit() {
    for rate in [24_000, 44_100] {
        let input = buzz(rate, 15_000);
        let whole = copied(rate, &input, input.len());
        for block in [1_000, 257] {
            assert!(
                copied(rate, &input, block) == whole,
                "{rate}, blocks of {block}"
            );
        }
    }
}

#[test]
fn the_shortest_recordings_come_back_as_long_as_they_were() {
    for samples in [0, 1, 300] {
        assert_eq!(copied(24_000, &vec![0.1; samples], 100).len(), samples);
        assert_eq!(copied(48_000, &vec![0.1; samples], 100).len(), samples);
    }
}

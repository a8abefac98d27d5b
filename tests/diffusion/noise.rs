//! The keyed Gaussian noise: its distribution, its independence, and the same bits however it is cut.

use diffwav::dsp::noise::{gaussian, gaussian_from};

use crate::gaussian::close;

const BINS: usize = 962;

fn frames(seed: u64, stream: u32, count: u64) -> Vec<f64> {
    let mut frame = vec![0.0_f32; BINS];
    let mut all = Vec::with_capacity(count as usize * BINS);
    for index in 0..count {
        gaussian(seed, stream, index, &mut frame);
        all.extend(frame.iter().map(|&g| f64::from(g)));
    }
    all
}

#[test]
fn moments_are_those_of_a_unit_gaussian() {
    let draws = frames(42, 0, 2000);
    let n = draws.len() as f64;
    let moment = |power: i32| draws.iter().map(|g| g.powi(power)).sum::<f64>() / n;
    // Five standard errors: the variance of g^k is (2k−1)!! − ((k−1)!!)².
    for (power, expected, variance) in [
        (1, 0.0, 1.0),
        (2, 1.0, 2.0),
        (3, 0.0, 15.0),
        (4, 3.0, 96.0),
        (6, 15.0, 10_170.0_f64),
    ] {
        close(moment(power), expected, 5.0 * (variance / n).sqrt());
    }
}

#[test]
fn kolmogorov_smirnov() {
    for seed in [0, 1, u64::MAX] {
        let mut draws = frames(seed, 3, 200);
        draws.sort_by(f64::total_cmp);
        let n = draws.len() as f64;
        let distance = draws.iter().enumerate().fold(0.0_f64, |worst, (i, &g)| {
            let expected = 0.5 * erfc(-g / std::f64::consts::SQRT_2);
            worst
                .max((expected - i as f64 / n).abs())
                .max((expected - (i + 1) as f64 / n).abs())
        });
        // Probability 1e-4 at 2.23/√n.
        assert!(distance * n.sqrt() < 2.23, "{}", distance * n.sqrt());
    }
}

/// Complementary error function, Chebyshev fit of fractional error below 1.2e-7 (Numerical Recipes, 6.2).
fn erfc(x: f64) -> f64 {
    const C: [f64; 10] = [
        -1.26551223,
        1.00002368,
        0.37409196,
        0.09678418,
        -0.18628806,
        0.27886807,
        -1.13520398,
        1.48851587,
        -0.82215223,
        0.17087277,
    ];
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let polynomial = C.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let tail = t * (-x * x + polynomial).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

#[test]
fn tails_hold_what_they_should() {
    let draws = frames(5, 1, 10_000);
    let n = draws.len() as f64;
    for bound in [2.0, 3.0, 4.0] {
        let probability = erfc(bound / std::f64::consts::SQRT_2);
        let found = draws.iter().filter(|g| g.abs() > bound).count() as f64;
        close(found, n * probability, 5.0 * (n * probability).sqrt());
    }
}

#[test]
fn neighbouring_keys_are_uncorrelated() {
    const FRAMES: u64 = 300;
    let here = frames(9, 4, FRAMES);
    let n = here.len() as f64;
    let one_frame_on = here[BINS..].to_vec();
    let mut others = vec![frames(9, 5, FRAMES), frames(10, 4, FRAMES), one_frame_on];
    others.push(frames(9 + (1 << 32), 4, FRAMES));
    others.push(frames(9, 4 + (1 << 16), FRAMES));
    for lag in 1..=8 {
        others.push(here[lag..].to_vec()); // neighbouring bins
    }
    for other in others {
        let product = |power: i32, mean: f64| {
            let pairs = here.iter().zip(&other);
            let sum: f64 = pairs
                .map(|(a, b)| (a.powi(power) - mean) * (b.powi(power) - mean))
                .sum();
            sum / n
        };
        close(product(1, 0.0), 0.0, 5.0 / n.sqrt());
        // Squares too: Box–Muller pairs share a radius. The variance of (a²−1)(b²−1) is 4.
        close(product(2, 1.0), 0.0, 5.0 * 2.0 / n.sqrt());
    }
}

#[test]
fn the_same_bits_however_it_is_cut() {
    let mut whole = vec![0.0_f32; BINS];
    gaussian(11, 2, 1 << 40, &mut whole);
    for length in 0..40 {
        for first in 0..20 {
            let mut part = vec![0.0_f32; length];
            gaussian_from(11, 2, 1 << 40, first, &mut part);
            assert_eq!(part, whole[first as usize..][..length]);
        }
    }
    let mut other = vec![0.0_f32; BINS];
    gaussian(11, 2, (1 << 40) + (1 << 32), &mut other); // the high half of the frame counts
    assert_ne!(whole, other);
}

#[test]
fn these_bits_are_for_ever() {
    // A change of any of them changes every file ever rendered: raise the major version.
    let mut found = [0.0_f32; 5];
    gaussian(1, 2, 3, &mut found);
    let bits = found.map(f32::to_bits);
    assert_eq!(bits, GOLDEN, "{found:?} {bits:#010x?}");
}

const GOLDEN: [u32; 5] = [
    0x3f4d_b69d,
    0x3f3d_e644,
    0xbf61_c509,
    0x3e22_4fb4,
    0x3d89_90cb,
];

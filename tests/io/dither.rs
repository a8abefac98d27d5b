//! The dither is what theory says: triangular, of mean 0 and variance 1/6, white, and it makes the error independent of
//! the signal. Tolerances are five standard errors of each estimate for the number of draws used.

use diffwav::io::{Dither, Metadata, SampleFormat};

use crate::bench::{hear, plain, save, scratch};

const N: u64 = 1 << 20;
const TPDF: Dither = Dither::Triangular { seed: 7 };

fn draws() -> Vec<f64> {
    (0..N).map(|frame| TPDF.draw(0, frame)).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    values.sum::<f64>() / N as f64
}

#[test]
fn the_distribution_is_triangular() {
    let draws = draws();
    let n = N as f64;
    assert!(draws.iter().all(|d| d.abs() < 1.0));
    // Moments of the triangle on (−1, 1): E d = 0, E d² = 1/6, E d⁴ = 1/15.
    assert!(mean(draws.iter().copied()).abs() < 5.0 * (1.0 / 6.0 / n).sqrt());
    let second = mean(draws.iter().map(|d| d * d));
    assert!((second - 1.0 / 6.0).abs() < 5.0 * ((1.0 / 15.0 - 1.0 / 36.0) / n).sqrt());
    // The cumulative distribution: (1 + x)²/2 below 0, 1 − (1 − x)²/2 above.
    for step in -9..=9 {
        let x = f64::from(step) / 10.0;
        let expected = if x < 0.0 {
            (1.0 + x).powi(2) / 2.0
        } else {
            1.0 - (1.0 - x).powi(2) / 2.0
        };
        let found = draws.iter().filter(|d| **d < x).count() as f64 / n;
        assert!(
            (found - expected).abs() < 5.0 * (expected * (1.0 - expected) / n).sqrt(),
            "{x}"
        );
    }
}

#[test]
fn it_is_white_and_independent_between_channels_and_seeds() {
    let draws = draws();
    let limit = 5.0 * (1.0 / 36.0 / N as f64).sqrt();
    for lag in 1..=64 {
        let sum: f64 = draws.iter().zip(&draws[lag..]).map(|(a, b)| a * b).sum();
        assert!((sum / N as f64).abs() < limit, "lag {lag}");
    }
    for other in [
        Dither::Triangular { seed: 8 },
        Dither::Triangular { seed: u64::MAX },
    ] {
        assert!(mean((0..N).map(|f| draws[f as usize] * other.draw(0, f))).abs() < limit);
    }
    for channel in 1..8 {
        assert!(mean((0..N).map(|f| draws[f as usize] * TPDF.draw(channel, f))).abs() < limit);
    }
}

#[test]
fn mean_and_variance_of_the_error_do_not_depend_on_the_signal() {
    // With rounding of TPDF-dithered values the error has mean 0 and variance 1/12 + 1/6 = 1/4 step² for every input.
    let frames = 1 << 18;
    for part in [0.0, 0.1, 0.25, 0.5, 0.77] {
        let (_dir, path) = scratch("a.wav");
        let mut spec = plain(1, SampleFormat::Int16);
        spec.dither = TPDF;
        let value = (100.0 + part) / 32_768.0;
        save(
            &path,
            &spec,
            Metadata::default(),
            &[vec![value as f32; frames]],
        )
        .unwrap();
        let error: Vec<f64> = hear(&path).unwrap().planar[0]
            .iter()
            .map(|heard| f64::from(*heard) * 32_768.0 - f64::from(value as f32) * 32_768.0)
            .collect();
        let n = frames as f64;
        let mean = error.iter().sum::<f64>() / n;
        let power = error.iter().map(|e| e * e).sum::<f64>() / n;
        assert!(mean.abs() < 5.0 * (0.25 / n).sqrt(), "{part}: mean {mean}");
        assert!(
            (power - 0.25).abs() < 5.0 * (0.25 / n).sqrt(),
            "{part}: power {power}"
        );
        for lag in 1..=16 {
            let sum: f64 = error.iter().zip(&error[lag..]).map(|(a, b)| a * b).sum();
            assert!(
                (sum / n).abs() < 5.0 * (0.25 * 0.25 / n).sqrt(),
                "{part}: lag {lag}"
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_file_however_it_was_cut() {
    let planar = crate::bench::noise(2, 5000, 24);
    let (dir, path) = scratch("cut.wav");
    let mut spec = plain(2, SampleFormat::Int16);
    spec.dither = TPDF;
    save(&path, &spec, Metadata::default(), &planar).unwrap();
    let whole = dir.path().join("whole.wav");
    let mut writer =
        diffwav::io::Writer::create(&crate::bench::target(&whole), &spec, Metadata::default())
            .unwrap();
    writer.write(&[&planar[0], &planar[1]]).unwrap();
    writer.finish().unwrap();
    assert_eq!(
        std::fs::read(&path).unwrap(),
        std::fs::read(&whole).unwrap()
    );
    spec.dither = Dither::Triangular { seed: 8 };
    let other = dir.path().join("other.wav");
    save(&other, &spec, Metadata::default(), &planar).unwrap();
    assert_ne!(
        std::fs::read(&path).unwrap(),
        std::fs::read(&other).unwrap()
    );
}

#[test]
fn full_scale_clips_and_is_counted_and_floats_pass_untouched() {
    let values = vec![
        1.0,
        -1.0,
        1.000_001,
        -1.000_001,
        2.0,
        -3.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        0.5,
    ];
    for (sample, top) in [
        (SampleFormat::Int8, 127.0),
        (SampleFormat::Int16, 32_767.0),
        (SampleFormat::Int24, 8_388_607.0),
    ] {
        for dither in [Dither::Off, TPDF] {
            let (_dir, path) = scratch("a.wav");
            let mut spec = plain(1, sample);
            spec.dither = dither;
            let written = save(
                &path,
                &spec,
                Metadata::default(),
                std::slice::from_ref(&values),
            )
            .unwrap();
            assert_eq!(
                written.clipped, 6,
                "{sample}: every value beyond ±1, and no other"
            );
            let heard = hear(&path).unwrap().planar.remove(0);
            let (top, bottom) = (top / (top + 1.0), -1.0);
            for i in [2, 4, 6] {
                assert!(
                    (heard[i] - top).abs() <= 2.0 / spec_steps(sample),
                    "{sample}"
                );
                assert!(
                    (heard[i + 1] - bottom).abs() <= 2.0 / spec_steps(sample),
                    "{sample}"
                );
            }
            if dither == Dither::Off {
                assert_eq!(
                    heard[..9],
                    [top, bottom, top, bottom, top, bottom, top, bottom, 0.0]
                );
            }
        }
    }
    let (_dir, path) = scratch("a.wav");
    let mut spec = plain(1, SampleFormat::Float32);
    spec.dither = TPDF;
    let written = save(
        &path,
        &spec,
        Metadata::default(),
        std::slice::from_ref(&values),
    )
    .unwrap();
    assert_eq!(written.clipped, 0);
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&hear(&path).unwrap().planar[0]), bits(&values));
}

fn spec_steps(sample: SampleFormat) -> f32 {
    2f32.powi(i32::from(sample.bits()) - 1)
}

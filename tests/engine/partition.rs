//! How the input is cut does not matter: bit for bit at one frame count a call, to rounding across frame counts.

use diffwav::engine::Settings;

use crate::support::{Kind, Random, format, noise, run, stream};

fn settings(steps: usize) -> Settings {
    Settings {
        steps: Some(steps),
        seed: 7,
        ..Settings::default()
    }
}

fn assert_same_bits(a: &[Vec<f32>], b: &[Vec<f32>], what: &str) {
    for (a, b) in a.iter().zip(b) {
        let n = a.len().min(b.len());
        assert!(n > 0, "{what}");
        let differs = (0..n).find(|i| a[*i].to_bits() != b[*i].to_bits());
        assert_eq!(differs, None, "{what}");
    }
}

#[test]
fn any_partition_gives_the_same_bits() {
    for rate in [48_000, 44_100, 16_000, 96_000] {
        let input = noise(3, 2, rate as usize / 2);
        for per_call in [1, 4] {
            let format = format(rate, 2, per_call);
            let whole = run(
                &mut stream(Kind::Leaky, format, &settings(3)),
                &input,
                &mut || usize::MAX,
            );
            for block in [1, 2, 3, 64, 127, 480, 481, 1024, 8191] {
                let cut = run(
                    &mut stream(Kind::Leaky, format, &settings(3)),
                    &input,
                    &mut || block,
                );
                assert_eq!(whole[0].len(), cut[0].len());
                assert_same_bits(&whole, &cut, &format!("{rate} Hz, blocks of {block}"));
            }
            for seed in 0..20 {
                let mut random = Random(seed);
                let most = 1 + random.below(3000);
                let mut sizes = || random.below(most);
                let cut = run(
                    &mut stream(Kind::Leaky, format, &settings(3)),
                    &input,
                    &mut sizes,
                );
                assert_same_bits(&whole, &cut, &format!("{rate} Hz, random blocks {seed}"));
            }
        }
    }
}

#[test]
fn frames_a_call_change_only_the_rounding() {
    let input = noise(5, 2, 48_000);
    let one = run(
        &mut stream(Kind::Leaky, format(48_000, 2, 1), &settings(2)),
        &input,
        &mut || 4096,
    );
    for per_call in [2, 3, 8, 16] {
        let format = format(48_000, 2, per_call);
        let many = run(
            &mut stream(Kind::Leaky, format, &settings(2)),
            &input,
            &mut || 4096,
        );
        for (one, many) in one.iter().zip(&many) {
            assert!(many.len() > 40_000);
            for (a, b) in one.iter().zip(many) {
                assert!((a - b).abs() < 1e-5, "{per_call} frames a call: {a} {b}");
            }
        }
    }
}

#[test]
fn a_reset_stream_is_a_new_stream() {
    for rate in [48_000, 44_100] {
        let (first, second) = (noise(8, 1, 20_000), noise(9, 1, 20_000));
        let format = format(rate, 1, 1);
        let fresh = run(
            &mut stream(Kind::Leaky, format, &settings(2)),
            &second,
            &mut || 500,
        );
        let mut used = stream(Kind::Leaky, format, &settings(2));
        run(&mut used, &first, &mut || 333);
        used.reset().unwrap();
        assert_same_bits(&fresh, &run(&mut used, &second, &mut || 500), "after reset");
    }
}

#[test]
fn channels_do_not_hear_each_other() {
    let input = noise(11, 3, 20_000);
    let together = run(
        &mut stream(Kind::Leaky, format(48_000, 3, 1), &settings(2)),
        &input,
        &mut || 480,
    );
    for (channel, signal) in input.iter().enumerate() {
        let alone = [signal.clone()];
        let alone = run(
            &mut stream(Kind::Leaky, format(48_000, 1, 1), &settings(2)),
            &alone,
            &mut || 480,
        );
        assert_same_bits(&together[channel..=channel], &alone, "one channel of three");
    }
}

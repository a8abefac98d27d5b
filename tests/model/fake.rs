//! The fakes behave as networks do.

use std::time::{Duration, Instant};

use diffwav::model::{Call, Network, fake::Fake};

use crate::signals::{noise, run};

#[test]
fn identities_return_their_input() {
    let (x, y) = (noise(1, 2 * 4 * 9), noise(2, 2 * 4 * 9));
    assert_eq!(run(&mut Fake::identity(8), 1, &x, &y, 1.0, &[4]), y);
    assert_eq!(run(&mut Fake::state(8), 1, &x, &y, 1.0, &[1, 3]), x);
    let waveform = noise(3, 4 * 8);
    assert_eq!(
        run(
            &mut Fake::identity(8).on_waveform(),
            1,
            &waveform,
            &waveform,
            1.0,
            &[2, 2]
        ),
        waveform
    );
}

#[test]
fn one_pole_follows_its_recursion_in_every_partition_and_batch() {
    let (b, c, t, f, pole) = (2, 2, 6, 9, 0.75f32);
    let y = noise(4, b * c * t * f);
    let mut wanted = vec![0.0; y.len()];
    for plane in 0..b * c {
        for bin in 0..f {
            let mut d = 0.0f32;
            for frame in 0..t {
                let i = (plane * t + frame) * f + bin;
                d = pole * d + (1.0 - pole) * y[i];
                wanted[i] = d;
            }
        }
    }
    for parts in [&[6][..], &[1; 6], &[2, 4], &[5, 1]] {
        assert_eq!(
            run(&mut Fake::one_pole(8, pole), b, &y, &y, 1.0, parts),
            wanted
        );
    }
}

#[test]
fn faults_come_at_the_call_that_was_told() {
    let mut fake = Fake::one_pole(8, 0.5).failing_at(1).nan_at(2);
    let y = noise(5, 2 * 9);
    let mut caches = fake.caches(1);
    let mut results = Vec::new();
    for _ in 0..4 {
        let mut out = vec![0.0; y.len()];
        let before = caches.now.clone();
        let ok = fake
            .run(Call {
                batch: 1,
                frames: 1,
                x: &y,
                y: &y,
                time: 1.0,
                labels: &[],
                controls: &[],
                caches: &mut caches,
                out: &mut out,
            })
            .is_ok();
        assert!(ok || caches.now == before);
        results.push((ok, out[0].is_nan()));
    }
    assert_eq!(
        results,
        [(true, false), (false, false), (true, true), (true, false)]
    );
    assert_eq!(fake.calls(), 4);
}

#[test]
fn run_time_is_what_was_set() {
    let time = Duration::from_millis(5);
    let y = noise(6, 2 * 9);
    for mut fake in [
        Fake::identity(8).busy(time),
        Fake::identity(8).sleeping(time),
    ] {
        let start = Instant::now();
        run(&mut fake, 1, &y, &y, 1.0, &[1]);
        assert!(start.elapsed() >= time);
    }
}

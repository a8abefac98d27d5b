//! With a worker that is waited for, the output is the input, delayed by the reported latency, to the frame.

use std::time::Duration;

use diffwav::model::fake::Fake;

use crate::gate::{Gate, Gated, PATIENCE, process, sine, spawn};

fn noise(frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|n| ((n * n * 31 + n * 7) % 2003) as f32 / 2003.0 - 0.5)
        .collect()
}

#[test]
fn latency_is_the_reported_one_for_every_block_size() {
    let input = noise(20_000);
    for block in [1, 7, 64, 127, 128, 441, 480, 512, 1021, 4096, 8192] {
        let (worker, mut audio) = spawn(Box::new(Fake::identity(480)), 48_000, 1, block);
        let latency = audio.latency().0 as usize;
        assert_eq!(worker.latency(), audio.latency());
        // 10 ms of window, 10 ms of hop, 10 ms of run time, and a block.
        assert!(latency <= 3 * 480 + block, "{block}: {latency}");
        let out = process(&mut audio, &input, block, PATIENCE);
        for (n, sample) in out.iter().enumerate() {
            let expected = n.checked_sub(latency).map_or(0.0, |i| input[i]);
            assert!(
                (sample - expected).abs() < 4e-6,
                "block {block}, frame {n}: {sample} {expected}"
            );
        }
        assert_eq!(worker.report().late_frames, 0, "block {block}");
    }
}

#[test]
fn the_worker_gives_the_bits_of_the_stream() {
    for rate in [48_000, 44_100] {
        let input = noise(30_000);
        let mut stream = crate::gate::stream(Box::new(Fake::one_pole(480, 0.7)), rate, 1);
        stream.push(&[&input]).unwrap();
        let mut expected = vec![0.0; stream.available()];
        stream.pull(&mut [&mut expected]);
        let (worker, mut audio) = spawn(Box::new(Fake::one_pole(480, 0.7)), rate, 1, 256);
        let waiting = (worker.latency().0 - stream.delay().0) as usize;
        let out = process(&mut audio, &input, 256, PATIENCE);
        let n = expected.len().min(out.len() - waiting);
        assert!(n > 20_000);
        let differs = (0..n).find(|i| out[waiting + i].to_bits() != expected[*i].to_bits());
        assert_eq!(differs, None, "{rate} Hz");
    }
}

#[test]
fn a_reset_begins_anew() {
    let gate = Gate::default();
    let (_worker, mut audio) = spawn(Gated::boxed(0.5, &gate), 48_000, 1, 480);
    let latency = audio.latency().0 as usize;
    process(&mut audio, &noise(10_000), 480, PATIENCE);
    nice_assert_no_alloc::assert_no_alloc(|| audio.reset());
    let input = sine(20_000);
    let out = process(&mut audio, &input, 480, PATIENCE);
    for (n, sample) in out.iter().enumerate().skip(latency + 480) {
        assert!(
            (sample - 0.25 * input[n - latency]).abs() < 1e-5,
            "frame {n}"
        );
    }
    assert!(
        out[..latency].iter().all(|v| v.abs() < 1e-6),
        "nothing of the time before is heard"
    );
}

#[test]
fn channels_stay_apart() {
    let (_worker, mut audio) = spawn(Box::new(Fake::identity(480)), 48_000, 2, 100);
    let latency = audio.latency().0 as usize;
    let (left, right) = (noise(9_000), sine(9_000));
    let (mut a, mut b) = (left.clone(), right.clone());
    for (a, b) in a.chunks_mut(100).zip(b.chunks_mut(100)) {
        audio.process_patiently(&mut [a, b], Duration::from_secs(20));
    }
    for n in latency..9_000 {
        assert!(
            (a[n] - left[n - latency]).abs() < 4e-6 && (b[n] - right[n - latency]).abs() < 4e-6
        );
    }
}

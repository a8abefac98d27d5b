//! With a network that returns its input the whole chain is a pure delay, at every rate, from sample 0.

use diffwav::engine::{Settings, Stream};

use crate::support::{Kind, RATES, TestNetwork, format, noise, offline, run, stream, tones};

#[test]
fn at_the_models_rate_it_is_a_pure_delay() {
    for hops in [2, 3, 4] {
        delays(hops);
    }
}

/// With windows of so many hops of 480 samples.
fn delays(hops: usize) {
    let input = noise(1, 2, 30_000);
    let network = TestNetwork::with_window(Kind::Identity, hops * 480);
    let mut stream = Stream::new(network, format(48_000, 2, 1), &Settings::default()).unwrap();
    let out = run(&mut stream, &input, &mut || 777);
    let delay = stream.delay().0 as usize;
    assert_eq!(delay, (hops - 1) * 480);
    for (wet, dry) in out.iter().zip(&input) {
        assert!(wet.len() > 29_000);
        for (n, sample) in wet.iter().enumerate() {
            let expected = n.checked_sub(delay).map_or(0.0, |i| dry[i]);
            // √|X| and its square, an FFT pair and a division by the gain, all in f32, on ±0.3.
            assert!(
                (sample - expected).abs() < 2e-6,
                "sample {n}: {sample} {expected}"
            );
        }
    }
}

#[test]
fn at_every_rate_the_delay_is_the_reported_one() {
    for rate in RATES {
        // The resampler's passband: 90 % of the lower Nyquist frequency.
        let top = 0.9 * f64::from(rate.min(48_000)) / 2.0;
        let input = vec![tones(rate, top, rate as usize)];
        let mut stream = stream(Kind::Identity, format(rate, 1, 1), &Settings::default());
        let out = &run(&mut stream, &input, &mut || 1009)[0];
        let delay = stream.delay().0 as usize;
        assert!(
            out.len() > rate as usize * 8 / 10,
            "{rate}: {} frames",
            out.len()
        );
        let mut worst = 0f32;
        for (n, sample) in out.iter().enumerate() {
            let expected = n.checked_sub(delay).map_or(0.0, |i| input[0][i]);
            worst = worst.max((sample - expected).abs());
        }
        // Two filters with images and ripple below −100 dB of the peak of 0.7, and the swell's own side bands.
        assert!(worst < 2e-4, "{rate} Hz: {worst}");
    }
}

#[test]
fn offline_is_aligned_and_as_long_as_the_input() {
    for rate in RATES {
        for frames in [1, 2, 479, 480, 481, 7_919, rate as usize / 2 + 1] {
            let top = 0.9 * f64::from(rate.min(48_000)) / 2.0;
            let input = vec![tones(rate, top, frames)];
            for (per_call, chunk) in [(16, 4096), (1, 313)] {
                let network = TestNetwork::boxed(Kind::Identity);
                let out = offline(
                    network,
                    format(rate, 1, per_call),
                    &Settings::default(),
                    &input,
                    chunk,
                );
                assert_eq!(out[0].len(), frames, "{rate} Hz");
                // The end is cut hard, so the last filter length rings; before it the file is the input.
                let steady = frames.saturating_sub(rate as usize / 50);
                for n in 0..steady {
                    let error = (out[0][n] - input[0][n]).abs();
                    assert!(error < 2e-4, "{rate} Hz, frame {n} of {frames}: {error}");
                }
            }
        }
    }
}

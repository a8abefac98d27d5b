//! Prints what a call costs; asserts only that nothing is absurd. `cargo test --test model speed -- --nocapture`

use std::time::Instant;

use diffwav::model::Call;

use crate::signals::{C, ENGINES, F, network, noise};

#[test]
fn calls_cost_milliseconds() {
    for engine in ENGINES {
        let mut network = network(engine);
        for frames in [1, 16] {
            let y = noise(9, C * F * frames);
            let mut out = vec![0.0; y.len()];
            let mut caches = network.caches(1);
            let mut times: Vec<f64> = (0..100)
                .map(|_| {
                    let start = Instant::now();
                    let call = Call {
                        batch: 1,
                        frames,
                        x: &y,
                        y: &y,
                        time: 1.0,
                        labels: &[],
                        controls: &[],
                        caches: &mut caches,
                        out: &mut out,
                    };
                    network.run(call).unwrap();
                    1e6 * start.elapsed().as_secs_f64()
                })
                .collect();
            times.sort_by(f64::total_cmp);
            println!(
                "{}: T = {frames}: best {:.0} µs, median {:.0} µs",
                network.engine(),
                times[0],
                times[50]
            );
            assert!(times[0] < 1e6);
        }
    }
}

use diffwav::model::{self, Call, EngineChoice, Options, registry};
use std::time::Instant;

#[test]
fn speed() {
    let model = registry::open("denoise-v1").unwrap();
    for engine in [
        EngineChoice::Tract,
        EngineChoice::OnnxRuntime,
        EngineChoice::Auto,
    ] {
        let now = Instant::now();
        let loaded = model::load(
            &model,
            &Options {
                engine,
                ..Options::default()
            },
        )
        .unwrap();
        println!("{engine} loaded in {:?} {loaded:?}", now.elapsed());
        let mut network = loaded.network;
        for frames in [1, 16] {
            let n = 2 * frames * 481;
            let y: Vec<f32> = (0..n).map(|i| (0.37 * i as f32).sin()).collect();
            let mut out = vec![0.0; n];
            let mut caches = network.caches(1);
            let mut best = f64::MAX;
            let mut all = 0.0;
            for i in 0..60 {
                let now = Instant::now();
                network
                    .run(Call {
                        batch: 1,
                        frames,
                        x: &y,
                        y: &y,
                        time: 1.0,
                        caches: &mut caches,
                        out: &mut out,
                    })
                    .unwrap();
                let t = now.elapsed().as_secs_f64();
                if i > 5 {
                    all += t;
                    best = best.min(t);
                }
            }
            println!(
                "  {} T={frames}: mean {:.3} ms best {:.3} ms",
                network.engine(),
                all / 54.0 * 1e3,
                best * 1e3
            );
        }
    }
}

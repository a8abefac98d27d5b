//! What is heard before a file begins leaves its mark on the network and on nothing else.

use diffwav::engine::{Format, Offline, Settings};
use diffwav::model::fake::Fake;
use diffwav::model::network::Network;

use crate::support::{Kind, TestNetwork, format, noise, offline};

/// What comes out of `input` behind a pre-roll that is given in blocks; then of the same engine without one.
fn twice(
    network: Box<dyn Network>,
    format: Format,
    before: &[f32],
    input: &[f32],
) -> [Vec<f32>; 2] {
    let mut engine = Offline::new(network, format, &Settings::default()).unwrap();
    [before, &[]].map(|before| {
        for block in before.chunks(3_001) {
            engine.pre_roll(&[block]).unwrap();
        }
        let mut out = Vec::new();
        let mut sink = |planes: &[&[f32]]| {
            out.extend_from_slice(planes[0]);
            Ok(())
        };
        engine.push(&[input], &mut sink).unwrap();
        assert_eq!(engine.finish(&mut sink).unwrap().0, input.len() as u64);
        out
    })
}

#[test]
fn the_file_comes_out_as_behind_it_in_one_file() {
    let leaky = || TestNetwork::boxed(Kind::Leaky);
    let device = || Box::new(Fake::one_pole(480, 0.6).on("webgpu")) as Box<dyn Network>;
    for network in [&leaky as &dyn Fn() -> Box<dyn Network>, &device] {
        for rate in [48_000, 44_100, 16_000] {
            let format = format(rate, 1, 4);
            let both = noise(3, 1, 30_000).remove(0);
            for length in [1, 7_777, 20_000] {
                let (before, input) = both.split_at(length);
                let alone = |signal: &[f32]| {
                    let signal = [signal.to_vec()];
                    offline(network(), format, &Settings::default(), &signal, 4_096).remove(0)
                };
                let [behind, anew] = twice(network(), format, before, input);
                assert_eq!(behind, alone(&both)[length..], "{rate} Hz, {length}");
                assert_eq!(anew, alone(input), "{rate} Hz, {length}");
                assert_ne!(behind, anew, "{rate} Hz, {length}: it was not heard");
            }
        }
    }
}

#[test]
fn it_comes_first() {
    let mut engine = Offline::new(
        TestNetwork::boxed(Kind::Identity),
        format(48_000, 1, 1),
        &Settings::default(),
    )
    .unwrap();
    engine.push(&[&[0.1; 100]], &mut |_| Ok(())).unwrap();
    let said = engine.pre_roll(&[&[0.1; 100]]).unwrap_err().to_string();
    assert_eq!(
        said,
        "pre-roll is behind 100 frames of the file, but must be before the first one"
    );
}

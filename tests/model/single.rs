//! Calls of one frame take a shorter way through ONNX Runtime when the network was opened for streams: the numbers
//! must not show it.

use crate::onnx::{bytes, edit, fields};
use crate::signals::{C, error_energy, model, noise};
use diffwav::model::rewrite::{Parts, part, tidy};
use diffwav::model::unroll::unroll;
use diffwav::model::{self, Call, EngineChoice, Model, Network, Options, Purpose, registry};

fn opened(model: &Model, purpose: Purpose) -> Box<dyn Network> {
    let options = Options {
        engine: EngineChoice::OnnxRuntime,
        purpose,
        ..Options::default()
    };
    model::load(model, &options).unwrap().network
}

/// Frame by frame, the time of each in `times`, with as many signals.
fn stream(network: &mut dyn Network, batch: usize, times: &[f32]) -> Vec<f32> {
    let (mut caches, bins) = (network.caches(batch), network.card().transform.bins());
    let mut all = Vec::new();
    for (seed, time) in times.iter().enumerate() {
        let y = noise(seed as u64 + 1, batch * C * bins);
        let mut out = vec![f32::NAN; y.len()];
        let call = Call {
            batch,
            frames: 1,
            x: &y,
            y: &y,
            time: *time,
            labels: &[],
            controls: &[],
            caches: &mut caches,
            out: &mut out,
        };
        network.run(call).unwrap();
        all.extend(out);
    }
    all
}

fn agree(model: &Model) {
    // More times than are kept, in an order that needs the first ones again.
    let times: Vec<f32> = (0..24).map(|i| 1.0 - (i % 12) as f32 * 0.08).collect();
    for (batch, times) in [(1, &times[..]), (3, &[1.0, 0.5, 1.0, 1.0]), (2, &[0.25])] {
        let wanted = stream(&mut *opened(model, Purpose::Files), batch, times);
        let found = stream(&mut *opened(model, Purpose::RealTime), batch, times);
        let error = error_energy(&found, &wanted);
        assert!(error < 1e-10, "{batch} signals: {error}");
        // The time matters: else a wrong one would pass here.
        let constant = vec![1.0; times.len()];
        let other = stream(&mut *opened(model, Purpose::Files), batch, &constant);
        assert!(error_energy(&other, &wanted) > 1e-6, "{batch} signals");
    }
}

#[test]
fn streams_get_the_same_numbers() {
    for name in registry::DENOISERS {
        agree(&registry::open(name).unwrap());
    }
}

/// One network for two numbers of signals in turn: what is kept is kept for each.
#[test]
fn the_number_of_signals_may_change() {
    let mut network = opened(&model(), Purpose::RealTime);
    for batch in [1, 2, 1, 3] {
        let found = stream(&mut *network, batch, &[0.7, 0.3]);
        let wanted = stream(&mut *opened(&model(), Purpose::Files), batch, &[0.7, 0.3]);
        let error = error_energy(&found, &wanted);
        assert!(error < 1e-10, "{batch} signals: {error}");
    }
}

/// The operators of a file, in order.
fn operators(file: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    edit(file, &[7, 1, 4], &mut |op| {
        found.push(String::from_utf8(op.clone()).unwrap())
    });
    found
}

#[test]
fn what_streams_need_not_do_is_gone() {
    let model = model();
    let single = unroll(&model.bytes, 1).unwrap();
    let tidy = tidy(&single).unwrap();
    let count = |file: &[u8], op: &str| operators(file).iter().filter(|o| *o == op).count();
    // The recurrences' axis of time is one frame long and stays; the embedding adds one to the time.
    assert!(count(&single, "Squeeze") >= 8);
    assert_eq!(count(&tidy, "Squeeze"), 0);
    assert_eq!(count(&tidy, "Unsqueeze"), 1);
    let Parts {
        early,
        late,
        between,
    } = part(&tidy, "t").unwrap().unwrap();
    assert_eq!(
        operators(&early).len() + operators(&late).len(),
        operators(&tidy).len()
    );
    assert!(count(&early, "Sin") == 1 && count(&late, "Sin") == 0);
    assert_eq!(between.len(), 4, "{between:?}: a vector for each block");
}

#[test]
fn nothing_is_parted_that_does_not_start_at_the_input() {
    assert!(part(&model().bytes, "nobody").unwrap().is_none());
    // One node hangs on these states alone: it splits them.
    assert!(part(&model().bytes, "state_conv").unwrap().is_none());
    for length in [1, 10, 1000, 20_000] {
        let _ = part(&model().bytes[..length], "t");
        let _ = tidy(&model().bytes[..length]);
    }
    assert!(part(b"hello, world", "t").is_err() && tidy(b"hello, world").is_err());
}

/// A node, its attributes given as encoded fields.
fn node(op: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut all: Vec<_> = inputs
        .iter()
        .map(|name| (1, 2, name.as_bytes().to_vec()))
        .collect();
    all.push((2, 2, output.into()));
    all.push((4, 2, op.into()));
    all.extend(attributes.iter().map(|attribute| (5, 2, attribute.clone())));
    bytes(&all)
}

/// The model that ships, its result stretched to a shape of ones that follows from the time: whole numbers go from
/// what follows from the time to the rest.
fn with_whole_numbers() -> Model {
    let to_int64 = bytes(&vec![
        (1, 2, "to".into()),
        (3, 0, vec![7]),
        (20, 0, vec![2]),
    ]);
    let file = edit(&model().bytes, &[7], &mut |graph| {
        let mut all = fields(graph);
        for (_, _, made) in all.iter_mut().filter(|(field, ..)| *field == 1) {
            *made = edit(made, &[2], &mut |name| {
                if name == b"out" {
                    *name = b"short".to_vec();
                }
            });
        }
        for made in [
            node("Cast", &["t"], "whole", std::slice::from_ref(&to_int64)),
            node("Sub", &["whole", "whole"], "nothing", &[]),
            node("Neg", &["nothing"], "negative", &[]),
            node("Abs", &["negative"], "shape_of_zeros", &[]),
            node("Exp", &["t"], "power", &[]),
            node("Div", &["power", "power"], "unit", &[]),
            node("Cast", &["unit"], "one", std::slice::from_ref(&to_int64)),
            node("Add", &["one", "shape_of_zeros"], "shape", &[]),
            node("Expand", &["short", "shape"], "out", &[]),
        ] {
            all.push((1, 2, made));
        }
        *graph = bytes(&all);
    });
    Model::read("whole", file).unwrap()
}

#[test]
fn a_graph_whose_parts_exchange_whole_numbers_stays_one() {
    let strange = with_whole_numbers();
    let times = [1.0, 0.5];
    let found = stream(&mut *opened(&strange, Purpose::RealTime), 1, &times);
    let wanted = stream(&mut *opened(&model(), Purpose::Files), 1, &times);
    assert!(error_energy(&found, &wanted) < 1e-10);
}

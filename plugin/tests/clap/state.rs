//! Projects: saved and read back, older, newer and broken.

use crate::host::Plugin;
use crate::project::{all_in_range, blob, random_bytes, values};
use crate::world;

fn scrambled() -> Plugin {
    let mut plugin = Plugin::new();
    for (index, parameter) in plugin.parameters().into_iter().enumerate() {
        let along = [0.25, 0.6, 1.0, 0.0, 0.0, 0.8, 0.1, 1.0, 1.0, 0.0, 1.0][index];
        let value = parameter.least + (parameter.most - parameter.least) * along;
        plugin.set(
            &parameter.name,
            value.round().clamp(parameter.least, parameter.most),
        );
    }
    plugin
}

#[test]
fn a_state_is_read_back_and_saved_the_same() {
    let _world = world::with(world::memory);
    let mut first = scrambled();
    let saved = first.save();
    assert!(saved.len() < 2_000, "{} bytes", saved.len());
    let mut second = Plugin::new();
    assert!(second.load(&saved));
    assert_eq!(values(&mut first), values(&mut second));
    assert_eq!(saved, second.save());
}

#[test]
fn what_an_older_state_lacks_is_the_default() {
    let _world = world::with(world::memory);
    let mut plugin = scrambled();
    let fresh = values(&mut Plugin::new());
    assert!(plugin.load(&blob(
        r#"{"version":"0.0.1","params":{"mix":{"f32":50.0}},"fields":{}}"#
    )));
    let mix = plugin.parameter("Mix");
    for (name, value) in values(&mut plugin) {
        let expected = fresh.iter().find(|(known, _)| *known == name).unwrap().1;
        let expected = if name == "Mix" {
            0.5 * mix.most
        } else {
            expected
        };
        assert!((value - expected).abs() < 1e-6, "{name}: {value}");
    }
}

#[test]
fn a_newer_state_is_read_as_far_as_it_is_understood() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let newer = r#"{"version":"9.0.0","params":{"mix":{"f32":25.0},"sparkle":{"f32":3.0},"model":{"string":"denoise-v9"}},
        "fields":{"diffwav":"{\"format\":7,\"model_file\":null,\"moon\":true}","other":"1"}}"#;
    assert!(plugin.load(&blob(newer)));
    let mix = plugin.parameter("Mix");
    assert!((plugin.value(mix.id) - 0.25 * mix.most).abs() < 1e-6);
    let model = plugin.parameter("Model");
    assert_eq!(plugin.value(model.id), model.default);
}

#[test]
fn values_out_of_range_and_of_the_wrong_type_do_no_harm() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let wild = r#"{"version":"","params":{"mix":{"f32":1e30},"amount":{"f32":-1e30},"steps":{"i32":2147483647},
        "bypass":{"f32":0.3},"listen":{"string":"?"},"device":{"i32":77},"gainin":{"f32":1e39}},"fields":{"diffwav":"[1,2"}}"#;
    plugin.load(&blob(wild));
    all_in_range(&mut plugin);
}

#[test]
fn random_bytes_change_nothing() {
    let _world = world::with(world::memory);
    let mut plugin = scrambled();
    random_bytes(&mut plugin, 300, 500);
}

#[test]
fn a_model_that_is_gone_leaves_the_built_in_one_running() {
    let _world = world::real();
    let mut plugin = Plugin::new();
    let state = r#"{"version":"0.1.0","params":{"model":{"string":"file"}},
        "fields":{"diffwav":"{\"format\":1,\"model_file\":\"/nowhere/at/all.onnx\",\"editor\":[820,500]}"}}"#;
    assert!(plugin.load(&blob(state)));
    let stopped = plugin.activate(48_000.0, 512);
    let mut started = stopped.start_processing().unwrap();
    let input = crate::signal::noisy(2, 24_000, 48_000.0);
    let out = crate::host::run(&mut started, &input, crate::host::blocks(512), &[]);
    let energy = |signal: &[f32]| signal.iter().map(|v| v * v).sum::<f32>();
    assert!(
        energy(&out[0][12_000..]) > 0.0
            && energy(&out[0][12_000..]) < 0.9 * energy(&input[0][12_000..]),
        "it cleans"
    );
    plugin.deactivate(started.stop_processing());
    let again = String::from_utf8(plugin.save()).unwrap();
    assert!(
        again.contains("/nowhere/at/all.onnx"),
        "and the project keeps its wish"
    );
}

#[test]
fn an_own_model_is_opened_from_the_project() {
    let _world = world::real();
    let input = crate::signal::noisy(2, 24_000, 48_000.0);
    let bounce = |state: Option<&str>| {
        let mut plugin = Plugin::new();
        if let Some(state) = state {
            assert!(plugin.load(&blob(state)));
        }
        let stopped = plugin.activate(48_000.0, 512);
        let mut started = stopped.start_processing().unwrap();
        let out = crate::host::run(&mut started, &input, crate::host::blocks(512), &[]);
        plugin.deactivate(started.stop_processing());
        out
    };
    // The models that ship, as files: the same networks by another way.
    let of_file = |name: &str| {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../models/{name}/{name}.onnx"));
        let saved = serde_json::json!({ "format": 1, "model_file": file });
        let state = serde_json::json!({
            "version": "0.1.0",
            "params": { "model": { "string": "file" } },
            "fields": { "diffwav": saved.to_string() },
        });
        bounce(Some(&state.to_string()))
    };
    let newest = of_file("denoise-v7");
    assert_eq!(crate::signal::difference(&newest, &bounce(None)), None);
    // A project that names another network, as older ones do, keeps it.
    for name in [
        "denoise-lite",
        "denoise-v6",
        "denoise-v5",
        "denoise-v4",
        "denoise-v3",
        "denoise-v2",
        "denoise-v1",
    ] {
        let named = serde_json::json!({
            "version": "0.1.0",
            "params": { "model": { "string": name } },
            "fields": {},
        });
        let (older, kept) = (of_file(name), bounce(Some(&named.to_string())));
        assert_eq!(crate::signal::difference(&older, &kept), None, "{name}");
        assert!(crate::signal::difference(&older, &newest).is_some());
    }
}

//! The card: what is read, and what is refused with which words.

use diffwav::model::card::{Card, Transform};
use serde_json::{Value, json};

use crate::onnx;

fn parse(change: impl FnOnce(&mut Value)) -> Result<Card, String> {
    let mut card: Value = serde_json::from_str(&onnx::card()).unwrap();
    change(&mut card);
    Card::parse("test.onnx", &card.to_string()).map_err(|e| e.to_string())
}

#[test]
fn the_card_of_the_built_in_model_survives_a_round_trip() {
    let card = parse(|_| {}).unwrap();
    assert_eq!(
        (
            card.sample_rate,
            card.frames_max,
            card.steps.times[&2].len()
        ),
        (48_000, 16, 2)
    );
    assert_eq!(
        (
            card.transform.channels(),
            card.transform.bins(),
            card.transform.hop()
        ),
        (2, 481, 480)
    );
    let again = Card::parse("again", &serde_json::to_string(&card).unwrap()).unwrap();
    assert_eq!(card, again);
}

#[test]
fn waveform_cards_are_read() {
    let card = parse(|card| card["transform"] = json!({"kind": "frames", "hop": 256})).unwrap();
    assert_eq!(card.transform, Transform::Frames { hop: 256 });
    assert_eq!((card.transform.channels(), card.transform.bins()), (1, 256));
}

#[test]
fn faults_name_the_field_the_value_and_what_was_expected() {
    let cases = [
        ("/format", json!(2), "format is 2, expected 1"),
        (
            "/format",
            json!("1"),
            "format is \"1\", expected a version number",
        ),
        ("/name", json!("../x"), "name is ../x, expected letters"),
        (
            "/task",
            json!("sing"),
            "task is \"sing\", expected denoise, vocode or synth",
        ),
        (
            "/sample_rate",
            json!(100),
            "sample_rate is 100, expected 4000 to 384000 Hz",
        ),
        (
            "/sample_rate",
            json!(-1),
            "sample_rate is -1, expected a rate in Hz",
        ),
        (
            "/sample_rate",
            json!(1e300),
            "sample_rate is 1e+300, expected a rate in Hz",
        ),
        (
            "/transform/window",
            json!(961),
            "transform.window is 961, expected even",
        ),
        (
            "/transform/window",
            json!(1u64 << 40),
            "transform.window is 1099511627776",
        ),
        (
            "/transform/hop",
            json!(0),
            "transform.hop is 0, expected 1 to",
        ),
        (
            "/transform/hop",
            json!(250),
            "transform.hop is 250, expected 960/2, 960/3",
        ),
        (
            "/transform/exponent",
            json!(1.5),
            "transform.exponent is 1.5",
        ),
        ("/transform/exponent", json!(0), "transform.exponent is 0"),
        ("/transform/scale", json!(-1), "transform.scale is -1"),
        ("/transform/kind", json!("wavelet"), "transform is {"),
        (
            "/normalise/release_seconds",
            json!(0),
            "normalise.release_seconds is 0",
        ),
        ("/normalise/floor", json!(0), "normalise.floor is 0"),
        (
            "/predicts",
            json!("y"),
            "predicts is \"y\", expected x0, eps or v",
        ),
        (
            "/steps/default",
            json!(9),
            "steps.default is 9, expected one of [1, 2, 3, 4]",
        ),
        ("/steps/allowed", json!([]), "steps.allowed is []"),
        ("/steps/allowed", json!([0, 1]), "steps.allowed is [0, 1]"),
        (
            "/steps/times/2",
            json!([1.0]),
            "steps.times.2 is 1 times, expected 2 times",
        ),
        (
            "/steps/times/2",
            json!([0.5, 1.0]),
            "steps.times.2 is [0.5, 1.0], expected falling times",
        ),
        (
            "/frames_max",
            json!(0),
            "frames_max is 0, expected 1 to 4096",
        ),
        ("/frames_max", json!(1e9 as u64), "frames_max is 1000000000"),
        ("/lookahead", json!(1), "lookahead is 1, expected 0"),
        ("/causal", json!(false), "causal is false, expected true"),
        (
            "/labels",
            json!([1]),
            "labels is [1], expected a list of class names",
        ),
        (
            "/self_test/frames",
            json!(17),
            "self_test.frames is 17, expected 1 to frames_max = 16",
        ),
        (
            "/self_test/output_energy",
            json!(-1),
            "self_test.output_energy is -1",
        ),
    ];
    for (pointer, value, expected) in cases {
        let text = parse(|card| *card.pointer_mut(pointer).unwrap() = value.clone()).unwrap_err();
        assert!(
            text.starts_with("model test.onnx: ") && text.contains(expected),
            "{pointer} = {value}: {text}"
        );
    }
}

#[test]
fn every_missing_member_is_named() {
    let card: Value = serde_json::from_str(&onnx::card()).unwrap();
    let optional = [
        "normalise",
        "labels",
        "controls",
        "onset",
        "guidance",
        "data",
        "commit",
        "self_test",
    ];
    for key in card.as_object().unwrap().keys() {
        let result = parse(|card| drop(card.as_object_mut().unwrap().remove(key)));
        match optional.contains(&key.as_str()) {
            true => drop(result.unwrap()),
            false => assert!(result.unwrap_err().contains(&format!("{key} is missing"))),
        }
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for text in ["", "{", "[]", "3", "null", "\u{0}", "{\"format\":1,"] {
        let error = Card::parse("test.onnx", text).unwrap_err().to_string();
        assert!(error.contains("expected a JSON object"), "{text}: {error}");
    }
    let deep = "[".repeat(100_000);
    assert!(Card::parse("test.onnx", &deep).is_err());
}

/// A card of a network that makes sounds, changed.
fn synth(change: impl FnOnce(&mut Value)) -> Result<Card, String> {
    parse(|card| {
        card["task"] = json!("synth");
        card["causal"] = json!(false);
        card["normalise"] = Value::Null;
        card["path"] = json!({"kind": "vp_cosine"});
        card["sampler"] = json!("dpm-solver-2m");
        card["labels"] = json!(["kick", "snare"]);
        card["controls"] = json!([{"name": "brightness", "min": -2, "max": 2}]);
        (card["onset"], card["guidance"]) = (json!(240), json!(0.5));
        change(card);
    })
}

#[test]
fn what_a_network_that_makes_sounds_says_of_itself_is_checked() {
    let card = synth(|_| {}).unwrap();
    assert_eq!((card.onset, card.guidance), (240, 0.5));
    assert_eq!(card.controls[0].name, "brightness");
    for (key, value, expected) in [
        ("labels", json!(["a", "a"]), "different names"),
        ("labels", json!(["a/b"]), "different names"),
        ("labels", json!(["all"]), "none of them all or none"),
        (
            "labels",
            json!([]),
            "without labels there is nothing to guide by",
        ),
        ("guidance", json!(-1), "guidance is -1, expected 0 to 20"),
        ("guidance", json!("much"), "a guidance scale"),
        ("onset", json!(10_000_000), "less than the"),
        ("onset", json!(-1), "a whole number of samples"),
        (
            "path",
            json!({"kind": "bridge_ve", "k": 2.6, "c": 0.4}),
            "starts from noise alone",
        ),
        (
            "normalise",
            json!({"kind": "peak_follower", "release_seconds": 1.0, "floor": 0.1}),
            "no level to follow",
        ),
        (
            "controls",
            json!([{"name": "a", "min": 2, "max": 2}]),
            "a smallest value below",
        ),
        (
            "controls",
            json!([{"name": "", "min": 0, "max": 2}]),
            "different names",
        ),
        ("controls", json!([{"name": "a"}]), "a list of {\"name\""),
    ] {
        let text = synth(|card| card[key] = value.clone()).unwrap_err();
        assert!(text.contains(expected), "{key} = {value}: {text}");
    }
    let text = parse(|card| card["causal"] = json!(false)).unwrap_err();
    assert!(text.contains("streaming needs a causal network"), "{text}");
    let text = parse(|card| card["onset"] = json!(5)).unwrap_err();
    assert!(text.contains("only a synth model"), "{text}");
}

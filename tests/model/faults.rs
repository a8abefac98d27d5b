//! Files that are not what they should be: each gives an error with the field, none reaches an engine.

use diffwav::model::{EngineChoice, Model, Options, load, registry};
use serde_json::json;

use crate::onnx;

fn refusal(bytes: Vec<u8>) -> String {
    Model::read("test.onnx", bytes).unwrap_err().to_string()
}

#[test]
fn the_edited_file_is_the_real_one_when_nothing_is_edited() {
    let real = onnx::real();
    assert!(onnx::bytes(&onnx::fields(&real)) == real);
    Model::read("test.onnx", onnx::with_card(Some(&onnx::card()))).unwrap();
}

#[test]
fn what_is_not_onnx_is_refused() {
    assert!(refusal(Vec::new()).contains("file is empty"));
    for bytes in [
        &b"RIFF\x24\0\0\0WAVEfmt "[..],
        b"hello, world, this is text",
        &[0; 64],
        &[0xff; 64],
        b"{}",
        b"\x7fELF",
    ] {
        let text = refusal(bytes.to_vec());
        assert!(
            text.contains("not ONNX") || text.contains("graph is missing"),
            "{text}"
        );
    }
}

#[test]
fn truncation_at_every_length_is_refused() {
    let real = onnx::real();
    let lengths = (0..4096)
        .chain((4096..real.len()).step_by(997))
        .chain(real.len() - 4096..real.len());
    for length in lengths {
        let text = refusal(real[..length].to_vec());
        assert!(text.starts_with("model test.onnx: "), "{text}");
    }
}

#[test]
fn the_card_must_be_there_and_of_a_known_version() {
    let text = refusal(onnx::with_card(None));
    assert!(
        text.contains("card is missing") && text.contains("metadata key `diffwav`"),
        "{text}"
    );
    assert!(refusal(onnx::with_member("/format", json!(7))).contains("format is 7, expected 1"));
}

#[test]
fn the_graph_must_agree_with_the_card() {
    let text = refusal(onnx::with_member(
        "/transform",
        json!({"kind": "frames", "hop": 480}),
    ));
    assert!(
        text.contains("x is float32 [B, 2, T, 481], expected float32 [B, 1, T, 480]"),
        "{text}"
    );
    let text = refusal(onnx::with_member("/labels", json!(["rain"])));
    assert!(text.contains("labels"), "{text}");
    let text = refusal(onnx::with_member("/task", json!("vocode")));
    assert!(
        text.contains("mel is missing, expected the mel frames of a vocode model"),
        "{text}"
    );
}

#[test]
fn every_tensor_of_the_contract_must_be_there() {
    for (kind, name) in [
        (11, "x"),
        (11, "y"),
        (11, "t"),
        (12, "out"),
        (12, "next_state_conv"),
        (12, "next_state_gru"),
    ] {
        let text = refusal(onnx::with_port(kind, name, Vec::clear));
        assert!(
            text.contains(&format!("{name} is missing")),
            "{name}: {text}"
        );
    }
    let text = refusal(onnx::with_port(11, "state_gru", Vec::clear));
    assert!(
        text.contains("next_state_gru is an unknown output"),
        "{text}"
    );
}

#[test]
fn tensors_must_have_the_shape_and_type_of_the_contract() {
    // type { tensor { 1 element } }: int64 instead of float32
    let integer = |port: &mut Vec<u8>| {
        *port = onnx::edit(port, &[2, 1], &mut |tensor| {
            let mut all = onnx::fields(tensor);
            all[0].2 = vec![7];
            *tensor = onnx::bytes(&all);
        });
    };
    assert!(
        refusal(onnx::with_port(11, "x", integer))
            .contains("x is int64 [B, 2, T, 481], expected float32")
    );
    // shape { dim { 1 value } }: every axis fixed to 3
    let fixed = |port: &mut Vec<u8>| {
        *port = onnx::edit(port, &[2, 1, 2, 1], &mut |dim| *dim = vec![8, 3]);
    };
    assert!(
        refusal(onnx::with_port(11, "y", fixed))
            .contains("y is float32 [3, 3, 3, 3], expected float32 [B, 2, T, 481]")
    );
    assert!(refusal(onnx::with_port(11, "state_conv", fixed)).contains("state_conv is float32 [3"));
    assert!(refusal(onnx::with_port(12, "next_state_conv", fixed)).contains("next_state_conv is"));
    let huge = |port: &mut Vec<u8>| {
        let dim = [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        let mut first = true;
        *port = onnx::edit(port, &[2, 1, 2, 1], &mut |d| {
            if !std::mem::take(&mut first) {
                *d = dim.to_vec();
            }
        });
    };
    let text = refusal(onnx::with_port(11, "state_conv", huge));
    assert!(text.contains("state"), "{text}");
}

#[test]
fn data_in_other_files_is_refused() {
    let mut first = true;
    let file = onnx::edit(&onnx::real(), &[7, 5], &mut |tensor| {
        if std::mem::take(&mut first) {
            let mut all = onnx::fields(tensor);
            all.push((14, 0, vec![1]));
            *tensor = onnx::bytes(&all);
        }
    });
    assert!(refusal(file).contains("in another file"));
}

#[test]
fn a_stored_tensor_cannot_claim_more_than_it_holds() {
    let mut first = true;
    let file = onnx::edit(&onnx::real(), &[7, 5], &mut |tensor| {
        if std::mem::take(&mut first) {
            let mut all = onnx::fields(tensor);
            all.insert(0, (1, 0, vec![0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]));
            *tensor = onnx::bytes(&all);
        }
    });
    assert!(refusal(file).contains("stored tensor"));
}

#[test]
fn a_graph_that_no_engine_knows_is_an_error_of_each() {
    // NodeProto: 4 op_type
    let file = onnx::edit(&onnx::real(), &[7, 1, 4], &mut |op| {
        if op == b"Tanh" {
            *op = b"Frobnicate".to_vec();
        }
    });
    let model = Model::read("test.onnx", file).unwrap();
    for engine in [
        EngineChoice::Tract,
        EngineChoice::OnnxRuntime,
        EngineChoice::Auto,
    ] {
        let text = load(
            &model,
            &Options {
                engine,
                ..Options::default()
            },
        )
        .unwrap_err()
        .to_string();
        assert!(
            text.contains("test.onnx") || text.contains("Frobnicate"),
            "{text}"
        );
    }
}

#[test]
fn files_that_cannot_be_opened_name_the_path() {
    let text = registry::open("nowhere/x.onnx").unwrap_err().to_string();
    assert!(text.starts_with("cannot read nowhere/x.onnx"), "{text}");
    let text = registry::open("denoise-v9").unwrap_err().to_string();
    assert!(
        text.contains(
            "one of: denoise-v7, denoise-lite, denoise-v6, denoise-v5, denoise-v4, denoise-v3, denoise-v2, denoise-v1"
        ),
        "{text}"
    );
    let folder = tempfile::tempdir().unwrap();
    let text = registry::open_file(folder.path()).unwrap_err().to_string();
    assert!(text.contains("not a file"), "{text}");
    let huge = folder.path().join("huge.onnx");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert!(
        registry::open_file(&huge)
            .unwrap_err()
            .to_string()
            .contains("expected an ONNX file of at most 512 MiB")
    );
}

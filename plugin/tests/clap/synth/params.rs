//! What the public validators ask of parameters.

use clack_extensions::params::ParamInfoFlags;

use super::stage::{STRUCK, synth, with};

const GLOBAL: [(&str, &str); 6] = [
    ("Output", "output"),
    ("Velocity to level", "vellev"),
    ("Velocity to brightness", "veltone"),
    ("Bend", "bend"),
    ("Bend range", "bendrange"),
    ("Steps", "steps"),
];

const PAD: [(&str, &str); 9] = [
    ("level", "level"),
    ("pan", "pan"),
    ("decay", "decay"),
    ("tune", "tune"),
    ("variation", "vary"),
    ("guidance", "guide"),
    ("brightness", "bright"),
    ("length", "length"),
    ("choke group", "choke"),
];

/// The framework's hash of an id, written anew.
fn hash(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    }) & 0x7fff_ffff
}

#[test]
fn ids_and_names_are_the_ones_that_projects_were_saved_with() {
    let _world = with(STRUCK);
    let found: Vec<(String, u32)> = synth()
        .parameters()
        .into_iter()
        .map(|p| (p.name, p.id.get()))
        .collect();
    let mut expected: Vec<(String, u32)> = GLOBAL
        .iter()
        .map(|(name, id)| ((*name).to_owned(), hash(id)))
        .collect();
    for pad in 1..=16 {
        for (name, id) in PAD {
            expected.push((format!("Pad {pad} {name}"), hash(&format!("{id}_{pad}"))));
        }
    }
    assert_eq!(found, expected);
    let mut ids: Vec<u32> = expected.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), expected.len());
}

#[test]
fn texts_are_read_back_as_what_they_say() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    // The pads are alike but for their defaults.
    for parameter in plugin.parameters().into_iter().take(6 + 2 * 9) {
        for step in 0..=100 {
            let value =
                parameter.least + (parameter.most - parameter.least) * f64::from(step) / 100.0;
            let text = plugin.text(parameter.id, value);
            assert!(
                !text.is_empty() && text.len() < 40,
                "{}: {text:?}",
                parameter.name
            );
            let read = plugin.parse(parameter.id, &text);
            let read = read.unwrap_or_else(|| panic!("{}: {text:?} is not read", parameter.name));
            assert_eq!(
                text,
                plugin.text(parameter.id, read),
                "{} at {value}",
                parameter.name
            );
            assert_eq!(Some(read), plugin.parse(parameter.id, &text));
        }
        for nonsense in ["", "nonsense", "💥", "NaN", "1e999"] {
            if let Some(read) = plugin.parse(parameter.id, nonsense) {
                assert!(
                    (parameter.least..=parameter.most).contains(&read),
                    "{nonsense:?}"
                );
            }
        }
    }
}

#[test]
fn values_stand_at_their_defaults_and_flags_say_what_hosts_may_do() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    for parameter in plugin.parameters() {
        let name = &parameter.name;
        assert!((parameter.least..=parameter.most).contains(&parameter.default));
        assert_eq!(plugin.value(parameter.id), parameter.default, "{name}");
        // What makes other hits takes time.
        let makes = ["variation", "guidance", "brightness", "length", "Steps"]
            .iter()
            .any(|word| name.ends_with(word) && !name.starts_with("Velocity"));
        let automatable = parameter.flags.contains(ParamInfoFlags::IS_AUTOMATABLE);
        assert_eq!(automatable, !makes, "{name}");
    }
}

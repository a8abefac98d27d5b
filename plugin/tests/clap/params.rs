//! What the public validators ask of parameters.

use clack_extensions::params::ParamInfoFlags;

use crate::host::Plugin;
use crate::world;

/// Names as hosts show them, and ids. Saved automation refers to the ids: they may never change.
const KNOWN: [(&str, &str); 11] = [
    ("Amount", "amount"),
    ("Mix", "mix"),
    ("Steps", "steps"),
    ("Link channels", "link"),
    ("Adaptive quality", "adapt"),
    ("Input gain", "gainin"),
    ("Output gain", "gainou"),
    ("Listen", "listen"),
    ("Bypass", "bypass"),
    ("Model", "model"),
    ("Device", "device"),
];

/// The framework's hash of the ids in params.rs, written anew.
fn hash(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    }) & 0x7fff_ffff
}

#[test]
fn ids_and_names_are_the_ones_that_projects_were_saved_with() {
    let _world = world::with(world::memory);
    let parameters = Plugin::new().parameters();
    let found: Vec<(&str, u32)> = parameters
        .iter()
        .map(|p| (p.name.as_str(), p.id.get()))
        .collect();
    let expected: Vec<(&str, u32)> = KNOWN.iter().map(|(name, id)| (*name, hash(id))).collect();
    assert_eq!(found, expected);
}

#[test]
fn texts_are_read_back_as_what_they_say() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    for parameter in plugin.parameters() {
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
            let again = plugin.text(parameter.id, read);
            assert_eq!(text, again, "{} at {value}", parameter.name);
            let once_more = plugin.parse(parameter.id, &again);
            assert_eq!(Some(read), once_more, "{} at {value}", parameter.name);
        }
        for nonsense in ["", "nonsense", "💥", "NaN", "1e999"] {
            if let Some(read) = plugin.parse(parameter.id, nonsense) {
                assert!(
                    (parameter.least..=parameter.most).contains(&read),
                    "{nonsense:?} gave {read}"
                );
            }
        }
    }
}

#[test]
fn values_stand_at_their_defaults_and_inside_their_ranges() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    for parameter in plugin.parameters() {
        assert!(parameter.least < parameter.most, "{}", parameter.name);
        assert!((parameter.least..=parameter.most).contains(&parameter.default));
        assert_eq!(
            plugin.value(parameter.id),
            parameter.default,
            "{}",
            parameter.name
        );
    }
}

#[test]
fn flags_say_what_hosts_may_do() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    for parameter in plugin.parameters() {
        let automatable = parameter.flags.contains(ParamInfoFlags::IS_AUTOMATABLE);
        let fixed = ["Model", "Device"].contains(&parameter.name.as_str());
        assert_eq!(automatable, !fixed, "{}", parameter.name);
        let bypass = parameter.flags.contains(ParamInfoFlags::IS_BYPASS);
        assert_eq!(bypass, parameter.name == "Bypass");
    }
}

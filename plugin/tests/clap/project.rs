//! What projects hold, and what may become of it: for both plugins.

use crate::host::Plugin;

/// A state as the framework writes it to CLAP hosts: its length in 8 bytes, then JSON.
pub fn blob(json: &str) -> Vec<u8> {
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(json.as_bytes());
    bytes
}

/// Every parameter by name.
pub fn values(plugin: &mut Plugin) -> Vec<(String, f64)> {
    plugin
        .parameters()
        .iter()
        .map(|p| (p.name.clone(), plugin.value(p.id)))
        .collect()
}

/// Every value lies where the host was told that it may.
pub fn all_in_range(plugin: &mut Plugin) {
    for parameter in plugin.parameters() {
        let value = plugin.value(parameter.id);
        assert!(
            (parameter.least..=parameter.most).contains(&value),
            "{}: {value}",
            parameter.name
        );
    }
}

/// `garbage` states of random bytes are refused and change nothing; `damaged` ones, of which some bytes are others, are refused too or
/// read into the ranges.
pub fn random_bytes(plugin: &mut Plugin, garbage: usize, damaged: usize) {
    let (saved, before) = (plugin.save(), values(plugin));
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..garbage {
        let bytes: Vec<u8> = (0..random() % 500).map(|_| random() as u8).collect();
        assert!(!plugin.load(&bytes));
    }
    assert_eq!(values(plugin), before);
    // A state with some bytes changed is refused, or read into the ranges.
    for _ in 0..damaged {
        let mut bytes = saved.clone();
        for _ in 0..1 + random() % 4 {
            let at = random() as usize % bytes.len();
            bytes[at] = random() as u8;
        }
        bytes.truncate(1 + random() as usize % (2 * bytes.len()));
        plugin.load(&bytes);
        all_in_range(plugin);
    }
}

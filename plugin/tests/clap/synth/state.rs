//! Projects of the instrument: older, newer and broken ones.

use super::stage::{STRUCK, synth, with};
use crate::project::{all_in_range, blob, random_bytes, values};

#[test]
fn a_state_is_read_back_and_saved_the_same() {
    let _world = with(STRUCK);
    let mut first = synth();
    for (index, parameter) in first.parameters().into_iter().enumerate() {
        let along = (index * 37 % 101) as f64 / 100.0;
        let value = parameter.least + (parameter.most - parameter.least) * along;
        first.set(&parameter.name, value);
    }
    let saved = first.save();
    let mut second = synth();
    assert!(second.load(&saved));
    assert_eq!(values(&mut first), values(&mut second));
    assert_eq!(saved, second.save());
}

#[test]
fn what_a_state_lacks_is_the_default() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    let fresh = values(&mut plugin);
    for parameter in plugin.parameters() {
        plugin.set(&parameter.name, parameter.most);
    }
    assert!(plugin.load(&blob(r#"{"version":"0.0.1","params":{},"fields":{}}"#)));
    assert_eq!(values(&mut plugin), fresh);
    let newer = r#"{"version":"9.0.0","params":{"sparkle":{"f32":3.0}},
        "fields":{"synth":"{\"format\":7,\"song\":3,\"moon\":true,\"pads\":[{\"class\":\"moon\"}]}"}}"#;
    assert!(plugin.load(&blob(newer)));
    assert!(
        String::from_utf8(plugin.save())
            .unwrap()
            .contains(r#"\"song\":3"#)
    );
}

#[test]
fn wild_states_do_no_harm() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    for wild in [
        r#"{"version":"","params":{"level_1":{"f32":1e30},"choke_2":{"i32":-7},"tune_3":{"string":"?"},"steps":{"i32":999}},"fields":{"synth":"[1"}}"#,
        r#"{"version":"","params":{},"fields":{"synth":"{\"notes\":{\"300\":1}}"}}"#,
        r#"{"version":"","params":{},"fields":{"synth":"{\"notes\":{\"3\":200},\"pads\":[]}"}}"#,
        r#"{"version":"","params":{},"fields":{"synth":"{\"pads\":[{\"sample\":{\"name\":\"\",\"pcm24\":\"AA\"}}]}"}}"#,
        r#"{"version":"","params":{},"fields":{"synth":"{\"pads\":[{\"locked\":{\"class\":\"x\",\"seed\":1,\"brightness\":1e9,\"length\":-1e9,\"guidance\":1e9,\"strength\":9,\"base\":\"own\"}}]}"}}"#,
    ] {
        plugin.load(&blob(wild));
        all_in_range(&mut plugin);
        super::stage::bounce(&mut plugin, 4_800, 512, &super::stage::row(36, 3, 1_000));
    }
}

#[test]
fn random_bytes_change_nothing() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    random_bytes(&mut plugin, 200, 200);
}

#[test]
fn states_are_loaded_while_notes_play() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    let good = plugin.save();
    let stopped = plugin.activate(48_000.0, 256);
    std::thread::scope(|scope| {
        let audio = scope.spawn(move || {
            let mut started = stopped.start_processing().unwrap();
            let events = super::stage::row(36, 400, 600);
            super::stage::play(&mut started, 240_000, || 256, &events, true);
            started.stop_processing()
        });
        let mut n = 0;
        while !audio.is_finished() {
            let mut bytes = good.clone();
            let at = n * 7_919 % bytes.len();
            bytes[at] = b'9';
            plugin.load(&bytes);
            plugin.save();
            n += 1;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let stopped = audio.join().unwrap();
        plugin.deactivate(stopped);
    });
}

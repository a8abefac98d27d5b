//! Two plugins in one bundle; the instrument has a note input, a stereo output and no audio input.

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::note_ports::{NotePortInfoBuffer, PluginNotePorts};
use clack_host::prelude::*;

use super::stage::{STRUCK, synth, with};

#[test]
fn the_bundle_holds_the_effect_and_the_instrument() {
    // SAFETY: the entry is the plugin's own, and a path that it does not read.
    let entry = unsafe {
        PluginEntry::load_from_raw(
            &diffwav_plugin::export::clap_entry,
            c"/nowhere/diffwav.clap",
        )
    }
    .unwrap();
    let factory = entry.get_plugin_factory().unwrap();
    let found: Vec<(String, Vec<String>)> = factory
        .plugin_descriptors()
        .map(|plugin| {
            let text = |text: Option<&std::ffi::CStr>| text.unwrap().to_str().unwrap().to_owned();
            let features = plugin
                .features()
                .map(|feature| feature.to_str().unwrap().to_owned());
            (text(plugin.id()), features.collect())
        })
        .collect();
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        ids,
        ["io.github.diffwav.denoise", "io.github.diffwav.synth"]
    );
    assert!(found[0].1.contains(&"audio-effect".to_owned()));
    assert!(found[1].1.contains(&"instrument".to_owned()));
}

#[test]
fn notes_in_and_stereo_out() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    let handle = plugin.instance.plugin_handle();
    let audio: PluginAudioPorts = handle.get_extension().unwrap();
    assert_eq!(
        (audio.count(&handle, true), audio.count(&handle, false)),
        (0, 1)
    );
    let mut buffer = AudioPortInfoBuffer::new();
    assert_eq!(
        audio
            .get(&handle, 0, false, &mut buffer)
            .unwrap()
            .channel_count,
        2
    );
    let notes: PluginNotePorts = handle.get_extension().unwrap();
    assert_eq!(
        (notes.count(&handle, true), notes.count(&handle, false)),
        (1, 0)
    );
    let mut buffer = NotePortInfoBuffer::new();
    let port = notes.get(&handle, 0, true, &mut buffer).unwrap();
    assert!(
        port.supported_dialects
            .supports(clack_extensions::note_ports::NoteDialect::Clap)
    );
}

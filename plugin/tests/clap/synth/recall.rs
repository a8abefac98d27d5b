//! A song comes back to the bit: bounced again, from the beginning again, in another session.

use super::stage::{CLOSED, Event, KICK, SNARE, STRUCK, What, bounce, play, synth, with};
use crate::host::{Plugin, on_audio_thread};
use crate::signal::difference;

const FRAMES: usize = 96_000;

fn song() -> Vec<Event> {
    (0..64)
        .map(|n| {
            (
                1_500 * n,
                What::On([KICK, CLOSED, SNARE, CLOSED][n % 4], 0.8),
            )
        })
        .collect()
}

fn blob(json: &serde_json::Value) -> Vec<u8> {
    let text = json.to_string();
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// The plugin's own part of its state, changed.
fn edit(plugin: &mut Plugin, change: impl FnOnce(&mut serde_json::Value)) {
    let saved = plugin.save();
    let mut state: serde_json::Value = serde_json::from_slice(&saved[8..]).unwrap();
    let text = state["fields"]["synth"].as_str().unwrap();
    let mut pages: serde_json::Value = serde_json::from_str(text).unwrap();
    change(&mut pages);
    state["fields"]["synth"] = pages.to_string().into();
    assert!(plugin.load(&blob(&state)));
}

#[test]
fn two_bounces_null() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    let first = bounce(&mut plugin, FRAMES, 512, &song());
    let again = bounce(&mut plugin, FRAMES, 441, &song());
    let other = bounce(&mut synth(), FRAMES, 64, &song());
    assert_eq!(difference(&first, &again), None);
    assert_eq!(difference(&first, &other), None);
}

#[test]
fn the_song_begins_again_with_the_transport() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    plugin.offline(true);
    let stopped = plugin.activate(48_000.0, 512);
    let (stopped, takes) = on_audio_thread(|| {
        let mut started = stopped.start_processing().unwrap();
        let mut takes = Vec::new();
        for _ in 0..3 {
            // Each begins at frame 0, without a reset.
            takes.push(play(&mut started, FRAMES, || 512, &song(), true));
            // And some notes while it stands.
            play(
                &mut started,
                9_000,
                || 512,
                &[(0, What::On(KICK, 1.0))],
                false,
            );
        }
        (started.stop_processing(), takes)
    });
    plugin.deactivate(stopped);
    for take in &takes[1..] {
        assert_eq!(difference(&takes[0], take), None);
    }
}

#[test]
fn a_project_recalls_its_hits() {
    let _world = with(STRUCK);
    let mut first = synth();
    first.set("Pad 1 variation", 0.3);
    first.set("Pad 2 tune", 0.6);
    edit(&mut first, |pages| {
        pages["song"] = 4_711.into();
        pages["pads"][0]["seed"] = 99.into();
    });
    let out = bounce(&mut first, FRAMES, 512, &song());
    let saved = first.save();
    // Seeds, not audio.
    assert!(saved.len() < 12_000, "{} bytes", saved.len());
    let mut second = synth();
    let before = bounce(&mut second, FRAMES, 512, &song());
    assert!(difference(&out, &before).is_some());
    assert!(second.load(&saved));
    assert_eq!(
        difference(&out, &bounce(&mut second, FRAMES, 512, &song())),
        None
    );
}

#[test]
fn seeds_change_the_hits_and_bring_them_back() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    let first = bounce(&mut plugin, FRAMES, 512, &song());
    edit(&mut plugin, |pages| pages["song"] = 2.into());
    let other = bounce(&mut plugin, FRAMES, 512, &song());
    assert!(difference(&first, &other).is_some());
    edit(&mut plugin, |pages| pages["song"] = 1.into());
    assert_eq!(
        difference(&first, &bounce(&mut plugin, FRAMES, 512, &song())),
        None
    );
}

#[test]
fn a_kept_hit_is_the_only_one() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    edit(&mut plugin, |pages| {
        pages["pads"][0]["locked"] = serde_json::json!({
            "class": "kick", "seed": 5, "brightness": 0.0, "length": 0.0, "guidance": 0.0, "strength": 1.0, "base": "noise",
        });
    });
    let events: Vec<Event> = (0..10).map(|n| (2_000 * n, What::On(KICK, 1.0))).collect();
    let out = bounce(&mut plugin, 20_000, 512, &events);
    let hits: Vec<&[f32]> = out[0].chunks(2_000).collect();
    assert!(hits[0][0] == 0.5 && hits.iter().all(|hit| *hit == hits[0]));
}

#[test]
fn notes_go_where_the_table_says() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    edit(&mut plugin, |pages| {
        pages["notes"] = serde_json::json!({ "100": 0 });
    });
    let events = [(0, What::On(KICK, 1.0)), (5_000, What::On(100, 1.0))];
    let out = bounce(&mut plugin, 10_000, 512, &events);
    assert!(out[0][..5_000].iter().all(|v| *v == 0.0));
    assert_eq!(out[0][5_000], 0.5);
}

#[test]
fn an_own_sample_is_saved_played_and_varied() {
    let _world = with(STRUCK);
    // 24-bit values: 0.5, −0.25, 0.125, and 300 zeros.
    let mut pcm: Vec<u8> = [4_194_304i32, -2_097_152, 1_048_576]
        .iter()
        .flat_map(|v| v.to_le_bytes()[..3].to_vec())
        .collect();
    pcm.resize(pcm.len() + 900, 0);
    let coded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &pcm);
    let mut plugin = synth();
    plugin.set("Pad 1 variation", 0.0);
    edit(&mut plugin, |pages| {
        pages["pads"][0]["sample"] = serde_json::json!({ "name": "mine.wav", "pcm24": coded });
    });
    let events: Vec<Event> = (0..3).map(|n| (2_000 * n, What::On(KICK, 1.0))).collect();
    let out = bounce(&mut plugin, 6_000, 512, &events);
    for start in [0, 2_000, 4_000] {
        assert!((out[0][start] - 0.5).abs() < 1e-6);
        assert!((out[0][start + 1] + 0.25).abs() < 1e-6);
        assert!((out[0][start + 2] - 0.125).abs() < 1e-6);
        assert_eq!(out[0][start + 3], 0.0);
    }
    let mut again = synth();
    assert!(again.load(&plugin.save()));
    assert_eq!(
        difference(&out, &bounce(&mut again, 6_000, 512, &events)),
        None
    );
    again.set("Pad 1 variation", 0.5);
    let varied = bounce(&mut again, 6_000, 512, &events);
    assert_ne!(varied[0][..2_000], varied[0][2_000..4_000]);
}

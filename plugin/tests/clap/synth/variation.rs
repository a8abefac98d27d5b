//! Fresh hits, the same hits, kept hits.

use super::stage::{KICK, SNARE, STRUCK, Struck, bounce, row, synth, with};
use crate::host::Plugin;

const EVERY: usize = 1_200;
const COUNT: usize = 60;

/// The hits of a row of notes.
fn hits(plugin: &mut Plugin, note: u8) -> Vec<Vec<f32>> {
    let out = bounce(plugin, COUNT * EVERY, 512, &row(note, COUNT, EVERY));
    out[0].chunks(EVERY).map(<[f32]>::to_vec).collect()
}

fn equal_pairs(hits: &[Vec<f32>]) -> usize {
    (0..hits.len())
        .map(|a| (0..a).filter(|b| hits[a] == hits[*b]).count())
        .sum()
}

#[test]
fn no_two_hits_are_equal_unless_variation_is_zero() {
    let _world = with(STRUCK);
    for variation in [0.05, 0.5, 1.0] {
        let mut plugin = synth();
        plugin.set("Pad 1 variation", variation);
        assert_eq!(equal_pairs(&hits(&mut plugin, KICK)), 0, "{variation}");
    }
    let mut plugin = synth();
    plugin.set("Pad 1 variation", 0.0);
    let same = hits(&mut plugin, KICK);
    assert_eq!(equal_pairs(&same), COUNT * (COUNT - 1) / 2);
    assert_eq!(same[0][0], 0.5);
}

#[test]
fn variation_is_the_distance_from_one_sound() {
    let _world = with(STRUCK);
    let at = |variation: f64| {
        let mut plugin = synth();
        plugin.set("Pad 1 variation", variation);
        hits(&mut plugin, KICK)
    };
    let base = at(0.0)[0].clone();
    let distance = |variation: f64| {
        let hits = at(variation);
        let of = |hit: &Vec<f32>| {
            let apart: f32 = hit.iter().zip(&base).map(|(a, b)| (a - b).powi(2)).sum();
            apart.sqrt()
        };
        hits.iter().map(of).sum::<f32>() / hits.len() as f32
    };
    let (little, some, all) = (distance(0.1), distance(0.5), distance(1.0));
    assert!(
        little > 0.0 && some > 2.0 * little && all > 1.5 * some,
        "{little} {some} {all}"
    );
}

#[test]
fn pads_of_one_class_have_sounds_of_their_own() {
    let _world = with(STRUCK);
    let mut plugin = synth();
    plugin.set("Pad 5 variation", 0.0);
    plugin.set("Pad 6 variation", 0.0);
    let (low, middle) = (hits(&mut plugin, 41), hits(&mut plugin, 45));
    assert_ne!(low[0], middle[0]);
}

#[test]
fn settings_of_one_pad_leave_the_others_alone() {
    let _world = with(STRUCK);
    let before = hits(&mut synth(), SNARE);
    let mut plugin = synth();
    for name in ["variation", "guidance", "brightness", "length"] {
        plugin.set(&format!("Pad 1 {name}"), 1.0);
    }
    assert_eq!(before, hits(&mut plugin, SNARE));
}

#[test]
fn a_slow_source_gives_a_bounce_the_same_hits() {
    let fast = {
        let _world = with(STRUCK);
        hits(&mut synth(), KICK)
    };
    let _world = with(Struck {
        busy: std::time::Duration::from_millis(15),
        ..STRUCK
    });
    assert_eq!(fast, hits(&mut synth(), KICK));
}

//! However the mel frames are cut, the sound is the same, bit for bit; and nobody hears a neighbour.

use diffwav::engine::vocode::Vocoder;

use crate::support::{choice, error_energy, frames_first, network, npy, run, vocode};

#[test]
fn the_cut_of_the_mel_frames_changes_no_bit() {
    let mel = frames_first(&npy("mel"));
    let choice = choice(2, 2);
    let whole = vocode(&choice, &mel, 8, &[mel.len()]);
    assert_eq!(whole.len(), mel.len() / 100 * 256);
    for blocks in [&[1][..], &[7], &[8], &[3, 1, 30]] {
        assert!(
            vocode(&choice, &mel, 8, blocks) == whole,
            "blocks of {blocks:?}"
        );
    }
}

#[test]
fn frames_a_call_change_rounding_only() {
    let mel = frames_first(&npy("mel"));
    let choice = choice(1, 2);
    let eight = vocode(&choice, &mel, 8, &[5]);
    let single = vocode(&choice, &mel, 1, &[5]);
    let error = error_energy(&single, &eight);
    assert!(error < 1e-4, "{error:e}");
}

#[test]
fn an_object_that_was_used_starts_anew() {
    let mel = frames_first(&npy("mel"));
    let mut vocoder = Vocoder::new(network(), 1, 8, &choice(2, 2)).unwrap();
    let first = run(&mut vocoder, &mel, &[11]);
    assert!(run(&mut vocoder, &mel, &[4]) == first);
}

#[test]
fn a_signal_sounds_the_same_beside_another() {
    let mel = frames_first(&npy("mel"));
    let louder: Vec<f32> = mel.iter().map(|v| (v + 0.7).min(2.0)).collect();
    let alone = vocode(&choice(1, 2), &mel, 8, &[mel.len()]);
    let mut vocoder = Vocoder::new(network(), 2, 8, &choice(1, 2)).unwrap();
    let mut both = [Vec::new(), Vec::new()];
    let mut sink = |out: &[&[f32]]| {
        both.iter_mut()
            .zip(out)
            .for_each(|(all, out)| all.extend_from_slice(out));
        Ok(())
    };
    vocoder.push(&[&mel, &louder], &mut sink).unwrap();
    vocoder.finish(&mut sink).unwrap();
    assert!(error_energy(&both[0], &alone) < 1e-4);
    assert!(error_energy(&both[1], &alone) > 1e-2);
}

#[test]
fn later_mel_frames_change_nothing_before_them() {
    let mel = frames_first(&npy("mel"));
    let choice = choice(1, 1);
    let whole = vocode(&choice, &mel, 4, &[mel.len()]);
    let mut changed = mel.clone();
    let at = 40;
    changed[at * 100..].iter_mut().for_each(|v| *v = -2.0);
    let other = vocode(&choice, &changed, 4, &[mel.len()]);
    // A frame is heard from its own window on: 640 samples less than the network's look-ahead and the stage's window reach.
    let same = (at - 3 - 4) * 256;
    assert!(whole[..same] == other[..same]);
    assert!(error_energy(&other[at * 256..], &whole[at * 256..]) > 1e-3);
}

#[test]
fn wrong_slices_are_refused() {
    let mut vocoder = Vocoder::new(network(), 1, 4, &choice(1, 0)).unwrap();
    let error = vocoder.push(&[&[0.0; 150]], &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("150"), "{error}");
    let error = Vocoder::new(network(), 1, 4, &choice(5, 0)).unwrap_err();
    assert!(error.to_string().contains("1, 2, 3, 4, 6"), "{error}");
}

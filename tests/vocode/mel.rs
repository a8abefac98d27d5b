//! Mel frames = those of the Python reference.

use diffwav::dsp::mel::Analysis;
use diffwav::engine::vocode;
use diffwav::model::registry;

use crate::support::{frames_first, npy};

fn analysis() -> Analysis {
    let card = registry::open(registry::VOCODER).unwrap().card;
    Analysis::new(vocode::definition(&card).unwrap())
}

fn frames(blocks: impl Iterator<Item = usize>) -> Vec<f32> {
    let (mut analysis, mut out) = (analysis(), Vec::new());
    let audio = npy("audio_in");
    let mut rest = audio.as_slice();
    for block in blocks {
        let (now, later) = rest.split_at(block.min(rest.len()));
        analysis.push(now, &mut out);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    analysis.finish(&mut out);
    out
}

#[test]
fn mel_frames_are_those_of_the_reference_from_the_first_to_the_last() {
    let wanted = frames_first(&npy("mel"));
    let found = frames(std::iter::once(usize::MAX));
    assert_eq!(found.len(), wanted.len());
    let worst = found
        .iter()
        .zip(&wanted)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    println!("worst difference {worst:.1e}");
    assert!(worst < 1e-4, "{worst:e}");
}

#[test]
fn the_cut_of_the_input_changes_no_bit() {
    let whole = frames(std::iter::once(usize::MAX));
    for cut in [1, 255, 256, 257, 1000] {
        assert!(frames(std::iter::repeat(cut)) == whole, "blocks of {cut}");
    }
}

#[test]
fn a_signal_shorter_than_the_reflection_gives_its_frames_all_the_same() {
    for (samples, wanted) in [
        (0, 0),
        (1, 0),
        (255, 0),
        (256, 1),
        (384, 1),
        (385, 1),
        (512, 2),
    ] {
        let (mut analysis, mut out) = (analysis(), Vec::new());
        analysis.push(&vec![0.1; samples], &mut out);
        analysis.finish(&mut out);
        assert_eq!(out.len(), 100 * wanted, "{samples} samples");
        assert!(out.iter().all(|v| v.is_finite()));
    }
}

//! Whole files through one engine, side by side.

use super::track::Track;
use crate::cli::cancel;
use crate::cli::progress::Progress;
use crate::engine::Offline;
use crate::{Error, Result};

/// Frames that are read at a time.
const CHUNK: usize = 16_384;

/// Lets the engine hear the first `seconds` of the files once before they begin, or as often as those that are shorter
/// go into them: so no file's result depends on those beside it.
///
/// # Errors
/// As [`pump`].
pub fn pre_roll(tracks: &mut [&mut Track<'_>], engine: &mut Offline, seconds: f64) -> Result<()> {
    let frames = (seconds * f64::from(engine.format().rate.0)).round() as usize;
    if frames == 0 {
        return Ok(());
    }
    tracks.iter_mut().for_each(|track| track.hold(frames));
    for start in (0..frames).step_by(CHUNK) {
        watch(tracks)?;
        let heard = start..frames.min(start + CHUNK);
        let held = tracks.iter().flat_map(|track| track.held());
        let block: Vec<Vec<f32>> = held
            .map(|channel| {
                let sample = |n| channel.get(n % channel.len().max(1)).copied();
                heard.clone().map(|n| sample(n).unwrap_or(0.0)).collect()
            })
            .collect();
        let chunk: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
        engine.pre_roll(&chunk)?;
    }
    Ok(())
}

/// Moves whole files side by side through the engine; the shorter ones are followed by silence.
///
/// # Errors
/// Of the engine; [`Error::Interrupted`] after Ctrl-C, and when every file has failed by itself.
pub fn pump(
    tracks: &mut [&mut Track<'_>],
    engine: &mut Offline,
    progress: &Progress,
) -> Result<()> {
    let mut block = vec![Vec::new(); engine.format().channels];
    loop {
        watch(tracks)?;
        block.iter_mut().for_each(Vec::clear);
        let (mut frames, mut first) = (0, 0);
        for track in tracks.iter_mut() {
            let channels = first..first + track.channels();
            frames = frames.max(track.read(&mut block[channels.clone()], CHUNK));
            first = channels.end;
        }
        if frames == 0 {
            break;
        }
        block
            .iter_mut()
            .for_each(|channel| channel.resize(frames, 0.0));
        let chunk: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
        engine.push(&chunk, &mut |out| share(out, tracks, progress))?;
    }
    engine.finish(&mut |out| share(out, tracks, progress))?;
    Ok(())
}

/// Hands every file its channels.
fn share(out: &[&[f32]], tracks: &mut [&mut Track<'_>], progress: &Progress) -> Result<()> {
    let mut rest = out;
    for track in tracks.iter_mut() {
        let (own, others) = rest.split_at(track.channels());
        track.write(own, progress);
        rest = others;
    }
    watch(tracks)
}

/// Whether it is worth going on.
fn watch(tracks: &[&mut Track<'_>]) -> Result<()> {
    cancel::check()?;
    if tracks.iter().all(|track| track.has_failed()) {
        return Err(Error::Interrupted);
    }
    Ok(())
}

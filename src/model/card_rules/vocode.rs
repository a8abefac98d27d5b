//! The fields of vocoders: mel frames, look-ahead, projection.

use super::Rules;
use crate::error::Result;
use crate::model::card::{Card, Mel, Project, Task, Transform};

/// Longest analysis window of mel frames, in samples.
const FFT_MAX: usize = 1 << 14;
/// Most bands.
const BANDS_MAX: usize = 1024;
/// Most frames of look-ahead.
const LOOKAHEAD_MAX: usize = 64;
/// Most stages of the projection.
const STAGES_MAX: usize = 64;

pub(super) fn check(rule: &Rules<'_>, card: &Card) -> Result<()> {
    let vocode = card.task == Task::Vocode;
    let (mel, project) = (&card.mel, &card.project);
    rule.holds(
        mel.is_some() == vocode,
        "mel",
        if vocode { "missing" } else { "given" },
        "the mel frames of a vocode model, and of no other",
    )?;
    rule.holds(
        vocode || project.is_none(),
        "project",
        "given",
        "null: only a vocoder projects onto mel frames",
    )?;
    let Some(mel) = mel else {
        return Ok(());
    };
    let Transform::Stft { window, hop, .. } = card.transform else {
        return rule.holds(
            false,
            "transform.kind",
            "frames",
            "stft: a vocoder's start is a spectrum",
        );
    };
    frames(rule, mel, card.sample_rate, (window, hop))?;
    rule.holds(
        card.normalise.is_none(),
        "normalise",
        "given",
        "null: a vocoder is normalised by its mel frames",
    )?;
    rule.holds(
        card.lookahead <= LOOKAHEAD_MAX,
        "lookahead",
        card.lookahead,
        &format!("at most {LOOKAHEAD_MAX}"),
    )?;
    project
        .as_ref()
        .map_or(Ok(()), |project| self::project(rule, project))
}

fn frames(rule: &Rules<'_>, mel: &Mel, rate: u32, (window, hop): (usize, usize)) -> Result<()> {
    rule.holds(
        mel.hop == hop,
        "mel.hop",
        mel.hop,
        &format!("{hop}, the hop of the transform"),
    )?;
    // Hann overlap-adds to a constant from four hops on; the start takes every fft/window-th bin.
    let ok = (16..=FFT_MAX).contains(&mel.fft)
        && mel.fft.is_multiple_of(window)
        && mel.fft.is_multiple_of(hop)
        && mel.fft >= 4 * hop;
    rule.holds(
        ok,
        "mel.fft",
        mel.fft,
        &format!("a multiple of the window, at least four hops, at most {FFT_MAX}"),
    )?;
    rule.holds(
        (1..=BANDS_MAX).contains(&mel.bands),
        "mel.bands",
        mel.bands,
        &format!("1 to {BANDS_MAX}"),
    )?;
    let nyquist = f64::from(rate) / 2.0;
    rule.holds(
        mel.low >= 0.0 && mel.low < mel.high && mel.high <= nyquist,
        "mel.low, mel.high",
        format!("{} to {}", mel.low, mel.high),
        &format!("rising, within 0 to {nyquist} Hz"),
    )?;
    for (field, value, most) in [("mel.floor", mel.floor, 1.0), ("mel.bound", mel.bound, 1.0)] {
        rule.holds(
            value > 0.0 && value <= most,
            field,
            value,
            &format!("more than 0, at most {most}"),
        )?;
    }
    Ok(())
}

fn project(rule: &Rules<'_>, project: &Project) -> Result<()> {
    rule.holds(
        project.stages <= STAGES_MAX,
        "project.stages",
        project.stages,
        &format!("at most {STAGES_MAX}"),
    )?;
    for (field, value, most) in [
        ("project.momentum", project.momentum, 1.0),
        ("project.relax", project.relax, 2.0),
        ("project.limit", project.limit, 20.0),
    ] {
        rule.holds(
            (0.0..=most).contains(&value),
            field,
            value,
            &format!("0 to {most}"),
        )?;
    }
    Ok(())
}

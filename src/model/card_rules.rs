//! The ranges of a card's values, and which of them must agree.

mod generative;
mod vocode;

use std::fmt::Display;

use crate::error::{Error, Result};
use crate::model::card::{Card, Normalise, SelfTest, Steps, Task, Transform};
use crate::units::Hz;

/// Most reverse steps that a card may ask for.
const STEPS_MAX: usize = 1000;
/// Longest window and hop, in samples.
const WINDOW_MAX: usize = 1 << 16;
/// Most frames a call: bounds every buffer of the engine.
const FRAMES_MAX: usize = 4096;

/// Checks every range and every pair of fields that must agree.
///
/// # Errors
/// [`Error::Model`] for the first field that is out of range.
pub fn check(origin: &str, card: &Card) -> Result<()> {
    let rule = Rules(origin);
    rule.holds(named(&card.name), "name", &card.name, NAME)?;
    let rates = Hz::SUPPORTED;
    let expected = format!("{} to {} Hz", rates.start(), rates.end());
    rule.holds(
        rates.contains(&card.sample_rate),
        "sample_rate",
        card.sample_rate,
        &expected,
    )?;
    transform(&rule, card.task, &card.transform)?;
    if let Some(Normalise::PeakFollower {
        release_seconds,
        floor,
    }) = &card.normalise
    {
        let ok = (0.001..=3600.0).contains(release_seconds);
        rule.holds(
            ok,
            "normalise.release_seconds",
            release_seconds,
            "0.001 to 3600",
        )?;
        rule.holds(
            floor.is_finite() && *floor > 0.0,
            "normalise.floor",
            floor,
            "more than 0",
        )?;
    }
    steps(&rule, &card.steps)?;
    let ok = (1..=FRAMES_MAX).contains(&card.frames_max);
    rule.holds(
        ok,
        "frames_max",
        card.frames_max,
        &format!("1 to {FRAMES_MAX}"),
    )?;
    rule.holds(
        card.causal || card.task == Task::Synth,
        "causal",
        card.causal,
        "true: streaming needs a causal network",
    )?;
    rule.holds(
        card.lookahead == 0 || card.task == Task::Vocode,
        "lookahead",
        card.lookahead,
        "0: only a vocoder may look ahead",
    )?;
    vocode::check(&rule, card)?;
    generative::check(&rule, card)?;
    match &card.self_test {
        Some(test) => self_test(&rule, test, card.frames_max),
        None => Ok(()),
    }
}

fn transform(rule: &Rules<'_>, task: Task, transform: &Transform) -> Result<()> {
    let range = format!("1 to {WINDOW_MAX}");
    let hop = transform.hop();
    rule.holds(
        (1..=WINDOW_MAX).contains(&hop),
        "transform.hop",
        hop,
        &range,
    )?;
    let Transform::Stft {
        window,
        exponent,
        scale,
        ..
    } = transform
    else {
        return Ok(());
    };
    let ok = *window >= 4 && *window <= WINDOW_MAX && window % 2 == 0;
    rule.holds(
        ok,
        "transform.window",
        window,
        &format!("even, 4 to {WINDOW_MAX}"),
    )?;
    // √Hann overlap-adds wherever the window is two or more whole hops.
    let (ok, expected) = if task == Task::Denoise {
        let ok = window.is_multiple_of(hop) && *window >= 2 * hop;
        (
            ok,
            format!("{window}/2, {window}/3 or another whole part of the window"),
        )
    } else {
        (
            *window == 2 * hop,
            format!("{}, half of the window", window / 2),
        )
    };
    rule.holds(ok, "transform.hop", hop, &expected)?;
    rule.holds(
        *exponent > 0.0 && *exponent <= 1.0,
        "transform.exponent",
        exponent,
        "more than 0, at most 1",
    )?;
    rule.holds(
        scale.is_finite() && *scale > 0.0,
        "transform.scale",
        scale,
        "more than 0",
    )
}

fn steps(rule: &Rules<'_>, steps: &Steps) -> Result<()> {
    let list = format!("{:?}", steps.allowed);
    let ok = !steps.allowed.is_empty() && steps.allowed.iter().all(|n| (1..=STEPS_MAX).contains(n));
    rule.holds(
        ok,
        "steps.allowed",
        &list,
        &format!("numbers from 1 to {STEPS_MAX}"),
    )?;
    let ok = steps.allowed.contains(&steps.default);
    rule.holds(
        ok,
        "steps.default",
        steps.default,
        &format!("one of {list}"),
    )?;
    for (n, times) in &steps.times {
        let field = format!("steps.times.{n}");
        rule.holds(
            times.len() == *n,
            &field,
            format!("{} times", times.len()),
            &format!("{n} times"),
        )?;
        let falling = times.windows(2).all(|pair| pair[0] > pair[1]);
        let ok = falling && times.iter().all(|t| *t >= 0.0 && t.is_finite());
        rule.holds(
            ok,
            &field,
            format!("{times:?}"),
            "falling times, none below 0",
        )?;
    }
    Ok(())
}

fn self_test(rule: &Rules<'_>, test: &SelfTest, frames_max: usize) -> Result<()> {
    let ok = (1..=frames_max).contains(&test.frames);
    rule.holds(
        ok,
        "self_test.frames",
        test.frames,
        &format!("1 to frames_max = {frames_max}"),
    )?;
    for (field, energy) in [
        ("self_test.input_energy", test.input_energy),
        ("self_test.output_energy", test.output_energy),
    ] {
        rule.holds(
            energy.is_finite() && energy >= 0.0,
            field,
            energy,
            "a finite sum of squares",
        )?;
    }
    Ok(())
}

/// What [`named`] allows.
const NAME: &str = "letters, digits, '-', '_' and '.'";

/// Whether it may be part of a file name and of a command line.
fn named(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.chars().all(allowed) && name.chars().any(|c| c.is_ascii_alphanumeric())
}

/// Turns a rule that does not hold into the error.
struct Rules<'a>(&'a str);

impl Rules<'_> {
    fn holds(&self, holds: bool, field: &str, found: impl Display, expected: &str) -> Result<()> {
        if holds {
            return Ok(());
        }
        Err(Error::Model {
            origin: self.0.to_owned(),
            field: field.to_owned(),
            found: found.to_string(),
            expected: expected.to_owned(),
        })
    }
}

//! The fields of networks that make sounds from noise: classes, controls, onset, guidance.

use std::collections::HashSet;

use super::{NAME, Rules, named};
use crate::diffusion::path::Path;
use crate::error::Result;
use crate::model::card::{Card, Task};

/// Most classes.
const LABELS_MAX: usize = 4096;
/// Most controls.
const CONTROLS_MAX: usize = 16;
/// Largest guidance scale: far beyond where sounds fall apart.
const GUIDANCE_MAX: f32 = 20.0;
/// On the command line they mean every class, and no class.
const TAKEN: [&str; 2] = ["all", "none"];

pub(super) fn check(rule: &Rules<'_>, card: &Card) -> Result<()> {
    rule.holds(
        card.labels.len() <= LABELS_MAX,
        "labels",
        card.labels.len(),
        &format!("at most {LABELS_MAX}"),
    )?;
    let mut seen = HashSet::new();
    for label in &card.labels {
        let ok = named(label) && !TAKEN.contains(&label.as_str()) && seen.insert(label);
        rule.holds(
            ok,
            "labels",
            format!("{label:?}"),
            &format!(
                "different names of {NAME}, none of them {}",
                TAKEN.join(" or ")
            ),
        )?;
    }
    controls(rule, card)?;
    let synth = card.task == Task::Synth;
    rule.holds(
        synth || card.onset == 0,
        "onset",
        card.onset,
        "0: only a synth model has a transient of its own",
    )?;
    let samples = card.frames_max * card.transform.hop();
    rule.holds(
        card.onset < samples,
        "onset",
        card.onset,
        &format!("less than the {samples} samples of the longest sound"),
    )?;
    let ok = (0.0..=GUIDANCE_MAX).contains(&card.guidance);
    rule.holds(
        ok,
        "guidance",
        card.guidance,
        &format!("0 to {GUIDANCE_MAX}"),
    )?;
    rule.holds(
        card.guidance == 0.0 || !card.labels.is_empty(),
        "guidance",
        card.guidance,
        "0: without labels there is nothing to guide by",
    )?;
    let from_noise = matches!(
        card.path,
        Path::Flow { .. } | Path::VpDiscrete { .. } | Path::VpCosine | Path::Edm { .. }
    );
    rule.holds(
        !synth || from_noise,
        "path",
        card.path.kind(),
        "flow, vp_discrete, vp_cosine or edm: a synth network starts from noise alone",
    )?;
    rule.holds(
        !synth || card.normalise.is_none(),
        "normalise",
        "given",
        "null: what starts from noise has no level to follow",
    )
}

fn controls(rule: &Rules<'_>, card: &Card) -> Result<()> {
    rule.holds(
        card.controls.len() <= CONTROLS_MAX,
        "controls",
        card.controls.len(),
        &format!("at most {CONTROLS_MAX}"),
    )?;
    let mut seen = HashSet::new();
    for control in &card.controls {
        let ok = named(&control.name) && seen.insert(&control.name);
        rule.holds(
            ok,
            "controls.name",
            format!("{:?}", control.name),
            &format!("different names of {NAME}"),
        )?;
        let ok = control.min.is_finite() && control.max.is_finite() && control.min < control.max;
        rule.holds(
            ok,
            "controls",
            format!("{} from {} to {}", control.name, control.min, control.max),
            "a smallest value below the largest",
        )?;
    }
    Ok(())
}

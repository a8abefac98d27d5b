//! Which files go through a device side by side, in the same calls.

use crate::cli::plan::Job;
use crate::engine::Format;
use crate::io::{Reader, Source};
use crate::units::Hz;

/// The engine runs until the longest file of a group ends: none is shorter than this share of it.
const SHARE: f64 = 0.5;

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Form {
    rate: Hz,
    channels: usize,
    frames: u64,
}

/// Every job by itself.
pub fn alone(jobs: &[Job]) -> Vec<Vec<usize>> {
    (0..jobs.len()).map(|index| vec![index]).collect()
}

/// Groups of at most `most` jobs, of one sample rate and about as long. What cannot be known beforehand goes alone.
pub fn together(jobs: &[Job], most: usize) -> Vec<Vec<usize>> {
    let forms: Vec<Option<Form>> = jobs.iter().map(|job| form(&job.source)).collect();
    group(&forms, most)
}

fn form(source: &Source) -> Option<Form> {
    if *source == Source::Stdin {
        return None;
    }
    let reader = Reader::open(source).ok()?;
    let spec = reader.spec();
    Some(Form {
        rate: spec.rate,
        channels: spec.channels.into(),
        frames: spec.frames?,
    })
}

fn group(forms: &[Option<Form>], most: usize) -> Vec<Vec<usize>> {
    let known = |index: &usize| forms[*index].is_some();
    let (mut rest, alone): (Vec<usize>, Vec<usize>) = (0..forms.len()).partition(known);
    // The longest first; of equal ones in the order of the plan.
    rest.sort_by_key(|index| {
        let form = forms[*index];
        (
            form.map(|form| form.rate.0),
            std::cmp::Reverse(form.map(|form| form.frames)),
        )
    });
    let mut groups: Vec<Vec<usize>> = alone.into_iter().map(|index| vec![index]).collect();
    let mut open: Option<(Form, usize, Vec<usize>)> = None;
    for index in rest {
        let Some(form) = forms[index] else { continue };
        if let Some((longest, channels, members)) = &mut open
            && members.len() < most
            && form.rate == longest.rate
            && form.frames as f64 >= SHARE * longest.frames as f64
            && *channels + form.channels <= Format::CHANNELS_MAX
        {
            *channels += form.channels;
            members.push(index);
            continue;
        }
        groups.extend(
            open.replace((form, form.channels, vec![index]))
                .map(|(.., members)| members),
        );
    }
    groups.extend(open.map(|(.., members)| members));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(rate: u32, channels: usize, frames: u64) -> Option<Form> {
        Some(Form {
            rate: Hz(rate),
            channels,
            frames,
        })
    }

    #[test]
    fn files_of_one_rate_and_about_one_length_go_together() {
        let forms = [
            form(48_000, 1, 100),
            None,
            form(44_100, 2, 90),
            form(48_000, 2, 60),
            form(48_000, 1, 49),
            form(44_100, 2, 95),
        ];
        let groups = group(&forms, 8);
        assert_eq!(groups, [vec![1], vec![5, 2], vec![0, 3], vec![4]]);
    }

    #[test]
    fn no_group_is_larger_than_was_asked_for_or_than_the_engine_takes() {
        let forms = vec![form(48_000, 2, 1_000); 10];
        assert_eq!(
            group(&forms, 4).iter().map(Vec::len).collect::<Vec<_>>(),
            [4, 4, 2]
        );
        let wide = vec![form(48_000, 24, 1_000); 5];
        assert_eq!(
            group(&wide, 8).iter().map(Vec::len).collect::<Vec<_>>(),
            [2, 2, 1]
        );
        assert_eq!(group(&[], 8), Vec::<Vec<usize>>::new());
    }
}

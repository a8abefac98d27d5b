//! Which hit is made next: every pad is to sound before any has a choice; then those that are played go first, in turn.

use std::cmp::Reverse;

use super::pads::PADS;
use super::shelf::{AHEAD, Name, Shelf};

/// A pad as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) pad: usize,
    /// What its hits are made with.
    pub(super) key: u64,
    /// The hit that its next note wants.
    pub(super) next: u64,
    /// What was sent of it.
    pub(super) shelf: &'a Shelf<()>,
    /// Whether a bounce waits for that hit.
    pub(super) waited_for: bool,
}

/// A hit that a pad lacks. What is smaller comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    rank: Rank,
    /// When the pad was served last: in turn, if all else is equal.
    served: u64,
    pad: usize,
    number: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    WaitedFor,
    /// The pad has no hit with its present settings: first those that notes have asked for.
    First(Reverse<bool>),
    /// So many notes away.
    Later(usize),
}

/// What is remembered of a pad.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    /// Settings of the hit that was made last.
    key: Option<u64>,
    /// Which one of all that was.
    served: u64,
    /// Notes come faster than hits: the next one is made for the note that is so many notes away.
    lead: u64,
}

/// How the pads were served.
#[derive(Debug, Default)]
pub(super) struct Turns {
    pads: [Past; PADS],
    made: u64,
}

impl Turns {
    /// Pads and numbers of the hits that come next, at most `most`; alone, if somebody waits for it.
    pub(super) fn choose<'a>(
        &self,
        pads: impl Iterator<Item = Look<'a>>,
        most: usize,
    ) -> Vec<(usize, u64)> {
        let mut needs: Vec<Need> = pads.filter_map(|look| self.need(&look)).collect();
        needs.sort_unstable();
        let alone = needs
            .first()
            .is_some_and(|need| need.rank == Rank::WaitedFor);
        needs.truncate(if alone { 1 } else { most });
        needs
            .into_iter()
            .map(|need| (need.pad, need.number))
            .collect()
    }

    fn need(&self, look: &Look<'_>) -> Option<Need> {
        let Past { key, served, lead } = self.pads[look.pad];
        let first = key != Some(look.key);
        let (number, missed) = look.shelf.missing(look.next, look.key)?;
        let (rank, number) = if look.waited_for && missed == 0 {
            (Rank::WaitedFor, number)
        } else if first {
            (Rank::First(Reverse(look.next > 0)), number)
        } else {
            // What would come too late is left out, if there is something behind it to make.
            let later = look.shelf.missing(look.next + lead, look.key);
            let later = later.map(|(number, _)| number);
            let behind = look.next + lead..look.next + AHEAD as u64;
            let number = later
                .filter(|later| lead > missed as u64 && behind.contains(later))
                .unwrap_or(number);
            (Rank::Later(missed), number)
        };
        Some(Need {
            rank,
            served,
            pad: look.pad,
            number,
        })
    }

    /// A hit was made, and the pad's next note wants the hit `next` by now.
    pub(super) fn made(&mut self, pad: usize, name: Name, next: u64) {
        self.made += 1;
        let lead = self.pads[pad].lead;
        let lead = if next > name.number {
            (lead + next - name.number).min(AHEAD as u64 / 2)
        } else if next < name.number {
            lead.saturating_sub(1)
        } else {
            lead
        };
        self.pads[pad] = Past {
            key: Some(name.key),
            served: self.made,
            lead,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: u64 = 5;

    /// Pads whose notes come by the number of hits that are made, not by a clock.
    #[derive(Default)]
    struct Kit {
        turns: Turns,
        shelves: [Shelf<()>; PADS],
        next: [u64; PADS],
        /// Notes of each pad that found their own hit, and all of them.
        found: [(u64, u64); PADS],
    }

    impl Kit {
        fn note(&mut self, pad: usize) {
            let name = Name {
                number: self.next[pad],
                key: KEY,
            };
            self.found[pad].0 += u64::from(self.shelves[pad].get(name).is_some());
            self.found[pad].1 += 1;
            self.next[pad] += 1;
        }

        /// Makes one hit, while which `notes` come.
        fn make(&mut self, notes: &[usize]) -> Option<(usize, u64)> {
            let looks = (0..PADS).map(|pad| Look {
                pad,
                key: KEY,
                next: self.next[pad],
                shelf: &self.shelves[pad],
                waited_for: false,
            });
            let chosen = self.turns.choose(looks, 1).first().copied();
            notes.iter().for_each(|pad| self.note(*pad));
            if let Some((pad, number)) = chosen {
                let name = Name { number, key: KEY };
                self.shelves[pad].put(name, ());
                self.turns.made(pad, name, self.next[pad]);
            }
            chosen
        }
    }

    #[test]
    fn every_pad_has_its_first_hit_before_any_has_a_second() {
        for notes in [&[][..], &[0], &[0, 0, 0], &[3, 0, 15], &[0; 20]] {
            let mut kit = Kit::default();
            let mut first: Vec<usize> = (0..PADS)
                .filter_map(|_| kit.make(notes))
                .map(|(pad, _)| pad)
                .collect();
            first.sort_unstable();
            assert_eq!(first, (0..PADS).collect::<Vec<_>>(), "{notes:?}");
        }
    }

    #[test]
    fn a_pad_without_a_hit_that_is_played_is_served_at_once() {
        let mut kit = Kit::default();
        assert_eq!(kit.make(&[9]), Some((0, 0)));
        assert_eq!(kit.make(&[]).map(|(pad, _)| pad), Some(9));
        assert_eq!(kit.make(&[]).map(|(pad, _)| pad), Some(1));
    }

    #[test]
    fn pools_fill_evenly_and_then_it_rests() {
        let mut kit = Kit::default();
        for round in 0..AHEAD as u64 {
            for pad in 0..PADS {
                assert_eq!(kit.make(&[]), Some((pad, round)));
            }
        }
        assert_eq!(kit.make(&[]), None);
    }

    #[test]
    fn pads_that_are_played_share_what_is_made() {
        let mut kit = Kit::default();
        for _ in 0..PADS {
            kit.make(&[]);
        }
        // Three pads, a note of each while one hit is made.
        let mut served = [0; PADS];
        for _ in 0..300 {
            if let Some((pad, _)) = kit.make(&[2, 7, 11]) {
                served[pad] += 1;
            }
        }
        for pad in [2, 7, 11] {
            assert!((95..=105).contains(&served[pad]), "{served:?}");
        }
    }

    #[test]
    fn hits_that_are_made_under_way_are_for_notes_that_are_still_to_come() {
        let mut kit = Kit::default();
        for _ in 0..PADS {
            kit.make(&[]);
        }
        // Two notes while a hit is made: half of them can have their own at most.
        for _ in 0..400 {
            kit.make(&[4, 4]);
        }
        let (found, all) = kit.found[4];
        assert!(found * 5 > 2 * all, "{found} of {all}");
    }

    #[test]
    fn when_notes_are_slower_than_hits_all_pools_fill() {
        let mut kit = Kit::default();
        for n in 0..1_000 {
            kit.make(if n % 3 == 0 { &[0] } else { &[] });
        }
        let ready: usize = (0..PADS)
            .map(|pad| kit.shelves[pad].ready(kit.next[pad], KEY))
            .sum();
        assert!(ready >= PADS * AHEAD - 1, "{ready}");
        let (found, all) = kit.found[0];
        assert!(all - found < 12, "{found} of {all}");
    }

    #[test]
    fn a_bounce_that_waits_goes_before_all_and_alone() {
        let shelf = Shelf::default();
        let looks = (0..PADS).map(|pad| Look {
            pad,
            key: KEY,
            next: 0,
            shelf: &shelf,
            waited_for: pad == 12,
        });
        assert_eq!(Turns::default().choose(looks, 4), [(12, 0)]);
    }
}

//! Which hits of a pad are kept ready, and where.
//!
//! The first [`OPENING`] hits of the song stay, so that it can begin again at any time; behind them, the [`AHEAD`] hits
//! that are due next share as many places in turn. Both threads keep a shelf: the player one of hits, the maker one of
//! what it has sent. Hits arrive in order, so the two are the same without a word between them.

use std::sync::Arc;

use super::hit::Hit;

/// Hits from the song's beginning that are never given away.
pub const OPENING: usize = 4;

/// Hits that are made ahead.
pub const AHEAD: usize = 8;

/// Which hit it is: its number since the song began, and the settings that it was made with, as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// 0 …
    pub number: u64,
    /// See [`super::shared::key`].
    pub key: u64,
}

/// Places of one pad.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    places: [Option<(Name, T)>; OPENING + AHEAD],
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            places: std::array::from_fn(|_| None),
        }
    }
}

fn place(number: u64) -> usize {
    if number < OPENING as u64 {
        number as usize
    } else {
        OPENING + (number % AHEAD as u64) as usize
    }
}

impl<T> Shelf<T> {
    /// Puts it in its place; what was there goes.
    pub fn put(&mut self, name: Name, what: T) {
        self.places[place(name.number)] = Some((name, what));
    }

    /// What is there under this name.
    pub fn get(&self, name: Name) -> Option<&T> {
        let (found, what) = self.places[place(name.number)].as_ref()?;
        (*found == name).then_some(what)
    }

    /// How many of the hits from `next` on are there, without a gap.
    pub fn ready(&self, next: u64, key: u64) -> usize {
        (next..next + AHEAD as u64)
            .take_while(|number| {
                self.get(Name {
                    number: *number,
                    key,
                })
                .is_some()
            })
            .count()
    }

    /// The hit that is missing most, and how much it is missed (0: the next note wants it).
    pub fn missing(&self, next: u64, key: u64) -> Option<(u64, usize)> {
        let absent = |number: &u64| {
            self.get(Name {
                number: *number,
                key,
            })
            .is_none()
        };
        let due = (next..next + AHEAD as u64).find(absent);
        due.map(|number| (number, (number - next) as usize))
            .or_else(|| {
                // For the next time that the song begins.
                let number = (0..next.min(OPENING as u64)).find(absent)?;
                Some((number, AHEAD + number as usize))
            })
    }
}

/// A pad's hits on the audio thread.
#[derive(Debug, Default)]
pub struct Stock {
    shelf: Shelf<Arc<Hit>>,
    newest: Option<(u64, Arc<Hit>)>,
    stand_in: Option<Arc<Hit>>,
}

impl Stock {
    /// Takes a hit in. Nothing is freed: the maker holds it too.
    pub fn put(&mut self, name: Name, hit: Arc<Hit>) {
        self.newest = Some((name.key, Arc::clone(&hit)));
        self.shelf.put(name, hit);
    }

    /// Takes in what the pad's hits vary.
    pub fn stand_in(&mut self, hit: Arc<Hit>) {
        self.stand_in = Some(hit);
    }

    /// The hit of this name, or the pad's only one.
    pub fn get(&self, name: Name) -> Option<&Arc<Hit>> {
        if let Some(hit) = self.shelf.get(name) {
            return Some(hit);
        }
        let (key, hit) = self.newest.as_ref()?;
        (hit.fixed && *key == name.key).then_some(hit)
    }

    /// The hit that was made last; before there is one, what hits vary.
    pub fn newest(&self) -> Option<&Arc<Hit>> {
        let newest = self.newest.as_ref().map(|(_, hit)| hit);
        newest.or(self.stand_in.as_ref())
    }

    /// How many hits are ready from `next` on.
    pub fn ready(&self, next: u64, key: u64) -> usize {
        match &self.newest {
            Some((newest, hit)) if hit.fixed && *newest == key => AHEAD,
            _ => self.shelf.ready(next, key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: u64 = 5;

    fn name(number: u64) -> Name {
        Name { number, key: KEY }
    }

    #[test]
    fn what_is_due_first_is_made_first_and_then_all_is_there() {
        let mut shelf = Shelf::default();
        for next in [0, 1, 3, 9, 1000] {
            let mut last = None;
            while let Some((number, missed)) = shelf.missing(next, KEY) {
                assert!(last.is_none_or(|last| missed > last), "{number}");
                last = Some(missed);
                shelf.put(name(number), number);
            }
            assert_eq!(shelf.ready(next, KEY), AHEAD);
            for number in (0..OPENING as u64).chain(next..next + AHEAD as u64) {
                assert_eq!(shelf.get(name(number)), Some(&number));
            }
        }
    }

    #[test]
    fn a_song_that_begins_again_finds_its_opening() {
        let mut shelf = Shelf::default();
        for number in 0..500 {
            shelf.put(name(number), ());
        }
        assert_eq!(shelf.ready(0, KEY), OPENING);
        assert_eq!(shelf.missing(0, KEY), Some((OPENING as u64, OPENING)));
    }

    #[test]
    fn other_settings_are_other_hits() {
        let mut shelf = Shelf::default();
        shelf.put(name(0), ());
        assert_eq!(shelf.missing(0, KEY + 1), Some((0, 0)));
        assert_eq!(shelf.ready(0, KEY), 1);
    }

    #[test]
    fn an_only_hit_stands_for_every_number() {
        let mut stock = Stock::default();
        assert!(stock.newest().is_none());
        let hit = Arc::new(Hit {
            sound: vec![1.0],
            fixed: true,
        });
        stock.put(name(3), hit);
        assert!(stock.get(name(12_345)).is_some());
        assert!(stock.get(Name { number: 3, key: 6 }).is_none());
        assert_eq!(stock.ready(99, KEY), AHEAD);
    }
}

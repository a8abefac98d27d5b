//! What is saved with a project beside the parameters: seeds, classes, notes, kept hits and own samples.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Acquire, Ordering::Release};
use std::sync::{PoisonError, RwLock};

use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};

use super::pads::{KIT, NO_PAD, PADS, general_midi};
use super::recipe::Recipe;
use super::sample::OwnSample;

/// A pad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PadPage {
    /// As the window shows it.
    pub name: String,
    /// Class of the network.
    pub class: String,
    /// The pad's part of all seeds.
    pub seed: u32,
    /// The one hit that plays, if it is kept.
    pub locked: Option<Recipe>,
    /// The sound that is varied.
    pub sample: Option<OwnSample>,
}

impl Default for PadPage {
    fn default() -> Self {
        Self {
            name: String::new(),
            class: KIT[0].class.to_owned(),
            seed: 1,
            locked: None,
            sample: None,
        }
    }
}

/// All of it. Every field has a default, so older and newer projects can be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pages {
    /// Version of this object.
    pub format: u32,
    /// Seed of the song: another one changes every hit.
    pub song: u64,
    /// The pads.
    pub pads: Vec<PadPage>,
    /// MIDI note → pad.
    pub notes: BTreeMap<u8, u8>,
    /// Where hits are written to.
    pub folder: String,
    /// Size of the editor in logical pixels.
    pub editor: (u32, u32),
}

impl Default for Pages {
    fn default() -> Self {
        let pads = KIT.iter().map(|preset| PadPage {
            name: preset.name.to_owned(),
            class: preset.class.to_owned(),
            ..PadPage::default()
        });
        let notes = general_midi()
            .into_iter()
            .enumerate()
            .filter(|(_, pad)| *pad != NO_PAD)
            .map(|(note, pad)| (note as u8, pad));
        Self {
            format: 1,
            song: 1,
            pads: pads.collect(),
            notes: notes.collect(),
            folder: String::new(),
            editor: super::editor::SIZE,
        }
    }
}

impl Pages {
    /// With as many pads as there are, and no note on one that is not.
    fn mended(mut self) -> Self {
        let whole = Self::default();
        self.pads.truncate(PADS);
        let missing = whole.pads.into_iter().skip(self.pads.len());
        self.pads.extend(missing);
        self.notes
            .retain(|note, pad| *note < 128 && usize::from(*pad) < PADS);
        self
    }
}

/// The pages, with what of them the audio thread must know without waiting.
#[derive(Debug)]
pub struct Book {
    pages: RwLock<Pages>,
    notes: [AtomicU8; 128],
    /// Grows with every change that makes other hits, of a pad.
    revisions: [AtomicU32; PADS],
}

impl Default for Book {
    fn default() -> Self {
        let book = Self {
            pages: RwLock::default(),
            notes: std::array::from_fn(|_| AtomicU8::new(NO_PAD)),
            revisions: std::array::from_fn(|_| AtomicU32::new(0)),
        };
        book.write_notes(&Pages::default());
        book
    }
}

impl Book {
    /// A copy. Samples are shared, not copied.
    pub fn pages(&self) -> Pages {
        self.with(Pages::clone)
    }

    /// Reads something. Not from the audio thread.
    pub fn with<R>(&self, read: impl FnOnce(&Pages) -> R) -> R {
        read(&self.pages.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes something. Not from the audio thread.
    pub fn edit(&self, change: impl FnOnce(&mut Pages)) {
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        let before = pages.clone();
        change(&mut pages);
        let after = std::mem::take(&mut *pages).mended();
        *pages = after;
        self.note_changes(&before, &pages);
    }

    /// From any thread: the pad of a note.
    pub fn pad(&self, note: u8) -> Option<usize> {
        let pad = self.notes.get(usize::from(note))?.load(Acquire);
        (usize::from(pad) < PADS).then_some(pad.into())
    }

    /// From any thread: how often the pad has changed.
    pub fn revision(&self, pad: usize) -> u32 {
        self.revisions[pad].load(Acquire)
    }

    fn note_changes(&self, before: &Pages, after: &Pages) {
        for (index, revision) in self.revisions.iter().enumerate() {
            let content = |pages: &Pages| {
                let page = pages.pads.get(index)?;
                let PadPage {
                    class,
                    seed,
                    locked,
                    sample,
                    ..
                } = page.clone();
                Some((pages.song, class, seed, locked, sample))
            };
            if content(before) != content(after) {
                revision.fetch_add(1, Release);
            }
        }
        self.write_notes(after);
    }

    fn write_notes(&self, pages: &Pages) {
        for (note, place) in self.notes.iter().enumerate() {
            let pad = pages.notes.get(&(note as u8)).copied();
            place.store(pad.unwrap_or(NO_PAD), Release);
        }
    }
}

impl PersistentField<'_, Pages> for Book {
    fn set(&self, new: Pages) {
        self.edit(|pages| *pages = new);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Pages) -> R,
    {
        self.with(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_other_hits_makes_a_revision() {
        let book = Book::default();
        book.edit(|pages| {
            pages.pads[3].name = "Hat".into();
            pages.notes.insert(100, 3);
            pages.editor = (1, 2);
        });
        assert_eq!((book.revision(3), book.pad(100)), (0, Some(3)));
        book.edit(|pages| pages.pads[3].seed = 9);
        assert_eq!((book.revision(3), book.revision(4)), (1, 0));
        book.edit(|pages| pages.song = 2);
        assert_eq!((book.revision(3), book.revision(4)), (2, 1));
    }

    #[test]
    fn pages_of_another_time_are_mended() {
        let book = Book::default();
        let old: Pages =
            serde_json::from_str(r#"{"pads":[{"class":"ride"}],"notes":{"36":200,"37":0}}"#)
                .unwrap();
        book.set(old);
        assert_eq!(
            (book.pad(36), book.pad(37), book.pad(38)),
            (None, Some(0), None)
        );
        book.with(|pages| {
            assert_eq!(
                (pages.pads.len(), pages.pads[0].class.as_str()),
                (PADS, "ride")
            );
            assert_eq!(pages.pads[1].class, KIT[1].class);
        });
    }

    #[test]
    fn pages_are_read_back_as_they_were_written() {
        let book = Book::default();
        book.edit(|pages| {
            pages.song = u64::MAX;
            pages.pads[0].sample = Some(OwnSample::new("a.wav", &[0.0, 0.5, -0.25]));
        });
        let text = book.map(|pages| serde_json::to_string(pages).unwrap());
        let again: Pages = serde_json::from_str(&text).unwrap();
        assert_eq!(again, book.pages());
    }
}

//! Numbers for a screen: levels of both sides and a spectrogram, written in real time, read at leisure.
//!
//! The audio thread writes [`Levels`], the worker writes [`Column`]s; neither allocates, locks or waits, and neither
//! works for a screen that is not there. Values are plain (full scale is 1, or 0 dB): a screen scales them itself.

mod columns;
mod levels;

use ringbuf::HeapCons;
use ringbuf::traits::Consumer;

pub(super) use columns::Columns;
pub use columns::{BANDS, Column, TOP_HZ, band_edges};
pub(super) use levels::LevelWriter;
pub use levels::Levels;

/// The reading side, for one screen.
pub struct Meter {
    pub(super) levels: triple_buffer::Output<Levels>,
    pub(super) columns: HeapCons<Column>,
}

impl Meter {
    /// The levels since the last call, or of the last second if that is longer ago. Wait-free.
    pub fn levels(&mut self) -> Levels {
        *self.levels.read()
    }

    /// The next column of the spectrogram that was not read yet, one for each hop; the oldest come first. Those that
    /// nobody fetched in time are lost.
    pub fn next_column(&mut self) -> Option<Column> {
        self.columns.try_pop()
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meter")
    }
}

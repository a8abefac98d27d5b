//! The recordings of a session, over all its connections.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use super::super::duplex::LentTape;
use super::super::order::Order;
use super::super::record::{Recorder, Tape};
use super::super::status::{Event, Screen};
use crate::error::Result;
use crate::units::Hz;

/// Both recordings.
pub(super) struct Tapes {
    dry: Option<Deck>,
    wet: Option<Deck>,
    channels: usize,
    overwrite: bool,
}

struct Deck {
    path: PathBuf,
    part: usize,
    running: Option<Running>,
}

struct Running {
    recorder: Recorder,
    rate: u32,
    /// The tape comes back here when a stream ends.
    home: Receiver<Tape>,
}

impl Tapes {
    pub fn new(order: &Order) -> Self {
        let deck = |path: &Option<PathBuf>| {
            path.clone().map(|path| Deck {
                path,
                part: 1,
                running: None,
            })
        };
        Self {
            dry: deck(&order.record_dry),
            wet: deck(&order.record),
            channels: order.channels,
            overwrite: order.overwrite,
        }
    }

    /// Tapes for a connection at `rate`: those of the last one, or of a new part of the recording when the rate changed.
    pub fn lend(&mut self, rate: u32, screen: &mut dyn Screen) -> Result<[LentTape; 2]> {
        let (channels, overwrite) = (self.channels, self.overwrite);
        let mut lend = |deck: &mut Option<Deck>| match deck {
            None => Ok(None),
            Some(deck) => deck.lend(rate, channels, overwrite, screen),
        };
        Ok([lend(&mut self.dry)?, lend(&mut self.wet)?])
    }

    /// Fails when a recording did.
    pub fn check(&mut self) -> Result<()> {
        for deck in [&mut self.dry, &mut self.wet].into_iter().flatten() {
            if let Some(running) = deck.running.take_if(|r| r.recorder.has_failed()) {
                running.recorder.finish()?;
            }
        }
        Ok(())
    }

    /// Ends both without a file: nothing was heard.
    pub fn discard(&mut self) {
        for deck in [&mut self.dry, &mut self.wet].into_iter().flatten() {
            if let Some(running) = deck.running.take() {
                running.recorder.discard();
            }
        }
    }

    /// Closes both; both are tried.
    pub fn finish(&mut self, screen: &mut dyn Screen) -> Result<()> {
        let mut outcome = Ok(());
        for deck in [&mut self.dry, &mut self.wet].into_iter().flatten() {
            let closed = deck.finish(screen);
            outcome = outcome.and(closed);
        }
        outcome
    }
}

impl Deck {
    fn lend(
        &mut self,
        rate: u32,
        channels: usize,
        overwrite: bool,
        screen: &mut dyn Screen,
    ) -> Result<LentTape> {
        if let Some(running) = &mut self.running
            && running.rate == rate
            && let Ok(tape) = running.home.try_recv()
        {
            let (sender, home) = channel();
            running.home = home;
            return Ok(Some((tape, sender)));
        }
        if self.running.is_some() {
            self.finish(screen)?;
            self.part += 1;
        }
        let path = part(&self.path, self.part);
        let (recorder, tape) = Recorder::start(&path, overwrite, Hz(rate), channels)?;
        let (sender, home) = channel();
        self.running = Some(Running {
            recorder,
            rate,
            home,
        });
        Ok(Some((tape, sender)))
    }

    fn finish(&mut self, screen: &mut dyn Screen) -> Result<()> {
        if let Some(running) = self.running.take() {
            let path = running.recorder.path().to_owned();
            let lost = running.recorder.lost();
            if let Some(written) = running.recorder.finish()? {
                screen.event(&Event::Recorded(path, written.frames, lost));
            }
        }
        Ok(())
    }
}

/// `name.wav`, `name.2.wav`, `name.3.wav`, …
fn part(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_extension(format!("{number}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_before_the_extension() {
        assert_eq!(part(Path::new("a/b.wav"), 1), Path::new("a/b.wav"));
        assert_eq!(part(Path::new("a/b.wav"), 3), Path::new("a/b.3.wav"));
    }
}

//! What is changed while it runs.

use std::thread::JoinHandle;

use super::super::duplex::Duplex;
use super::super::order::Order;
use super::super::status::{Controls, Event, Screen, Wish};
use crate::engine::session::{Choice, Prepared};
use crate::engine::{Keep, Settings};
use crate::error::{Error, Result};

/// The controls, and the stream that is on its way.
pub(super) struct Desk {
    pub choice: Choice,
    allowed: Vec<usize>,
    controls: Controls,
    next: Option<(usize, JoinHandle<Result<Prepared>>)>,
}

impl Desk {
    pub fn new(order: &Order) -> Self {
        let choice = order.choice.clone();
        let steps = &choice.model.card.steps;
        Self {
            allowed: steps.allowed.clone(),
            controls: Controls {
                bypass: false,
                removed: choice.settings.keep == Keep::Removed,
                amount: choice.settings.mix,
                steps: choice.settings.steps.unwrap_or(steps.default),
                changing: false,
            },
            choice,
            next: None,
        }
    }

    pub fn controls(&self) -> Controls {
        Controls {
            changing: self.next.is_some(),
            ..self.controls
        }
    }

    /// Gives a new connection the amount that is set.
    pub fn apply(&self, duplex: &Duplex) {
        duplex.worker.set_amount(&self.settings());
    }

    fn settings(&self) -> Settings {
        let Controls {
            bypass,
            removed,
            amount,
            ..
        } = self.controls;
        Settings {
            mix: if bypass { 0.0 } else { amount },
            keep: if removed && !bypass {
                Keep::Removed
            } else {
                Keep::Cleaned
            },
            ..self.choice.settings.clone()
        }
    }

    /// Does what is wished; true at the wish to end.
    pub fn obey(&mut self, duplex: &Duplex, wishes: &[Wish], screen: &mut dyn Screen) -> bool {
        for wish in wishes {
            match *wish {
                Wish::Bypass => self.controls.bypass = !self.controls.bypass,
                Wish::Removed => self.controls.removed = !self.controls.removed,
                Wish::Amount(by) => {
                    let percent = (100.0 * (self.controls.amount + by)).round();
                    self.controls.amount = (percent / 100.0).clamp(0.0, 1.0);
                }
                Wish::Steps(by) => self.change_steps(duplex, by),
                Wish::Quit => return true,
            }
            self.apply(duplex);
        }
        self.take_next(duplex, screen);
        false
    }

    /// Loads a stream with other steps, on a thread of its own.
    fn change_steps(&mut self, duplex: &Duplex, by: i32) {
        let now = self.controls.steps;
        let wanted = if by > 0 {
            self.allowed.iter().find(|steps| **steps > now)
        } else {
            self.allowed.iter().rev().find(|steps| **steps < now)
        };
        let (Some(steps), None) = (wanted.copied(), &self.next) else {
            return;
        };
        let mut choice = self.choice.clone();
        choice.settings.steps = Some(steps);
        let format = duplex.format;
        let loading = std::thread::Builder::new()
            .name("diffwav loader".into())
            .spawn(move || choice.prepare(format));
        if let Ok(loading) = loading {
            self.next = Some((steps, loading));
        }
    }

    /// Hands a stream that is ready to the worker, which fades it in.
    fn take_next(&mut self, duplex: &Duplex, screen: &mut dyn Screen) {
        let Some((steps, loading)) = self.next.take_if(|(_, loading)| loading.is_finished()) else {
            return;
        };
        let swapped = loading
            .join()
            .unwrap_or_else(|_| {
                Err(Error::Stream {
                    action: "load the network",
                    source: std::io::Error::other("the loader stopped by a fault of diffwav"),
                })
            })
            .and_then(|prepared| duplex.worker.swap(prepared.stream));
        match swapped {
            Ok(()) => {
                self.controls.steps = steps;
                self.choice.settings.steps = Some(steps);
            }
            Err(error) => screen.event(&Event::Note(error.to_string())),
        }
    }
}

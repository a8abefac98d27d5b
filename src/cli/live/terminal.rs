//! The meters on a terminal, and its keys.

mod draw;

use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEventKind, KeyModifiers};

use super::lines;
use crate::cli::cancel;
use crate::error::{Error, Result};
use crate::live::status::{Event, Route, Screen, Status, Wish};

use draw::Picture;

/// Messages that stay in view.
const MESSAGES: usize = 3;

/// Step of a key on the amount.
const AMOUNT: f32 = 0.05;

/// A full-screen meter. The terminal is given back when it is closed, dropped or a panic passes.
#[derive(Debug)]
pub struct Terminal {
    terminal: DefaultTerminal,
    picture: Picture,
    /// Every message, for the time after the screen.
    said: String,
    route: Option<Route>,
    interrupted: bool,
}

impl Terminal {
    /// Takes the terminal.
    ///
    /// # Errors
    /// [`Error::Stream`] when it does not obey.
    pub fn open() -> Result<Self> {
        let terminal = ratatui::try_init().map_err(|source| Error::Stream {
            action: "draw on the terminal",
            source,
        })?;
        Ok(Self {
            terminal,
            picture: Picture::default(),
            said: String::new(),
            route: None,
            interrupted: false,
        })
    }

    /// Gives the terminal back; returns what was said meanwhile.
    pub fn close(mut self) -> String {
        std::mem::take(&mut self.said)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

impl Screen for Terminal {
    fn event(&mut self, event: &Event) {
        let text = lines::text(event);
        if let Event::Started(route) = event {
            self.route = Some((**route).clone());
        }
        self.said.push_str(&text);
        self.said.push('\n');
        let all: Vec<&str> = self.said.lines().collect();
        let first = all.len().saturating_sub(MESSAGES);
        self.picture.messages = all[first..].iter().map(|line| (*line).to_owned()).collect();
    }

    fn show(&mut self, status: &Status) {
        self.picture.hear(status);
        let picture = &self.picture;
        // A terminal that went away ends the session through its signal, not here.
        let _ = self
            .terminal
            .draw(|frame| draw::draw(frame, picture, status, self.route.as_ref()));
    }

    fn wishes(&mut self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        while event::poll(Duration::ZERO).unwrap_or(false) {
            let Ok(Input::Key(key)) = event::read() else {
                continue;
            };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                // The terminal is raw: no signal comes of it.
                KeyCode::Char('c') if control => self.interrupted = true,
                KeyCode::Char('b') => wishes.push(Wish::Bypass),
                KeyCode::Char('r') => wishes.push(Wish::Removed),
                KeyCode::Char('q') | KeyCode::Esc => wishes.push(Wish::Quit),
                KeyCode::Up => wishes.push(Wish::Amount(AMOUNT)),
                KeyCode::Down => wishes.push(Wish::Amount(-AMOUNT)),
                KeyCode::Right => wishes.push(Wish::Steps(1)),
                KeyCode::Left => wishes.push(Wish::Steps(-1)),
                _ => {}
            }
        }
        wishes
    }

    fn is_cancelled(&self) -> bool {
        cancel::requested() || self.interrupted
    }
}

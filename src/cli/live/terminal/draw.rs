//! What the terminal shows.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::lines::decibels;
use crate::engine::meter::{BANDS, Column};
use crate::live::status::{Route, Status};

/// Columns of the spectrogram that are kept: more than a terminal is wide.
const COLUMNS: usize = 400;

/// Range of the level meters and of the spectrogram in dB.
const METER: (f32, f32) = (-60.0, 0.0);
const COLOURS: (f32, f32) = (-90.0, -20.0);

/// Share of the way to a lower level that a meter falls at each look.
const FALL: f32 = 0.15;

/// What is kept from look to look.
#[derive(Debug)]
pub struct Picture {
    columns: VecDeque<Column>,
    input: f32,
    output: f32,
    /// The last messages.
    pub messages: Vec<String>,
}

impl Default for Picture {
    fn default() -> Self {
        Self {
            columns: VecDeque::new(),
            input: METER.0,
            output: METER.0,
            messages: Vec::new(),
        }
    }
}

impl Picture {
    /// Takes up the columns and moves the meters.
    pub fn hear(&mut self, status: &Status) {
        // Two hops a column of the terminal: twenty milliseconds.
        self.columns.extend(status.columns.iter().step_by(2));
        while self.columns.len() > COLUMNS {
            self.columns.pop_front();
        }
        let follow = |shown: &mut f32, level: f32| {
            let level = level.max(METER.0);
            *shown = if level > *shown {
                level
            } else {
                *shown + FALL * (level - *shown)
            };
        };
        follow(&mut self.input, decibels(status.levels.input_rms));
        follow(&mut self.output, decibels(status.levels.output_rms));
    }
}

/// Draws all of it.
pub fn draw(frame: &mut Frame<'_>, picture: &Picture, status: &Status, route: Option<&Route>) {
    let rows = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(3),
        Constraint::Min(2),
        Constraint::Length(3),
        Constraint::Length(1),
    ])
    .split(frame.area());
    frame.render_widget(Paragraph::new(head(status, route)), rows[0]);
    frame.render_widget(
        Paragraph::new(meters(picture, status, rows[1].width)),
        rows[1],
    );
    let halves = Layout::vertical([Constraint::Fill(1); 2]).split(rows[2]);
    for (area, output) in halves.iter().zip([false, true]) {
        frame.render_widget(Paragraph::new(spectrogram(picture, *area, output)), *area);
    }
    let messages: Vec<Line<'_>> = picture.messages.iter().map(|m| m.as_str().into()).collect();
    frame.render_widget(Paragraph::new(messages).dim(), rows[3]);
    let keys = "b bypass   r removed   ↑ ↓ amount   ← → steps   q end";
    frame.render_widget(Line::from(keys).dim(), rows[4]);
}

fn head<'a>(status: &Status, route: Option<&'a Route>) -> Vec<Line<'a>> {
    let (controls, worker) = (&status.controls, &status.worker);
    let way = route.map_or_else(String::new, |route| {
        let output = route.output.as_deref().unwrap_or("(not played)");
        format!("{} → {output}", route.input)
    });
    let mut state = vec![
        Span::raw(format!("amount {:.0} %  ", 100.0 * controls.amount)),
        Span::raw(format!(
            "steps {}{}  ",
            worker.stages,
            if controls.changing { "…" } else { "" }
        )),
        Span::raw(format!(
            "latency {:.1} ms (engine {:.1})  load {:.0} %  ",
            status.latency.total(),
            status.latency.engine,
            100.0 * worker.load
        )),
        Span::styled(
            format!(
                "late {}  underruns {}  ",
                worker.late_events, status.underruns
            ),
            if worker.late_events + status.underruns > 0 {
                Style::new().fg(Color::Yellow)
            } else {
                Style::new()
            },
        ),
    ];
    if controls.bypass {
        state.push("BYPASS ".red().bold());
    }
    if controls.removed {
        state.push("REMOVED ".magenta().bold());
    }
    vec![Line::from(way).bold(), Line::from(state)]
}

fn meters<'a>(picture: &Picture, status: &Status, width: u16) -> Vec<Line<'a>> {
    let bar = |name: &'static str, level: f32, color: Color| {
        let room = usize::from(width).saturating_sub(16);
        let share = ((level - METER.0) / (METER.1 - METER.0)).clamp(0.0, 1.0);
        let full = (share * room as f32) as usize;
        Line::from(vec![
            Span::raw(format!("{name:4}{level:6.1} dB ")),
            Span::styled("█".repeat(full), Style::new().fg(color)),
            Span::styled("·".repeat(room - full), Style::new().fg(Color::DarkGray)),
        ])
    };
    vec![
        bar("in", picture.input, Color::Blue),
        bar("out", picture.output, Color::Green),
        Line::from(format!(
            "noise reduction {:5.1} dB",
            status.levels.reduction().0
        )),
    ]
}

/// Low bands at the bottom, two bands a row through half blocks.
fn spectrogram<'a>(picture: &Picture, area: Rect, output: bool) -> Vec<Line<'a>> {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let first = picture.columns.len().saturating_sub(width);
    let rows = 2 * height;
    let level = |column: &Column, row: usize| {
        let bands = if output {
            &column.output
        } else {
            &column.input
        };
        let (from, to) = (row * BANDS / rows, (row + 1) * BANDS / rows);
        bands[from..to.max(from + 1)]
            .iter()
            .fold(f32::MIN, |most, level| most.max(*level))
    };
    (0..height)
        .rev()
        .map(|row| {
            let cells = picture.columns.iter().skip(first).map(|column| {
                let (low, high) = (level(column, 2 * row), level(column, 2 * row + 1));
                Span::styled("▀", Style::new().fg(colour(high)).bg(colour(low)))
            });
            Line::from(cells.collect::<Vec<_>>())
        })
        .collect()
}

/// Black, blue, magenta, orange, white.
fn colour(level: f32) -> Color {
    const STOPS: [(f32, f32, f32); 5] = [
        (0.0, 0.0, 0.0),
        (40.0, 20.0, 110.0),
        (180.0, 40.0, 110.0),
        (250.0, 140.0, 40.0),
        (255.0, 255.0, 220.0),
    ];
    let share = ((level - COLOURS.0) / (COLOURS.1 - COLOURS.0)).clamp(0.0, 1.0);
    let at = share * (STOPS.len() - 1) as f32;
    let low = (at as usize).min(STOPS.len() - 2);
    let part = at - low as f32;
    let mix = |a: f32, b: f32| (a + part * (b - a)) as u8;
    let (a, b) = (STOPS[low], STOPS[low + 1]);
    Color::Rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::engine::meter::Levels;
    use crate::engine::worker::Report;
    use crate::live::status::{Controls, Latency};

    fn status() -> Status {
        let column = Column {
            input: [-30.0; BANDS],
            output: [-100.0; BANDS],
        };
        Status {
            seconds: 1.0,
            levels: Levels {
                input_peak: 0.2,
                input_rms: 0.1,
                output_peak: 0.02,
                output_rms: 0.01,
            },
            columns: vec![column; 50],
            latency: Latency {
                engine: 35.0,
                ..Latency::default()
            },
            worker: Report {
                late_frames: 0,
                late_events: 0,
                restarts: 0,
                hops: 100,
                load: 0.25,
                worst_milliseconds: 3.0,
                realtime: false,
                swaps: 0,
                stages: 1,
                stages_full: 2,
                lowered: 0,
                failure: None,
                device_lost: false,
                renewals: 0,
            },
            underruns: 0,
            dropped: 0,
            xruns: 0,
            drift: 0.0,
            controls: Controls {
                bypass: true,
                removed: false,
                amount: 0.5,
                steps: 2,
                changing: false,
            },
        }
    }

    #[test]
    fn everything_is_on_the_screen_whatever_its_size() {
        let mut picture = Picture::default();
        let status = status();
        for _ in 0..20 {
            picture.hear(&status);
        }
        picture.messages = vec!["note: something".into()];
        for (width, height) in [(100, 30), (40, 12), (5, 3), (1, 1)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal
                .draw(|frame| draw(frame, &picture, &status, None))
                .unwrap();
            if width < 100 {
                continue;
            }
            let shown: String = terminal
                .backend()
                .buffer()
                .content
                .iter()
                .map(|cell| cell.symbol())
                .collect();
            for word in [
                "BYPASS",
                "amount 50 %",
                "latency 35.0 ms",
                "load 25 %",
                "-20.0 dB",
                "-40.0 dB",
                "noise reduction  20.0 dB",
                "note: something",
                "b bypass",
                "▀",
            ] {
                assert!(shown.contains(word), "{word} is missing:\n{shown}");
            }
        }
    }
}

//! Levels of both sides, and how much is being taken away.

use diffwav::engine::meter::Levels;
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};

use super::theme;

/// Quietest level that is shown, in dB.
const FLOOR: f32 = -60.0;

/// The most reduction that is shown, in dB.
const REDUCTION: f32 = 40.0;

/// Seconds in which a level falls by 20 dB.
const FALL: f32 = 0.6;

/// What the eye sees: rises at once, falls slowly.
#[derive(Debug, Clone, Copy)]
pub struct Meters {
    input: f32,
    output: f32,
    reduction: f32,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            input: FLOOR,
            output: FLOOR,
            reduction: 0.0,
        }
    }
}

impl Meters {
    /// Follows the levels over `seconds` since the last call.
    pub fn follow(&mut self, levels: Option<Levels>, seconds: f32) {
        let fall = 20.0 * seconds / FALL;
        let level = |peak: f32| 20.0 * peak.max(1e-9).log10();
        let (input, output, reduction) = levels.map_or((FLOOR, FLOOR, 0.0), |levels| {
            (
                level(levels.input_peak),
                level(levels.output_peak),
                levels.reduction().0,
            )
        });
        self.input = input.max(self.input - fall).clamp(FLOOR, 12.0);
        self.output = output.max(self.output - fall).clamp(FLOOR, 12.0);
        let follow = (seconds / 0.15).min(1.0);
        self.reduction += follow * (reduction.clamp(0.0, REDUCTION) - self.reduction);
    }

    /// Draws three bars into `rect`.
    pub fn show(&self, ui: &Ui, rect: Rect) {
        let width = rect.width() / 3.0;
        let cell = |index: usize| {
            Rect::from_min_size(
                rect.min + vec2(width * index as f32, 0.0),
                vec2(width, rect.height()),
            )
        };
        let share = |level: f32| (level - FLOOR) / (6.0 - FLOOR);
        let loud = |level: f32| {
            if level > -0.1 {
                theme::WARNING
            } else {
                theme::ACCENT
            }
        };
        let text = |level: f32| {
            if level <= FLOOR {
                "–".to_owned()
            } else {
                format!("{level:.0}")
            }
        };
        bar(
            ui,
            cell(0),
            "In",
            &text(self.input),
            0.0,
            share(self.input),
            loud(self.input),
        );
        bar(
            ui,
            cell(1),
            "Out",
            &text(self.output),
            0.0,
            share(self.output),
            loud(self.output),
        );
        let down = self.reduction / REDUCTION;
        bar(
            ui,
            cell(2),
            "Taken",
            &format!("{:.0}", self.reduction),
            1.0 - down,
            1.0,
            theme::REMOVED,
        );
    }
}

fn bar(ui: &Ui, cell: Rect, name: &str, value: &str, from: f32, to: f32, colour: Color32) {
    let painter = ui.painter();
    painter.text(
        cell.center_top(),
        Align2::CENTER_TOP,
        name,
        theme::small(),
        theme::FAINT,
    );
    painter.text(
        cell.center_bottom(),
        Align2::CENTER_BOTTOM,
        value,
        theme::small(),
        theme::TEXT,
    );
    let track = Rect::from_min_max(
        pos2(cell.center().x - 8.0, cell.top() + 18.0),
        pos2(cell.center().x + 8.0, cell.bottom() - 18.0),
    );
    painter.rect_filled(track, 3.0, theme::WELL);
    let y = |share: f32| track.bottom() - track.height() * share.clamp(0.0, 1.0);
    if to - from > 0.004 {
        let lit = Rect::from_min_max(pos2(track.left(), y(to)), pos2(track.right(), y(from)));
        painter.rect_filled(lit, 3.0, colour);
    }
}

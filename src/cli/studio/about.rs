//! What ran, and numbers as people read them.

use serde::Serialize;

/// What made the sounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// The model's name.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// The licence of its weights.
    pub model_licence: String,
    /// What ran the network, with its version.
    pub engine: String,
    /// Where it ran.
    pub device: String,
    /// What else was tried, and why it was not used.
    pub not_used: Vec<String>,
    /// Reverse steps.
    pub steps: usize,
    /// How they were taken.
    pub sampler: String,
}

impl About {
    /// The head of a report for people.
    pub fn text(&self, guidance: f32) -> String {
        let mut text = format!(
            "  model     {} {} ({}), {} steps of {}, guidance {guidance}\n  engine    {} on {}\n",
            self.model,
            self.model_version,
            self.model_licence,
            self.steps,
            self.sampler,
            self.engine,
            self.device
        );
        for note in &self.not_used {
            text += &format!("            {note}\n");
        }
        text
    }
}

/// A peak in decibels of full scale; `None` for silence.
pub fn dbfs(peak: f32) -> Option<f32> {
    (peak > 0.0).then(|| 20.0 * peak.log10())
}

/// Seconds below a minute with a decimal, a clock above.
pub fn length(seconds: f64) -> String {
    match seconds < 60.0 {
        true => format!("{seconds:.1} s"),
        false => crate::cli::progress::clock(std::time::Duration::from_secs_f64(seconds)),
    }
}

//! What a network predicts, converted to the data prediction D = x̂0 at this one place.

use serde::{Deserialize, Serialize};

use super::forward::Marginal;
use super::path::Path;
use super::plan::Evaluation;
use crate::error::{Error, Result};

/// The quantity that a network returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prediction {
    /// x0 itself.
    #[default]
    Data,
    /// ε, the standard Gaussian noise in x_t (DDPM, DiffWave).
    Noise,
    /// ∇ log p(x_t) = −ε/σ_t (score SDE, SGMSE+).
    Score,
    /// The direction of the path towards the noise: v = a·ε − σ·x0 where the process preserves variance
    /// (2202.00512), dx/dt on straight paths (the negative of 2210.02747, whose time runs the other way).
    Velocity,
    /// F of EDM: D = c_skip·x + c_out·F(c_in·x, c_noise) (2206.00364 eq. 7 and table 1).
    Preconditioned,
}

impl Prediction {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Data,
        Self::Noise,
        Self::Score,
        Self::Velocity,
        Self::Preconditioned,
    ];

    /// The name that cards use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Noise => "noise",
            Self::Score => "score",
            Self::Velocity => "velocity",
            Self::Preconditioned => "preconditioned",
        }
    }

    /// Whether a network on this path can predict it; on [`Path::VpCosine`] noise and score need explicit times
    /// below 1, because at 1 nothing of the signal is left.
    pub fn fits(self, path: &Path) -> bool {
        match path {
            // Their noisy end holds no x0 (a = 0): only D itself, or on straight paths a direction, reveals it.
            Path::BridgeVe { .. } | Path::BridgeVp { .. } => self == Self::Data,
            Path::Flow { .. } | Path::FlowCondition { .. } => {
                matches!(self, Self::Data | Self::Velocity)
            }
            Path::VpCosine => matches!(
                self,
                Self::Data | Self::Velocity | Self::Noise | Self::Score
            ),
            Path::VpDiscrete { .. } => self != Self::Preconditioned,
            Path::Ouve { .. } => matches!(self, Self::Data | Self::Noise | Self::Score),
            Path::Edm { .. } => self != Self::Velocity,
        }
    }

    /// How the network is asked at `time`, and how its answer becomes D.
    ///
    /// # Errors
    /// [`Error::Setting`] when the path has no such prediction, or not at this time.
    pub fn evaluation(self, path: &Path, time: f64) -> Result<Evaluation> {
        if !self.fits(path) {
            let fitting = Self::ALL.iter().filter(|p| p.fits(path)).map(|p| p.name());
            let expected = format!(
                "one of {} on the path {}",
                fitting.collect::<Vec<_>>().join(", "),
                path.kind()
            );
            return Err(Error::setting("prediction", self.name(), expected));
        }
        let Marginal {
            clean: a,
            condition: b,
            noise: sigma,
        } = path.marginal(time);
        if a == 0.0 && matches!(self, Self::Noise | Self::Score) {
            let expected =
                format!("data or velocity at time {time}, where x holds nothing of the signal");
            return Err(Error::setting("prediction", self.name(), expected));
        }
        // x = a·D + b·y + σ·ε, solved for D.
        let (x, y, out) = match (self, path) {
            (Self::Data, _) => (0.0, 0.0, 1.0),
            (Self::Noise, _) => (1.0 / a, -b / a, -sigma / a),
            (Self::Score, _) => (1.0 / a, -b / a, sigma * sigma / a),
            // u = dx/dt = −D + (1−σm)·ε with σ_t = σm + (1−σm)t.
            (Self::Velocity, Path::Flow { sigma_min }) => (1.0 - sigma_min, 0.0, -sigma),
            // u = dx/dt = (y + σ·ε) − D; it exists without noise too.
            (Self::Velocity, Path::FlowCondition { .. }) => (1.0, 0.0, -time),
            (Self::Velocity, _) => (a, 0.0, -sigma),
            (Self::Preconditioned, Path::Edm { sigma_data, .. }) => {
                let total = sigma * sigma + sigma_data * sigma_data;
                let c_skip = sigma_data * sigma_data / total;
                (c_skip, 0.0, sigma * sigma_data / total.sqrt())
            }
            (Self::Preconditioned, _) => (0.0, 0.0, 1.0),
        };
        let input_gain = match (self, path) {
            (Self::Preconditioned, Path::Edm { sigma_data, .. }) => 1.0 / sigma.hypot(*sigma_data),
            _ => 1.0,
        };
        Ok(Evaluation {
            time: path.network_time(time),
            input_gain,
            x,
            y,
            out,
        })
    }
}

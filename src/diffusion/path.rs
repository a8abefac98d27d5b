//! Forward processes: how a clean signal x0 becomes the start of the reverse process.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use super::forward::Marginal;
use super::plan::Start;
use super::schedule::{Schedule, within};
use crate::error::Result;

/// A forward process with its constants, as a model card names it.
///
/// Time runs from the clean end (0) to the noisy end: to 1 on the continuous paths, to step T − 1 on
/// [`Path::VpDiscrete`] (0-based; there 0 is the first *noisy* step), while on [`Path::Edm`] it is σ itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Path {
    /// Variance-exploding Schrödinger bridge between clean and noisy (2407.16074): σ_t² = c(k^{2t}−1)/(2·ln k).
    BridgeVe {
        /// Base of the exponential growth of the variance.
        k: f64,
        /// Scale of the variance.
        c: f64,
    },
    /// Variance-preserving Schrödinger bridge (2407.16074): B = β0·t + ½(β1−β0)t², α = e^{−B/2}, σ² = c(e^B−1).
    BridgeVp {
        /// β at t = 0; .01 in the paper.
        beta_min: f64,
        /// β at t = 1; 20 in the paper.
        beta_max: f64,
        /// Scale of the variance; .3 in the paper.
        c: f64,
    },
    /// Ornstein–Uhlenbeck process towards y with exploding variance (SGMSE+, 2208.05830):
    /// dx = γ(y−x)dt + σm(σM/σm)^t·√(2·ln(σM/σm))·dw.
    Ouve {
        /// γ, stiffness; 1.5 in the paper.
        gamma: f64,
        /// σm; .05 in the paper.
        sigma_min: f64,
        /// σM; .5 in the paper.
        sigma_max: f64,
        /// t_ε, the last time at which the network is asked; .03 in the paper.
        #[serde(default = "ouve_time_min")]
        time_min: f64,
    },
    /// Straight path from noise to data (2210.02747 eq. 22, time reversed): x_t = (1−t)·x0 + (σm + (1−σm)t)·z.
    Flow {
        /// σm, the noise that is left at the clean end; 0 for rectified flow.
        #[serde(default)]
        sigma_min: f64,
    },
    /// Straight path from the noised condition to data: x_t = (1−t)·x0 + t·(y + σ·z).
    FlowCondition {
        /// σ, noise around the condition; 0 for none.
        sigma: f64,
    },
    /// Discrete variance-preserving diffusion (DDPM, DiffWave): x_n = √ᾱ_n·x0 + √(1−ᾱ_n)·z.
    VpDiscrete {
        /// β_n.
        schedule: Schedule,
        /// DiffWave's fast schedule: η_s from the clean end; empty if the model has none.
        #[serde(default)]
        fast: Vec<f64>,
    },
    /// Continuous variance-preserving diffusion on a circle (2202.00512): x_t = cos(½πt)·x0 + sin(½πt)·z.
    VpCosine,
    /// Variance-exploding diffusion with EDM's noise levels and preconditioning (2206.00364): x_σ = x0 + σ·z.
    Edm {
        /// Smallest noise level; .002 in the paper.
        sigma_min: f64,
        /// Largest noise level; 80 in the paper.
        sigma_max: f64,
        /// ρ, how strongly levels crowd at the clean end; 7 in the paper.
        rho: f64,
        /// Standard deviation of the data; .5 in the paper.
        sigma_data: f64,
    },
}

fn ouve_time_min() -> f64 {
    0.03
}

impl Path {
    /// DiffWave BASE with its six fast steps (2009.09761).
    pub fn diffwave_base() -> Self {
        Self::VpDiscrete {
            schedule: Schedule::DIFFWAVE_BASE,
            fast: vec![1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5],
        }
    }

    /// DiffWave LARGE with its six fast steps (2009.09761).
    pub fn diffwave_large() -> Self {
        Self::VpDiscrete {
            schedule: Schedule::DIFFWAVE_LARGE,
            fast: vec![1e-4, 1e-3, 0.01, 0.05, 0.2, 0.7],
        }
    }

    /// The name of the kind, as the card spells it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BridgeVe { .. } => "bridge_ve",
            Self::BridgeVp { .. } => "bridge_vp",
            Self::Ouve { .. } => "ouve",
            Self::Flow { .. } => "flow",
            Self::FlowCondition { .. } => "flow_condition",
            Self::VpDiscrete { .. } => "vp_discrete",
            Self::VpCosine => "vp_cosine",
            Self::Edm { .. } => "edm",
        }
    }

    /// x_t given x0 and y. `time` as the type says.
    pub fn marginal(&self, time: f64) -> Marginal {
        match *self {
            Self::BridgeVe { .. } | Self::BridgeVp { .. } => self.bridge_marginal(time),
            Self::Ouve {
                gamma,
                sigma_min,
                sigma_max,
                ..
            } => {
                let log_ratio = (sigma_max / sigma_min).ln();
                let clean = (-gamma * time).exp();
                let growth = (2.0 * (gamma + log_ratio) * time).exp_m1();
                Marginal {
                    clean,
                    condition: 1.0 - clean,
                    noise: sigma_min * clean * (growth * log_ratio / (gamma + log_ratio)).sqrt(),
                }
            }
            Self::Flow { sigma_min } => Marginal {
                clean: 1.0 - time,
                condition: 0.0,
                noise: sigma_min + (1.0 - sigma_min) * time,
            },
            Self::FlowCondition { sigma } => Marginal {
                clean: 1.0 - time,
                condition: time,
                noise: sigma * time,
            },
            Self::VpDiscrete { schedule, .. } => {
                let clean = schedule.signal_level(time);
                Marginal {
                    clean,
                    condition: 0.0,
                    noise: (1.0 - clean * clean).sqrt(),
                }
            }
            // cos(½π) is 6e-17 in floating point; the end holds no data at all.
            Self::VpCosine if time == 1.0 => Marginal {
                clean: 0.0,
                condition: 0.0,
                noise: 1.0,
            },
            Self::VpCosine => Marginal {
                clean: (FRAC_PI_2 * time).cos(),
                condition: 0.0,
                noise: (FRAC_PI_2 * time).sin(),
            },
            Self::Edm { .. } => Marginal {
                clean: 1.0,
                condition: 0.0,
                noise: time,
            },
        }
    }

    /// What x is when the reverse process begins at `time`.
    ///
    /// With a condition, its marginal with y in the place of x0; without one, pure noise. To enter with a noisy
    /// signal instead (DiffWave's zero-shot denoising), replace it by [`Start::SIGNAL`].
    pub fn start(&self, time: f64) -> Start {
        let Marginal {
            clean,
            condition,
            noise,
        } = self.marginal(time);
        match self {
            Self::BridgeVe { .. }
            | Self::BridgeVp { .. }
            | Self::Ouve { .. }
            | Self::FlowCondition { .. } => Start {
                y: clean + condition,
                noise,
            },
            Self::VpDiscrete { .. } | Self::VpCosine => Start { y: 0.0, noise: 1.0 },
            Self::Flow { .. } | Self::Edm { .. } => Start { y: 0.0, noise },
        }
    }

    /// The number that the network's `t` input receives: c_noise = ¼·ln σ for EDM, the time itself elsewhere.
    pub fn network_time(&self, time: f64) -> f64 {
        match self {
            Self::Edm { .. } => time.ln() / 4.0,
            _ => time,
        }
    }

    /// (α_t, σ_t²) of a Schrödinger bridge; of any other path those of no bridge, (1, 0).
    pub(super) fn bridge(&self, time: f64) -> (f64, f64) {
        match *self {
            Self::BridgeVe { k, c } => {
                let log = k.ln();
                (1.0, c * (2.0 * time * log).exp_m1() / (2.0 * log))
            }
            Self::BridgeVp {
                beta_min,
                beta_max,
                c,
            } => {
                let b = beta_min * time + 0.5 * (beta_max - beta_min) * time * time;
                ((-0.5 * b).exp(), c * b.exp_m1())
            }
            _ => (1.0, 0.0),
        }
    }

    /// 2407.16074: pinned at x0 and at y, widest in between.
    fn bridge_marginal(&self, time: f64) -> Marginal {
        let (alpha, variance) = self.bridge(time);
        let (alpha_end, variance_end) = self.bridge(1.0);
        let share = variance / variance_end;
        Marginal {
            clean: alpha * (1.0 - share),
            condition: alpha / alpha_end * share,
            noise: alpha * (variance * (1.0 - share)).sqrt(),
        }
    }

    /// Checks the constants.
    ///
    /// # Errors
    /// [`crate::Error::Setting`] names the first that is out of range.
    pub fn validate(&self) -> Result<()> {
        const TINY: f64 = f64::MIN_POSITIVE;
        match *self {
            Self::BridgeVe { k, c } => {
                within("bridge k", k, 1.0 + 1e-6, 1e3)?;
                within("bridge c", c, TINY, 1e3)
            }
            Self::BridgeVp {
                beta_min,
                beta_max,
                c,
            } => {
                within("bridge beta_min", beta_min, 0.0, 100.0)?;
                within("bridge beta_max", beta_max, beta_min.max(1e-6), 100.0)?;
                within("bridge c", c, TINY, 1e3)
            }
            Self::Ouve {
                gamma,
                sigma_min,
                sigma_max,
                time_min,
            } => {
                within("ouve gamma", gamma, 0.0, 100.0)?;
                within("ouve sigma_min", sigma_min, TINY, 1e3)?;
                within("ouve sigma_max", sigma_max, sigma_min * (1.0 + 1e-6), 1e3)?;
                within("ouve time_min", time_min, TINY, 0.5)
            }
            Self::Flow { sigma_min } => within("flow sigma_min", sigma_min, 0.0, 0.999),
            Self::FlowCondition { sigma } => within("flow sigma", sigma, 0.0, 1e3),
            Self::VpDiscrete { schedule, ref fast } => {
                schedule.validate()?;
                for &eta in fast {
                    within("fast η", eta, TINY, 0.999)?;
                }
                schedule.align_all(fast).map(drop)
            }
            Self::VpCosine => Ok(()),
            Self::Edm {
                sigma_min,
                sigma_max,
                rho,
                sigma_data,
            } => {
                within("edm sigma_min", sigma_min, TINY, 1e4)?;
                within("edm sigma_max", sigma_max, sigma_min * (1.0 + 1e-6), 1e4)?;
                within("edm rho", rho, 1.0, 100.0)?;
                within("edm sigma_data", sigma_data, TINY, 1e4)
            }
        }
    }
}

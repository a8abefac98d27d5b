//! The samplers by name: what the command line, the plugin and the model card call them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::diffusion::path::Path;
use crate::error::{Error, Result};

/// The reverse samplers that the engine offers.
///
/// Their names are kebab-case; two take an optional number after a colon: `ddim:0.5` (η), `predictor-corrector:0.4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Sampler {
    /// Schrödinger bridge, deterministic (2407.16074).
    BridgeOde,
    /// Schrödinger bridge, stochastic (2407.16074).
    BridgeSde,
    /// Ancestral sampling with the posterior variance β̃ (2006.11239).
    Ddpm,
    /// Ancestral sampling with the variance β (2006.11239).
    DdpmBeta,
    /// Ancestral sampling on the model's fast schedule, with aligned steps (2009.09761).
    DiffwaveFast,
    /// DDIM (2010.02502); η = 0 is deterministic, η = 1 is ancestral.
    Ddim {
        /// η.
        eta: Fraction,
    },
    /// DPM-Solver++(2M), multistep of second order (2211.01095).
    DpmSolver2m,
    /// Heun's method on EDM's probability flow, second order (2206.00364 algorithm 1).
    EdmHeun,
    /// Reverse SDE by Euler–Maruyama (2011.13456).
    EulerMaruyama,
    /// An annealed-Langevin corrector before each Euler–Maruyama step (2011.13456, 2208.05830).
    PredictorCorrector {
        /// r of the corrector's step 2(r·σ_t)².
        ratio: Fraction,
    },
    /// Probability-flow ODE by Euler (2011.13456).
    ProbabilityFlow,
    /// Flow matching by Euler (2210.02747).
    FlowEuler,
    /// Flow matching by the midpoint rule, second order (2210.02747).
    FlowMidpoint,
}

impl Sampler {
    /// Every sampler, with its default number where it takes one.
    pub const ALL: [Self; 13] = [
        Self::BridgeOde,
        Self::BridgeSde,
        Self::Ddpm,
        Self::DdpmBeta,
        Self::DiffwaveFast,
        Self::Ddim {
            eta: Fraction::ZERO,
        },
        Self::DpmSolver2m,
        Self::EdmHeun,
        Self::EulerMaruyama,
        Self::PredictorCorrector {
            ratio: Fraction::HALF,
        },
        Self::ProbabilityFlow,
        Self::FlowEuler,
        Self::FlowMidpoint,
    ];

    /// The name without a number.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BridgeOde => "bridge-ode",
            Self::BridgeSde => "bridge-sde",
            Self::Ddpm => "ddpm",
            Self::DdpmBeta => "ddpm-beta",
            Self::DiffwaveFast => "diffwave-fast",
            Self::Ddim { .. } => "ddim",
            Self::DpmSolver2m => "dpm-solver-2m",
            Self::EdmHeun => "edm-heun",
            Self::EulerMaruyama => "euler-maruyama",
            Self::PredictorCorrector { .. } => "predictor-corrector",
            Self::ProbabilityFlow => "probability-flow",
            Self::FlowEuler => "flow-euler",
            Self::FlowMidpoint => "flow-midpoint",
        }
    }

    /// Whether it can reverse this path.
    pub fn fits(&self, path: &Path) -> bool {
        match path {
            Path::BridgeVe { .. } | Path::BridgeVp { .. } => {
                matches!(self, Self::BridgeOde | Self::BridgeSde)
            }
            Path::Ouve { .. } => matches!(
                self,
                Self::EulerMaruyama | Self::PredictorCorrector { .. } | Self::ProbabilityFlow
            ),
            Path::Flow { .. } | Path::FlowCondition { .. } => {
                matches!(self, Self::FlowEuler | Self::FlowMidpoint)
            }
            Path::VpDiscrete { fast, .. } => match self {
                Self::DiffwaveFast => !fast.is_empty(),
                Self::Ddpm | Self::DdpmBeta | Self::Ddim { .. } | Self::DpmSolver2m => true,
                _ => false,
            },
            Path::VpCosine => matches!(self, Self::Ddim { .. } | Self::DpmSolver2m),
            Path::Edm { .. } => {
                matches!(self, Self::EdmHeun | Self::Ddim { .. } | Self::DpmSolver2m)
            }
        }
    }

    /// The number of steps of its paper, for when the user names none.
    pub fn default_steps(&self, path: &Path) -> usize {
        match (self, path) {
            (Self::DiffwaveFast, Path::VpDiscrete { fast, .. }) => fast.len(),
            (Self::Ddpm | Self::DdpmBeta, Path::VpDiscrete { schedule, .. }) => schedule.steps(),
            (Self::Ddim { .. } | Self::DpmSolver2m, Path::VpDiscrete { schedule, .. }) => {
                schedule.steps().min(20)
            }
            (Self::Ddim { .. }, _) => 50,
            (Self::DpmSolver2m, _) => 20,
            (Self::EdmHeun, _) => 18,
            (Self::EulerMaruyama | Self::PredictorCorrector { .. } | Self::ProbabilityFlow, _) => {
                30
            }
            _ => 2,
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ddim { eta } if *eta != Fraction::ZERO => write!(f, "ddim:{}", eta.0),
            Self::PredictorCorrector { ratio } if *ratio != Fraction::HALF => {
                write!(f, "predictor-corrector:{}", ratio.0)
            }
            _ => f.pad(self.name()),
        }
    }
}

impl FromStr for Sampler {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number)),
            None => (text, None),
        };
        let Some(found) = Self::ALL.iter().find(|s| s.name() == name) else {
            let names = Self::ALL.map(|s| s.name()).join(", ");
            return Err(Error::setting("sampler", text, format!("one of {names}")));
        };
        match (*found, number) {
            (sampler, None) => Ok(sampler),
            (Self::Ddim { .. }, Some(eta)) => Ok(Self::Ddim { eta: eta.parse()? }),
            (Self::PredictorCorrector { .. }, Some(ratio)) => Ok(Self::PredictorCorrector {
                ratio: ratio.parse()?,
            }),
            (_, Some(_)) => {
                let expected =
                    format!("{name} without a number: only ddim and predictor-corrector take one");
                Err(Error::setting("sampler", text, expected))
            }
        }
    }
}

impl TryFrom<String> for Sampler {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Sampler> for String {
    fn from(sampler: Sampler) -> Self {
        sampler.to_string()
    }
}

/// A number from 0 to 1, never NaN: so a [`Sampler`] can be compared and hashed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fraction(f64);

impl Fraction {
    /// 0.
    pub const ZERO: Self = Self(0.0);
    /// ½.
    pub const HALF: Self = Self(0.5);
    /// 1.
    pub const ONE: Self = Self(1.0);

    /// Checks the range.
    ///
    /// # Errors
    /// [`Error::Setting`] outside of 0 to 1.
    pub fn new(value: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value.abs())) // −0 is 0
        } else {
            Err(Error::setting("the sampler's number", value, "0 to 1"))
        }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Eq for Fraction {}

impl Hash for Fraction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl FromStr for Fraction {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(value) => Self::new(value),
            Err(_) => Err(Error::setting("the sampler's number", text, "0 to 1")),
        }
    }
}

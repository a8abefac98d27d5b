//! Reverse samplers: each compiles a path and its times into a [`Plan`].

mod bridge;
mod ddim;
mod ddpm;
mod dpm_solver;
mod edm;
mod flow;
mod name;
mod sde;

use super::forward::Marginal;
use super::parametrisation::Prediction;
use super::path::Path;
use super::plan::{Evaluation, Plan, Stage, Update};
use super::times::Times;
use crate::error::{Error, Result};
pub use name::{Fraction, Sampler};

/// Compiles a reverse process. Pure arithmetic; call it when a setting changes, not while audio runs.
///
/// `times` is a count of *steps*; [`Sampler::EdmHeun`], [`Sampler::FlowMidpoint`] and
/// [`Sampler::PredictorCorrector`] need two network evaluations (so two stages) for most steps.
///
/// ```
/// use diffwav::diffusion::{parametrisation::Prediction, path::Path, sampler::{self, Sampler}};
///
/// let path = Path::BridgeVe { k: 2.6, c: 0.4 };
/// let plan = sampler::plan(&path, Sampler::BridgeOde, Prediction::Data, &2.into())?;
/// assert_eq!(plan.stages.len(), 2);
/// assert_eq!(plan.stages[1].evaluation.time, 0.5);
/// # Ok::<(), diffwav::Error>(())
/// ```
///
/// # Errors
/// [`Error::Setting`] when the path's constants are out of range, the sampler or the prediction does not fit the
/// path, or the times do not.
pub fn plan(path: &Path, sampler: Sampler, prediction: Prediction, times: &Times) -> Result<Plan> {
    path.validate()?;
    if !sampler.fits(path) {
        let fitting = Sampler::ALL.iter().filter(|s| s.fits(path));
        let names = fitting.map(Sampler::to_string).collect::<Vec<_>>();
        let expected = format!("one of {} for the path {}", names.join(", "), path.kind());
        return Err(Error::setting("sampler", sampler, expected));
    }
    let times = match sampler {
        Sampler::DiffwaveFast => ddpm::fast_times(path, times)?,
        _ => times.on(path)?,
    };
    let grid = Grid::new(path, prediction, &times)?;
    let stages = match sampler {
        Sampler::Ddpm => ddpm::stages(&grid, ddpm::Variance::Posterior),
        Sampler::DdpmBeta => ddpm::stages(&grid, ddpm::Variance::Beta),
        Sampler::DiffwaveFast => ddpm::stages(&grid, ddpm::Variance::Posterior),
        Sampler::Ddim { eta } => ddim::stages(&grid, eta.value()),
        Sampler::EdmHeun => edm::stages(&grid),
        Sampler::DpmSolver2m => dpm_solver::stages(&grid),
        Sampler::EulerMaruyama => sde::stages(&grid, sde::Kind::Stochastic),
        Sampler::PredictorCorrector { ratio } => {
            sde::stages(&grid, sde::Kind::Corrected(ratio.value()))
        }
        Sampler::ProbabilityFlow => sde::stages(&grid, sde::Kind::Flow),
        Sampler::BridgeOde => bridge::ode(&grid),
        Sampler::BridgeSde => bridge::sde(&grid),
        Sampler::FlowEuler => flow::euler(&grid),
        Sampler::FlowMidpoint => flow::midpoint(&grid)?,
    };
    Ok(Plan {
        start: path.start(times[0]),
        stages,
    })
}

/// The times of a plan with all that the samplers need to know of them.
struct Grid<'a> {
    path: &'a Path,
    prediction: Prediction,
    points: Vec<Point>,
}

/// One time of the grid.
#[derive(Clone, Copy)]
struct Point {
    time: f64,
    marginal: Marginal,
    evaluation: Evaluation,
}

impl<'a> Grid<'a> {
    fn new(path: &'a Path, prediction: Prediction, times: &[f64]) -> Result<Self> {
        let mut grid = Self {
            path,
            prediction,
            points: Vec::with_capacity(times.len()),
        };
        for &time in times {
            let point = grid.point(time)?;
            grid.points.push(point);
        }
        Ok(grid)
    }

    /// A time that need not be on the grid.
    fn point(&self, time: f64) -> Result<Point> {
        Ok(Point {
            time,
            marginal: self.path.marginal(time),
            evaluation: self.prediction.evaluation(self.path, time)?,
        })
    }

    /// Every time with the one that follows; `None` for the clean end.
    fn steps(&self) -> impl Iterator<Item = (&Point, Option<&Point>)> {
        let next = self.points[1..].iter().map(Some).chain([None]);
        self.points.iter().zip(next)
    }
}

/// The marginal of the target of a step.
fn target(next: Option<&Point>) -> Marginal {
    next.map_or(Marginal::CLEAN, |point| point.marginal)
}

/// The last update of most samplers: the answer is D.
const LAND_ON_DATA: Update = Update {
    x: 0.0,
    data: 1.0,
    memory_x: 0.0,
    memory_data: 0.0,
    y: 0.0,
    noise: 0.0,
};

fn stage(point: &Point, update: Update) -> Stage {
    Stage {
        evaluation: point.evaluation,
        update,
        remember: false,
    }
}

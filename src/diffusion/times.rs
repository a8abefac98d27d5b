//! The times at which a sampler asks the network, from the noisy end to the clean one.

use super::path::Path;
use super::schedule::STEPS_MAX;
use crate::error::{Error, Result};

/// How the reverse process is divided. The clean end is always the last target and never a time of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// N steps on the grid that the path's paper uses (see [`Times::on`]).
    Count(usize),
    /// Explicit times of the path, strictly descending; on [`Path::Edm`] noise levels σ.
    Explicit(Vec<f64>),
}

impl From<usize> for Times {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Times {
    /// The times on a path, descending.
    ///
    /// A count N becomes: 1, 1−1/N, … on bridges, flows and the cosine path; N times from 1 to t_ε on OUVE;
    /// N whole steps from T−1 to 0 on a discrete schedule; EDM's ρ-grid from σ_max to σ_min.
    ///
    /// # Errors
    /// [`Error::Setting`] for a count of 0 or above what the path allows, and for times that are not strictly
    /// descending or leave the path.
    pub fn on(&self, path: &Path) -> Result<Vec<f64>> {
        match self {
            Self::Count(count) => {
                let most = most_steps(path);
                if !(1..=most).contains(count) {
                    let expected = match path {
                        Path::VpDiscrete { .. } => {
                            format!("1 to {most}, the steps of the model's schedule")
                        }
                        _ => format!("1 to {most}"),
                    };
                    return Err(Error::setting("steps", count, expected));
                }
                Ok((0..*count).map(|i| grid(path, i, *count)).collect())
            }
            Self::Explicit(times) => {
                check(path, times)?;
                Ok(times.clone())
            }
        }
    }
}

fn most_steps(path: &Path) -> usize {
    match path {
        Path::VpDiscrete { schedule, .. } => schedule.steps(),
        _ => STEPS_MAX,
    }
}

/// Time i of `count`.
fn grid(path: &Path, i: usize, count: usize) -> f64 {
    // 0 at the first time and 1 at the last: for grids that hold both of their ends.
    let along = i as f64 / (count - 1).max(1) as f64;
    match *path {
        Path::Ouve { time_min, .. } => 1.0 + along * (time_min - 1.0),
        Path::VpDiscrete { schedule, .. } => {
            ((schedule.steps() - 1) as f64 * (1.0 - along)).round()
        }
        Path::Edm {
            sigma_min,
            sigma_max,
            rho,
            ..
        } => {
            let root = |sigma: f64| sigma.powf(1.0 / rho);
            (root(sigma_max) + along * (root(sigma_min) - root(sigma_max))).powf(rho)
        }
        _ => 1.0 - i as f64 / count as f64,
    }
}

fn check(path: &Path, times: &[f64]) -> Result<()> {
    if times.is_empty() || times.len() > STEPS_MAX {
        let expected = format!("a list of 1 to {STEPS_MAX}");
        return Err(Error::setting(
            "times",
            format!("a list of {}", times.len()),
            expected,
        ));
    }
    for &time in times {
        let (inside, expected) = match path {
            Path::VpDiscrete { schedule, .. } => {
                let last = (schedule.steps() - 1) as f64;
                ((0.0..=last).contains(&time), format!("0 to {last}"))
            }
            Path::Edm { .. } => (
                time > 0.0 && time <= 1e4,
                "noise levels above 0 and at most 10000".into(),
            ),
            _ => (
                time > 0.0 && time <= 1.0,
                "above 0 and at most 1 (the end at 0 goes without saying)".into(),
            ),
        };
        if !inside {
            return Err(Error::setting("times", time, expected));
        }
    }
    match times.iter().zip(&times[1..]).find(|(a, b)| a <= b) {
        None => Ok(()),
        Some((a, b)) => Err(Error::setting(
            "times",
            format!("… {a}, {b} …"),
            "strictly descending, from noisy to clean",
        )),
    }
}

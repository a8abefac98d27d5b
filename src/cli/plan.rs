//! From what was typed to what it means: a list of jobs, each checked before the long work starts.

pub(in crate::cli) mod inputs;
pub(in crate::cli) mod outputs;

use std::path::PathBuf;

use super::args::{Container, Denoise, Depth};
use super::exit::Failure;
use crate::Error;
use crate::io::Source;

/// Everything that `diffwav denoise` is going to do.
#[derive(Debug)]
pub struct Plan {
    /// The files, in the order of the command line and then of their names.
    pub jobs: Vec<Job>,
    /// Inputs that cannot become a job, and why. They do not stop the others.
    pub refused: Vec<(Source, Error)>,
    /// How many at a time.
    pub workers: usize,
}

/// One input and its output.
#[derive(Debug, Clone)]
pub struct Job {
    /// What is read.
    pub source: Source,
    /// What is written.
    pub target: Target,
    /// The container of the output.
    pub container: Container,
    /// How its samples are stored; None: as the input.
    pub depth: Option<Depth>,
    /// Where the picture goes.
    pub plot: Option<PathBuf>,
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A file.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdout => f.write_str("standard output"),
        }
    }
}

impl Plan {
    /// Finds the inputs, names the outputs and checks both. Nothing is written.
    ///
    /// # Errors
    /// Usage errors: options that contradict each other or the inputs.
    pub fn make(typed: &Denoise) -> Result<Self, Failure> {
        let usage = |message: String| Failure::usage("denoise", message);
        let found = inputs::find(&typed.inputs).map_err(usage)?;
        let naming = outputs::Naming::new(typed, &found.inputs).map_err(usage)?;
        let mut plan = Self {
            jobs: Vec::new(),
            refused: found.refused,
            workers: 1,
        };
        for input in found.inputs {
            let job = naming.job(&input);
            match outputs::check(&job, typed.overwrite) {
                Ok(()) => plan.jobs.push(job),
                Err(error) => plan.refused.push((input.source, error)),
            }
        }
        outputs::distinct(&plan.jobs).map_err(usage)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        plan.workers = typed.jobs.unwrap_or(cores).min(plan.jobs.len()).max(1);
        Ok(plan)
    }

    /// Whether the audio itself goes to standard output, so that nothing else may.
    pub fn writes_to_stdout(&self) -> bool {
        self.jobs.iter().any(|job| job.target == Target::Stdout)
    }
}

/// How an input is called in messages.
pub fn name(source: &Source) -> String {
    match source {
        Source::File(path) => path.display().to_string(),
        Source::Stdin => "standard input".into(),
    }
}

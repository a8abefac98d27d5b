//! From many times to three numbers.

use serde::Serialize;

/// Milliseconds of work for one hop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    /// Half of the calls took less.
    pub median_ms: f64,
    /// Ninety-nine in a hundred took less.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Times {
    /// From the times of calls that each did `hops` hops.
    pub fn per_hop(mut calls: Vec<f64>, hops: usize) -> Self {
        calls.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index =
                ((share * calls.len() as f64).ceil() as usize).clamp(1, calls.len().max(1)) - 1;
            calls.get(index).copied().unwrap_or(0.0) / hops as f64
        };
        Self {
            median_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: at(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_hundred_calls() {
        let times = Times::per_hop((1..=100).rev().map(f64::from).collect(), 2);
        assert_eq!(
            times,
            Times {
                median_ms: 25.0,
                p99_ms: 49.5,
                max_ms: 50.0
            }
        );
    }
}

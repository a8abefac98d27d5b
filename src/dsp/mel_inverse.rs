//! From mel frames back to magnitudes: the pseudo-inverse of the filters, and interpolation between bands.

use crate::dsp::mel::{Definition, Filters};
use crate::error::{Error, Result};

/// Linear interpolation between the centres of the bands, for every `every`-th bin; constant beyond the outer ones.
#[derive(Debug, Clone)]
pub struct Interpolation {
    /// Per bin: the lower band and the weight of the next one.
    bins: Vec<(usize, f32)>,
    bands: usize,
}

impl Interpolation {
    /// Over the bins 0, `every`, 2·`every`, … of `definition`.
    #[must_use]
    pub fn new(definition: &Definition, every: usize) -> Self {
        let edges = definition.edges();
        let centres = &edges[1..=definition.bands];
        let last = centres.len() - 1;
        let place = |bin: usize| {
            let hz = definition.hz(bin);
            let above = centres.partition_point(|centre| *centre <= hz);
            if above == 0 {
                return (0, 0.0);
            }
            if above > last {
                return (last, 0.0);
            }
            let (low, high) = (centres[above - 1], centres[above]);
            (above - 1, ((hz - low) / (high - low)) as f32)
        };
        Self {
            bins: (0..definition.bins()).step_by(every).map(place).collect(),
            bands: definition.bands,
        }
    }

    /// Bands to bins.
    pub fn apply(&self, bands: &[f32], bins: &mut [f32]) {
        for (out, (low, weight)) in bins.iter_mut().zip(&self.bins) {
            let high = (low + 1).min(self.bands - 1);
            *out = bands[*low] + weight * (bands[high] - bands[*low]);
        }
    }
}

/// Magnitudes of `window/2 + 1` bins of a √Hann frame from mel frames (without logarithm).
///
/// B⁺·m, but at least `bound` times the interpolated m/ΣB, both times the ratio of noise in the two windows: B⁺ is sharp
/// where filters are narrow and falls below zero where a spectrum is steep.
#[derive(Debug, Clone)]
pub struct PseudoInverse {
    /// Rows of B⁺ for the bins that are kept, `[bins, bands]`.
    matrix: Vec<f32>,
    interpolation: Interpolation,
    /// 1/Σ of each filter, and all else that the interpolated frame is multiplied with.
    gains: Vec<f32>,
    scaled: Vec<f32>,
}

impl PseudoInverse {
    /// For frames of `window` samples; `window` divides `definition.fft`.
    ///
    /// # Errors
    /// [`Error::Setting`] when there are more bands than the bins can tell apart.
    pub fn new(definition: &Definition, window: usize, bound: f32) -> Result<Self> {
        let filters = Filters::exact(definition);
        let every = definition.fft / window;
        // Σ w² of √Hann against that of Hann.
        let factor = ((window as f64 / 2.0) / (definition.fft as f64 * 3.0 / 8.0)).sqrt();
        let lower = factorise(&gram(&filters), definition)?;
        let n = definition.bands;
        let mut matrix = Vec::with_capacity(n * (window / 2 + 1));
        for bin in (0..definition.bins()).step_by(every) {
            let mut column: Vec<f64> = filters
                .iter()
                .map(|(first, weights)| {
                    let at = bin.checked_sub(*first);
                    at.and_then(|at| weights.get(at)).copied().unwrap_or(0.0)
                })
                .collect();
            solve(&lower, &mut column);
            matrix.extend(column.iter().map(|v| (v * factor) as f32));
        }
        let gain = |(_, weights): &(usize, Vec<f64>)| {
            (f64::from(bound) * factor / weights.iter().sum::<f64>()) as f32
        };
        Ok(Self {
            matrix,
            interpolation: Interpolation::new(definition, every),
            gains: filters.iter().map(gain).collect(),
            scaled: vec![0.0; n],
        })
    }

    /// A mel frame, not logarithmic, to magnitudes; all above 0 if the frame is.
    pub fn apply(&mut self, mel: &[f32], magnitudes: &mut [f32]) {
        for ((out, m), gain) in self.scaled.iter_mut().zip(mel).zip(&self.gains) {
            *out = m * gain;
        }
        self.interpolation.apply(&self.scaled, magnitudes);
        for (out, row) in magnitudes
            .iter_mut()
            .zip(self.matrix.chunks_exact(mel.len()))
        {
            let exact: f32 = row.iter().zip(mel).map(|(a, m)| a * m).sum();
            *out = out.max(exact);
        }
    }
}

/// B·Bᵀ, row by row.
fn gram(filters: &[(usize, Vec<f64>)]) -> Vec<Vec<f64>> {
    let product = |(a, wa): &(usize, Vec<f64>), (b, wb): &(usize, Vec<f64>)| {
        let overlap = (*a).max(*b)..(a + wa.len()).min(b + wb.len());
        overlap.map(|bin| wa[bin - a] * wb[bin - b]).sum()
    };
    filters
        .iter()
        .map(|row| filters.iter().map(|column| product(row, column)).collect())
        .collect()
}

/// Cholesky: the lower triangle L with L·Lᵀ = `square`.
fn factorise(square: &[Vec<f64>], definition: &Definition) -> Result<Vec<Vec<f64>>> {
    let n = square.len();
    let mut lower = vec![vec![0.0; n]; n];
    for row in 0..n {
        for column in 0..=row {
            let sum: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = square[row][column] - sum;
            if row > column {
                lower[row][column] = rest / lower[column][column];
            } else if rest > 1e-9 * square[row][row] {
                lower[row][row] = rest.sqrt();
            } else {
                let expected = format!(
                    "fewer: FFT bins of {} cannot tell them apart",
                    definition.fft
                );
                return Err(Error::setting("mel bands", n, expected));
            }
        }
    }
    Ok(lower)
}

/// `right` ← (L·Lᵀ)⁻¹·`right`.
fn solve(lower: &[Vec<f64>], right: &mut [f64]) {
    let n = right.len();
    for row in 0..n {
        let sum: f64 = (0..row).map(|k| lower[row][k] * right[k]).sum();
        right[row] = (right[row] - sum) / lower[row][row];
    }
    for row in (0..n).rev() {
        let sum: f64 = (row + 1..n).map(|k| lower[k][row] * right[k]).sum();
        right[row] = (right[row] - sum) / lower[row][row];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: Definition = Definition {
        rate: 24_000,
        fft: 1024,
        hop: 256,
        bands: 100,
        low: 0.0,
        high: 12_000.0,
        floor: 1e-5,
    };

    #[test]
    fn the_filters_of_the_inverse_are_the_frame_again() {
        // Every bin is kept, so B·B⁺·m must be m; a bound this small takes no part but where B⁺·m is negative.
        let mut inverse = PseudoInverse::new(&DEFINITION, 1024, 1e-6).unwrap();
        let mel: Vec<f32> = (0..100)
            .map(|b| 1.0 + 0.2 * (0.3 * b as f32).sin())
            .collect();
        let mut magnitudes = vec![0.0; 513];
        inverse.apply(&mel, &mut magnitudes);
        let factor = (512.0f32 / 384.0).sqrt();
        let mut back = vec![0.0; 100];
        Filters::new(&DEFINITION).apply(&magnitudes, &mut back);
        for (band, (found, wanted)) in back.iter().zip(&mel).enumerate() {
            let error = (found / factor - wanted).abs();
            assert!(error < 2e-4, "band {band}: {found} for {wanted}");
        }
    }

    #[test]
    fn too_many_bands_are_refused() {
        let definition = Definition {
            bands: 600,
            ..DEFINITION
        };
        let error = PseudoInverse::new(&definition, 512, 0.5).unwrap_err();
        assert!(error.to_string().contains("600"), "{error}");
    }
}

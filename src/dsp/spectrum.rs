//! Power-law compression of complex spectra: magnitude to an exponent, phase kept.

use realfft::num_complex::Complex32;

/// Compresses `X` to `scale · |X|^exponent · e^{j·arg X}` and splits it into real and imaginary parts.
///
/// All slices have one length, the bins of a frame.
pub fn compress(spectrum: &[Complex32], exponent: f32, scale: f32, re: &mut [f32], im: &mut [f32]) {
    let compressed =
        |x: &Complex32, power: f32, magnitude: f32| *x * gain(scale * power, magnitude);
    let frame = spectrum.iter().zip(re).zip(im);
    // The usual exponent has a loop of its own, which the compiler can do several bins at a time.
    if exponent == 0.5 {
        for ((x, re), im) in frame {
            let magnitude = magnitude(x.re, x.im);
            let x = compressed(x, magnitude.sqrt(), magnitude);
            (*re, *im) = (x.re, x.im);
        }
    } else {
        for ((x, re), im) in frame {
            let magnitude = magnitude(x.re, x.im);
            let x = compressed(x, magnitude.powf(exponent), magnitude);
            (*re, *im) = (x.re, x.im);
        }
    }
}

/// The inverse of [`compress`].
pub fn expand(re: &[f32], im: &[f32], exponent: f32, scale: f32, spectrum: &mut [Complex32]) {
    let frame = spectrum.iter_mut().zip(re).zip(im);
    let compressed = |re: &f32, im: &f32| Complex32::new(re / scale, im / scale);
    if exponent == 0.5 {
        for ((x, re), im) in frame {
            let z = compressed(re, im);
            let magnitude = magnitude(z.re, z.im);
            *x = z * gain(magnitude * magnitude, magnitude);
        }
    } else {
        for ((x, re), im) in frame {
            let z = compressed(re, im);
            let magnitude = magnitude(z.re, z.im);
            *x = z * gain(magnitude.powf(1.0 / exponent), magnitude);
        }
    }
}

/// |re + j·im|; the squares are taken where no f32 overflows or vanishes.
fn magnitude(re: f32, im: f32) -> f32 {
    let (re, im) = (f64::from(re), f64::from(im));
    (re * re + im * im).sqrt() as f32
}

/// `wanted / magnitude`; 0 for silence, which subnormal magnitudes are too, for which the quotient may overflow.
fn gain(wanted: f32, magnitude: f32) -> f32 {
    let gain = wanted / magnitude;
    if magnitude > 0.0 && gain.is_finite() {
        gain
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expand_inverts_compress_over_the_range_of_audio() {
        for exponent in [0.3, 0.5, 1.0] {
            for level in [1e-6f32, 1e-3, 1.0, 1e3, 1e6] {
                let spectrum: Vec<_> = (0..64)
                    .map(|k| Complex32::from_polar(level * (1.0 + k as f32), 0.7 * k as f32))
                    .collect();
                let (mut re, mut im, mut back) =
                    (vec![0.0; 64], vec![0.0; 64], vec![Complex32::default(); 64]);
                compress(&spectrum, exponent, 0.8, &mut re, &mut im);
                expand(&re, &im, exponent, 0.8, &mut back);
                for (a, b) in spectrum.iter().zip(&back) {
                    assert!((a - b).norm() < 1e-5 * a.norm(), "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn magnitude_is_compressed_and_phase_kept() {
        let x = [Complex32::new(0.0, -4.0), Complex32::new(0.0, 0.0)];
        let (mut re, mut im) = ([0.0; 2], [0.0; 2]);
        compress(&x, 0.5, 1.0, &mut re, &mut im);
        assert_eq!((re, im), ([0.0, 0.0], [-2.0, 0.0]));
    }

    #[test]
    fn silence_and_subnormals_give_finite_numbers() {
        let tiny = f32::from_bits(1);
        let x = [
            Complex32::new(tiny, 0.0),
            Complex32::new(0.0, 0.0),
            Complex32::new(1e-30, tiny),
        ];
        let (mut re, mut im) = ([0.0; 3], [0.0; 3]);
        compress(&x, 0.5, 1.0, &mut re, &mut im);
        assert!(re.iter().chain(&im).all(|v| v.is_finite()));
    }
}

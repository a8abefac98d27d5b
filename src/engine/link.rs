//! One decision for all channels: the network hears each alone, and what it takes away would move a voice in the image.

/// Where the numbers of a call lie: `[B, 2, T, F]`, real and imaginary parts of compressed spectra.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub channels: usize,
    pub frames: usize,
    pub bins: usize,
}

/// Replaces the estimate `x` of every channel by the noisy `y` times one gain per frame and bin, the same for all.
///
/// The gain is the one, from 0 to 1, that comes nearest to all estimates: Σ gᶜ²·Re⟨yᶜ, xᶜ⟩ / Σ gᶜ²·|yᶜ|², with gᶜ =
/// `level(channel, frame)` the level that was taken out of the channel before the network. The phase of `y` stays.
pub(super) fn link(shape: Shape, y: &[f32], x: &mut [f32], level: impl Fn(usize, usize) -> f32) {
    let Shape {
        channels,
        frames,
        bins,
    } = shape;
    let part = frames * bins;
    for frame in 0..frames {
        for bin in 0..bins {
            let place = |channel: usize| 2 * channel * part + frame * bins + bin;
            let (mut together, mut energy) = (0.0f32, 0.0f32);
            for channel in 0..channels {
                let (re, weight) = (place(channel), level(channel, frame).powi(2));
                let im = re + part;
                together += weight * (y[re] * x[re] + y[im] * x[im]);
                energy += weight * (y[re] * y[re] + y[im] * y[im]);
            }
            let gain = if energy > 0.0 {
                (together / energy).clamp(0.0, 1.0)
            } else {
                0.0
            };
            for channel in 0..channels {
                let re = place(channel);
                let im = re + part;
                (x[re], x[im]) = (gain * y[re], gain * y[im]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_channels_get_the_gain_that_fits_them_best() {
        let shape = Shape {
            channels: 2,
            frames: 1,
            bins: 2,
        };
        // Left twice as loud as right in bin 0: estimates 0.5 and 1; bin 1 is silent.
        let y = [2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        let mut x = [1.0, 3.0, 0.0, 3.0, 1.0, 3.0, 0.0, 3.0];
        link(shape, &y, &mut x, |_, _| 1.0);
        let gain = (2.0 + 1.0) / (4.0 + 1.0);
        assert_eq!(x, [2.0 * gain, 0.0, 0.0, 0.0, gain, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_ratio_of_the_channels_stays() {
        let shape = Shape {
            channels: 3,
            frames: 2,
            bins: 5,
        };
        let wave = |n: usize, k: f32| (k * n as f32).sin();
        let y: Vec<f32> = (0..60).map(|n| wave(n, 0.7)).collect();
        let mut x: Vec<f32> = (0..60).map(|n| 0.5 * wave(n, 0.71)).collect();
        link(shape, &y, &mut x, |channel, _| [1.0, 0.3, 2.0][channel]);
        for n in 0..20 {
            for channel in 1..3 {
                let cross = x[n] * y[n + 20 * channel] - x[n + 20 * channel] * y[n];
                assert!(cross.abs() < 1e-6, "{n}: {cross}");
            }
        }
    }
}

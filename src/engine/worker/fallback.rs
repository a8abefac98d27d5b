//! From wet to dry and back without a click.

/// Plays wet audio where it is there and dry audio where it is late.
///
/// When wet audio fails, there is nothing left to fade from, so the step between the two signals is kept and let go
/// over the fade; when it returns, both are there and are crossfaded.
#[derive(Debug)]
pub(super) struct Fallback {
    /// Frames of a fade.
    fade: usize,
    /// Share of wet in the output, 0 … 1.
    share: f32,
    /// Per channel: what remains of the step at the last failure.
    step: Vec<f32>,
    /// Frames left until the step is gone.
    left: usize,
    /// Per channel: output minus dry of the last frame.
    difference: Vec<f32>,
}

impl Fallback {
    /// Starts wet.
    pub fn new(channels: usize, fade: usize) -> Self {
        Self {
            fade: fade.max(1),
            share: 1.0,
            step: vec![0.0; channels],
            left: 0,
            difference: vec![0.0; channels],
        }
    }

    /// One frame that the worker delivered: `mixed` is what should play, `dry` the delayed input. Overwrites `mixed`.
    pub fn wet(
        &mut self,
        channels: impl Iterator<Item = (usize, f32, f32)>,
        mut out: impl FnMut(usize, f32),
    ) {
        self.share = (self.share + 1.0 / self.fade as f32).min(1.0);
        let step = self.step_gain();
        for (channel, mixed, dry) in channels {
            let faded = if self.share >= 1.0 {
                mixed
            } else {
                dry + self.share * (mixed - dry)
            };
            let value = if step > 0.0 {
                faded + step * self.step[channel]
            } else {
                faded
            };
            self.difference[channel] = value - dry;
            out(channel, value);
        }
    }

    /// One frame that is late.
    pub fn dry(
        &mut self,
        channels: impl Iterator<Item = (usize, f32)>,
        mut out: impl FnMut(usize, f32),
    ) {
        if self.share > 0.0 {
            self.share = 0.0;
            self.step.copy_from_slice(&self.difference);
            self.left = self.fade;
        }
        let step = self.step_gain();
        for (channel, dry) in channels {
            let value = dry + step * self.step[channel];
            self.difference[channel] = value - dry;
            out(channel, value);
        }
    }

    /// Raised cosine from 1 to 0 over the fade.
    fn step_gain(&mut self) -> f32 {
        if self.left == 0 {
            return 0.0;
        }
        let along = self.left as f32 / self.fade as f32;
        self.left -= 1;
        0.5 - 0.5 * (std::f32::consts::PI * along).cos()
    }

    /// Starts wet again, without memory.
    pub fn reset(&mut self) {
        (self.share, self.left) = (1.0, 0);
        self.difference.fill(0.0);
    }
}

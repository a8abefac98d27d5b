//! A control value that reaches its target in a fixed number of samples: no steps, and exact when it is there.

/// A linear glide.
#[derive(Debug, Clone, Copy)]
pub struct Ramp {
    now: f32,
    target: f32,
    left: usize,
    length: usize,
}

impl Ramp {
    /// Stands at `value`; glides take `length` samples.
    pub fn new(value: f32, length: usize) -> Self {
        Self {
            now: value,
            target: value,
            left: 0,
            length: length.max(1),
        }
    }

    /// Glides to `target` from the next sample on.
    pub fn aim(&mut self, target: f32) {
        if target != self.target {
            (self.target, self.left) = (target, self.length);
        }
    }

    /// Stands at `value` at once.
    pub fn jump(&mut self, value: f32) {
        (self.now, self.target, self.left) = (value, value, 0);
    }

    /// The value for the next sample.
    #[inline]
    pub fn step(&mut self) -> f32 {
        if self.left > 0 {
            self.now += (self.target - self.now) / self.left as f32;
            self.left -= 1;
            if self.left == 0 {
                self.now = self.target;
            }
        }
        self.now
    }

    /// One sample between `from` (at 0) and `to` (at 1); either is untouched, to the bit, when the ramp stands there.
    #[inline]
    pub fn blend(&mut self, from: f32, to: f32) -> f32 {
        let share = self.step();
        if share == 0.0 {
            from
        } else if share == 1.0 {
            to
        } else {
            from + share * (to - from)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_in_equal_steps_and_stays() {
        let mut ramp = Ramp::new(0.0, 10);
        ramp.aim(1.0);
        let mut last = 0.0;
        for _ in 0..10 {
            let value = ramp.step();
            assert!((value - last - 0.1).abs() < 1e-6);
            last = value;
        }
        assert_eq!((ramp.step(), ramp.blend(3.0, 0.3)), (1.0, 0.3));
    }
}

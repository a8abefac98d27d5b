//! One sounding hit.

use std::sync::Arc;

use super::hit::Hit;
use crate::ramp::Ramp;

/// Below this an envelope has ended: −80 dB.
const END: f32 = 1e-4;

/// How a note plays its hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// The pad.
    pub pad: u8,
    /// The MIDI note.
    pub note: u8,
    /// Level by velocity and stand-in, on top of the pad's.
    pub gain: f32,
    /// Input samples an output sample, before tune and bend.
    pub speed: f64,
    /// Factor of the amplitude a sample; 1: the hit as it is.
    pub decay: f32,
    /// Coefficient of the low-pass, a one-pole; 1: none.
    pub tone: f32,
}

/// Plays a hit once.
#[derive(Debug, Clone)]
pub struct Voice {
    hit: Option<Arc<Hit>>,
    start: Start,
    position: f64,
    /// Factor of the speed that the host sets for this note.
    detune: f64,
    envelope: f32,
    tone: f32,
    left: Ramp,
    right: Ramp,
    /// Samples that are left of a fade, and its length; none: it is not fading.
    fade: Option<(u32, u32)>,
}

impl Voice {
    /// Silent; `glide` samples for changes of level and pan.
    pub fn idle(glide: usize) -> Self {
        Self {
            hit: None,
            start: Start {
                pad: 0,
                note: 0,
                gain: 0.0,
                speed: 1.0,
                decay: 1.0,
                tone: 1.0,
            },
            position: 0.0,
            detune: 1.0,
            envelope: 0.0,
            tone: 0.0,
            left: Ramp::new(0.0, glide),
            right: Ramp::new(0.0, glide),
            fade: None,
        }
    }

    /// Begins with the next sample; `gains` are those of the pad, left and right.
    pub fn begin(&mut self, hit: Arc<Hit>, start: Start, gains: [f32; 2]) {
        // What was here is not freed: the maker keeps a hit until nobody else does.
        self.hit = Some(hit);
        self.start = start;
        (self.position, self.envelope, self.tone) = (0.0, 1.0, 0.0);
        self.detune = 1.0;
        self.left.jump(gains[0] * start.gain);
        self.right.jump(gains[1] * start.gain);
        self.fade = None;
    }

    /// Whether anything is to come.
    pub fn sounds(&self) -> bool {
        self.hit.is_some()
    }

    /// Pad and note.
    pub fn of(&self) -> (u8, u8) {
        (self.start.pad, self.start.note)
    }

    /// Whether it is on its way out already.
    pub fn is_fading(&self) -> bool {
        self.fade.is_some()
    }

    /// Ends within `samples`.
    pub fn fade(&mut self, samples: u32) {
        if self.sounds() && self.fade.is_none_or(|(left, _)| left > samples) {
            self.fade = Some((samples.max(1), samples.max(1)));
        }
    }

    /// Plays `factor` times as fast from the next sample on.
    pub fn tune(&mut self, factor: f64) {
        self.detune = factor;
    }

    /// Silent at once.
    pub fn stop(&mut self) {
        self.hit = None;
    }

    /// Adds its next samples to both sides. `bend` is the factor of the speed; `gains` are those of the pad.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], bend: f64, gains: [f32; 2]) {
        let Some(hit) = &self.hit else { return };
        self.left.aim(gains[0] * self.start.gain);
        self.right.aim(gains[1] * self.start.gain);
        let speed = self.start.speed * self.detune * bend;
        let smooth = self.start.tone < 1.0;
        let mut ended = false;
        for (left, right) in left.iter_mut().zip(right) {
            let Some(sample) = read(&hit.sound, self.position) else {
                ended = true;
                break;
            };
            self.position += speed;
            let mut value = sample * self.envelope;
            self.envelope *= self.start.decay;
            if smooth {
                self.tone += self.start.tone * (value - self.tone);
                value = self.tone;
            }
            if let Some((rest, length)) = &mut self.fade {
                value *= *rest as f32 / *length as f32;
                *rest -= 1;
                ended = *rest == 0;
            }
            *left += value * self.left.step();
            *right += value * self.right.step();
            ended |= self.envelope < END;
            if ended {
                break;
            }
        }
        if ended {
            self.hit = None;
        }
    }
}

/// The sound at a position between its samples, by the cubic through four of them (Catmull–Rom); at a sample it is that
/// sample, to the bit. None behind the end.
fn read(sound: &[f32], position: f64) -> Option<f32> {
    let index = position as usize;
    let at = |index: usize| sound.get(index).copied().unwrap_or(0.0);
    let here = *sound.get(index)?;
    let t = (position - index as f64) as f32;
    if t == 0.0 {
        return Some(here);
    }
    let before = index.checked_sub(1).map_or(0.0, at);
    let (next, after) = (at(index + 1), at(index + 2));
    let slope = 0.5 * (next - before);
    let curve = before - 2.5 * here + 2.0 * next - 0.5 * after;
    let twist = 0.5 * (after - before) + 1.5 * (here - next);
    Some(here + t * (slope + t * (curve + t * twist)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Start = Start {
        pad: 2,
        note: 42,
        gain: 1.0,
        speed: 1.0,
        decay: 1.0,
        tone: 1.0,
    };

    fn sound(frames: usize) -> Arc<Hit> {
        Arc::new(Hit {
            sound: (0..frames).map(|n| (0.05 * n as f32).sin()).collect(),
            fixed: false,
        })
    }

    fn play(voice: &mut Voice, frames: usize, cut: usize, bend: f64) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        for (left, right) in left.chunks_mut(cut).zip(right.chunks_mut(cut)) {
            voice.render(left, right, bend, [1.0, 0.5]);
        }
        assert!(left.iter().zip(&right).all(|(l, r)| 0.5 * l == *r));
        left
    }

    #[test]
    fn a_plain_voice_is_the_hit_to_the_bit_and_ends_with_it() {
        let (hit, mut voice) = (sound(300), Voice::idle(240));
        voice.begin(Arc::clone(&hit), PLAIN, [1.0, 0.5]);
        let out = play(&mut voice, 400, 400, 1.0);
        assert_eq!(out[..300], hit.sound);
        assert!(out[300..].iter().all(|v| *v == 0.0) && !voice.sounds());
    }

    #[test]
    fn how_the_block_is_cut_does_not_show() {
        let start = Start {
            speed: 1.037,
            decay: 0.999,
            tone: 0.3,
            ..PLAIN
        };
        let whole = |cut: usize| {
            let mut voice = Voice::idle(240);
            voice.begin(sound(3000), start, [1.0, 0.5]);
            let mut out = play(&mut voice, 700, cut, 0.97);
            voice.fade(240);
            out.extend(play(&mut voice, 500, cut, 1.01));
            out
        };
        for cut in [1, 7, 64, 699] {
            assert_eq!(whole(700), whole(cut), "{cut}");
        }
    }

    #[test]
    fn between_samples_the_curve_is_smooth() {
        let hit = sound(500);
        for n in 10..4000 {
            let position = f64::from(n) * 0.117;
            let expected = (0.05 * position).sin() as f32;
            // The cubic's error on a sine of 0.05 a sample is below 1e-5.
            assert!((read(&hit.sound, position).unwrap() - expected).abs() < 2e-5);
        }
        assert_eq!(read(&hit.sound, 500.0), None);
    }

    #[test]
    fn a_fade_ends_the_voice_in_time_and_without_a_step() {
        let mut voice = Voice::idle(240);
        let hit = Arc::new(Hit {
            sound: vec![1.0; 2000],
            fixed: false,
        });
        voice.begin(hit, PLAIN, [1.0, 0.5]);
        play(&mut voice, 100, 100, 1.0);
        voice.fade(200);
        let out = play(&mut voice, 300, 300, 1.0);
        assert!(!voice.sounds());
        assert!(
            out.windows(2)
                .all(|pair| pair[0] - pair[1] <= 0.0051 && pair[0] >= pair[1])
        );
        assert_eq!(out[200], 0.0);
    }
}

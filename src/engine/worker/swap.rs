//! Two streams side by side while one takes the place of the other.

use crate::engine::reverse::Pace;
use crate::engine::stream::Stream;
use crate::error::Result;

/// Seconds that the new stream hears the signal before it is heard: its caches fill.
const WARM_SECONDS: f64 = 0.5;

/// Seconds of the fade from the old one.
const FADE_SECONDS: f64 = 0.03;

/// The stream that plays, and perhaps the one that will.
#[derive(Debug)]
pub(super) struct Streams {
    playing: Stream,
    next: Option<Box<Next>>,
    retired: Option<Stream>,
    /// Frames fed since the start, and frames given out: the number of the frame that `playing` gives next.
    pushed: u64,
    given: u64,
    old: Vec<Vec<f32>>,
    new: Vec<Vec<f32>>,
}

#[derive(Debug)]
struct Next {
    stream: Stream,
    /// Whether it is being fed: it starts at a hop of the one that plays, so that both are finished together.
    fed: bool,
    /// Number of the frame that it gives next, on the count of the one that plays.
    given: u64,
    /// Frames until the fade begins.
    warm: usize,
    /// Frames that both gave, of `warm` and `fade`.
    done: usize,
    fade: usize,
}

impl Streams {
    pub fn new(playing: Stream) -> Self {
        let planes = vec![Vec::new(); playing.format().channels];
        Self {
            playing,
            next: None,
            retired: None,
            pushed: 0,
            given: 0,
            old: planes.clone(),
            new: planes,
        }
    }

    pub fn playing(&self) -> &Stream {
        &self.playing
    }

    pub fn set_pace(&mut self, pace: Pace) {
        self.playing.set_pace(pace);
    }

    /// Warms up `stream` and fades it in; one that was still waiting is forgotten.
    pub fn swap(&mut self, stream: Stream) {
        let rate = f64::from(stream.format().rate.0);
        let next = Next {
            stream,
            fed: false,
            given: 0,
            warm: (rate * WARM_SECONDS) as usize,
            done: 0,
            fade: ((rate * FADE_SECONDS) as usize).max(1),
        };
        self.next = Some(Box::new(next));
    }

    /// Puts `stream` in the place of one that failed; the signal begins anew with it.
    pub fn renew(&mut self, stream: Stream) {
        self.next = None;
        self.retired = Some(std::mem::replace(&mut self.playing, stream));
        (self.pushed, self.given) = (0, 0);
    }

    /// The stream that was to take over from one that has failed meanwhile.
    pub fn take_next(&mut self) -> Option<Stream> {
        Some(self.next.take()?.stream)
    }

    pub fn reset(&mut self) -> Result<()> {
        if let Some(next) = self.next.take() {
            self.retired = Some(std::mem::replace(&mut self.playing, next.stream));
        }
        (self.pushed, self.given) = (0, 0);
        self.playing.reset()
    }

    /// Feeds both; `sink` takes finished frames, planar. Returns whether the new stream has taken over.
    pub fn push(&mut self, input: &[&[f32]], sink: &mut dyn FnMut(&[Vec<f32>])) -> Result<bool> {
        let at_hop = self.playing.at_hop();
        self.playing.push(input)?;
        if let Some(next) = &mut self.next {
            if at_hop && !next.fed {
                // Its first frame belongs to the first that it is fed, as if all before had been silence.
                (next.fed, next.given) = (true, self.pushed);
            }
            if next.fed {
                next.stream.push(input)?;
            }
        }
        self.pushed += input.first().map_or(0, |plane| plane.len()) as u64;
        // The converters of the one that plays may still hold frames from before the other began.
        let before = match self.next.as_deref() {
            Some(next) if next.fed => next.given.saturating_sub(self.given) as usize,
            _ => usize::MAX,
        };
        let alone = self.playing.available().min(before);
        pull(&mut self.playing, alone, &mut self.old);
        self.given += alone as u64;
        sink(&self.old);
        let Some(next) = self.next.as_deref_mut().filter(|next| next.fed) else {
            return Ok(false);
        };
        let early = (self.given.saturating_sub(next.given) as usize).min(next.stream.available());
        pull(&mut next.stream, early, &mut self.new);
        let frames = self.playing.available().min(next.stream.available());
        pull(&mut self.playing, frames, &mut self.old);
        pull(&mut next.stream, frames, &mut self.new);
        self.given += frames as u64;
        next.given += (early + frames) as u64;
        for (old, new) in self.old.iter_mut().zip(&self.new) {
            for (index, (old, new)) in old.iter_mut().zip(new).enumerate() {
                let along = (next.done + index).saturating_sub(next.warm) as f32;
                let share = (along / next.fade as f32).min(1.0);
                *old += share * (*new - *old);
            }
        }
        next.done += frames;
        let over = next.done >= next.warm + next.fade;
        sink(&self.old);
        if over && let Some(next) = self.next.take() {
            self.retired = Some(std::mem::replace(&mut self.playing, next.stream));
        }
        Ok(over)
    }

    /// The stream that was replaced last, to be freed where there is time.
    pub fn take_retired(&mut self) -> Option<Stream> {
        self.retired.take()
    }
}

fn pull(stream: &mut Stream, most: usize, planes: &mut [Vec<f32>]) {
    let frames = stream.available().min(most);
    for plane in planes.iter_mut() {
        plane.resize(frames, 0.0);
    }
    let mut slices: Vec<&mut [f32]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    stream.pull(&mut slices);
}

//! Files: chunks in, aligned chunks out, exactly as many frames as went in.

use super::ends::Ends;
use super::pipeline::Pipeline;
use super::settings::{Format, Settings};
use super::stream::{self, Stream};
use crate::error::{self, Error, Result};
use crate::model::network::Network;
use crate::units::Frames;

/// Frames of silence that are pushed at a time to bring the last samples out.
const TAIL: usize = 4096;

/// A [`Stream`] whose delay is taken off: output frame n belongs to input frame n, and there are as many.
///
/// Where the network runs on a device, its calls overlap with everything else: up to two are under way while the caller
/// reads, writes and brings the next one. What comes out is the same, to the bit.
#[derive(Debug)]
pub struct Offline {
    way: Way,
    /// Frames of delay still to be dropped.
    skip: u64,
    pushed: u64,
    given: u64,
    block: Vec<Vec<f32>>,
}

/// How the network runs.
#[derive(Debug)]
enum Way {
    /// On the caller's thread.
    Here(Box<Stream>),
    /// On a device, which leaves this thread free.
    Beside(Box<Pipeline>),
}

impl Offline {
    /// As [`Stream::new`].
    ///
    /// # Errors
    /// As [`Stream::new`].
    pub fn new(network: Box<dyn Network>, format: Format, settings: &Settings) -> Result<Self> {
        let on_device = error::device(network.engine()).is_some();
        let (ends, reverse) = stream::parts(network, format, settings)?;
        let way = if on_device {
            Way::Beside(Box::new(Pipeline::new(ends, reverse)?))
        } else {
            Way::Here(Box::new(Stream::between(ends, reverse)))
        };
        Ok(Self {
            skip: way.ends().delay().0,
            pushed: 0,
            given: 0,
            block: vec![vec![0.0; TAIL]; format.channels],
            way,
        })
    }

    /// Lets the network hear `input`, one slice per channel, before the file begins, and keeps nothing of what comes out:
    /// what stands at the beginning is then treated as it would be later on, where the voice and the noise are known.
    ///
    /// What follows comes out as it would behind `input` in one file, to the bit.
    ///
    /// # Errors
    /// [`Error::Setting`] when the file has begun; as [`Stream::push`].
    pub fn pre_roll(&mut self, input: &[&[f32]]) -> Result<()> {
        if self.pushed > 0 {
            return Err(Error::setting(
                "pre-roll",
                format!("behind {} frames of the file", self.pushed),
                "before the first one",
            ));
        }
        self.way.push(input)?;
        self.skip += input.first().map_or(0, |channel| channel.len()) as u64;
        self.drain(&mut |_| Ok(()))
    }

    /// Takes the next frames of the file, one slice per channel, and hands finished frames to `sink`, in order.
    ///
    /// # Errors
    /// As [`Stream::push`], and whatever `sink` returns.
    pub fn push(
        &mut self,
        input: &[&[f32]],
        sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        self.way.push(input)?;
        self.pushed += input.first().map_or(0, |channel| channel.len()) as u64;
        self.drain(sink)
    }

    /// Ends the file: hands out what is left, so that as many frames came out as went in. The object then starts anew.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<Frames> {
        let silence = vec![0.0; TAIL];
        let silence = vec![silence.as_slice(); self.format().channels];
        loop {
            self.way.settle()?;
            self.drain(sink)?;
            if self.given == self.pushed {
                break;
            }
            self.way.push(&silence)?;
        }
        let total = Frames(self.given);
        self.way.reset()?;
        self.skip = self.way.ends().delay().0;
        (self.pushed, self.given) = (0, 0);
        Ok(total)
    }

    /// What runs: engine, version and device.
    #[must_use]
    pub fn engine(&self) -> &str {
        match &self.way {
            Way::Here(stream) => stream.reverse().network().engine(),
            Way::Beside(pipeline) => pipeline.engine(),
        }
    }

    /// The delay that was taken off, as real time would hear it: of the stream, and of the hop that it waits for.
    #[must_use]
    pub fn delay(&self) -> Frames {
        let ends = self.way.ends();
        Frames(ends.delay().0 + ends.hop() as u64)
    }

    /// What it was made for.
    #[must_use]
    pub fn format(&self) -> Format {
        self.way.ends().format()
    }

    fn drain(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        loop {
            let mut out: Vec<&mut [f32]> = self.block.iter_mut().map(Vec::as_mut_slice).collect();
            let frames = self.way.pull(&mut out);
            if frames == 0 {
                return Ok(());
            }
            let first = self.skip.min(frames as u64) as usize;
            self.skip -= first as u64;
            let wanted = (self.pushed - self.given).min((frames - first) as u64) as usize;
            if wanted > 0 {
                let ready: Vec<&[f32]> = self
                    .block
                    .iter()
                    .map(|c| &c[first..first + wanted])
                    .collect();
                self.given += wanted as u64;
                sink(&ready)?;
            }
        }
    }
}

impl Way {
    fn push(&mut self, input: &[&[f32]]) -> Result<()> {
        match self {
            Self::Here(stream) => stream.push(input),
            Self::Beside(pipeline) => pipeline.push(input),
        }
    }

    /// Waits for what is under way.
    fn settle(&mut self) -> Result<()> {
        match self {
            Self::Here(_) => Ok(()),
            Self::Beside(pipeline) => pipeline.settle(),
        }
    }

    fn pull(&mut self, out: &mut [&mut [f32]]) -> usize {
        match self {
            Self::Here(stream) => stream.pull(out),
            Self::Beside(pipeline) => pipeline.ends_mut().pull(out),
        }
    }

    fn reset(&mut self) -> Result<()> {
        match self {
            Self::Here(stream) => stream.reset(),
            Self::Beside(pipeline) => pipeline.reset(),
        }
    }

    fn ends(&self) -> &Ends {
        match self {
            Self::Here(stream) => stream.ends(),
            Self::Beside(pipeline) => pipeline.ends(),
        }
    }
}

//! Files: chunks in, aligned chunks out, exactly as many frames as went in.

use super::settings::{Format, Settings};
use super::stream::Stream;
use crate::error::Result;
use crate::model::network::Network;
use crate::units::Frames;

/// Frames of silence that are pushed at a time to bring the last samples out.
const TAIL: usize = 4096;

/// A [`Stream`] whose delay is taken off: output frame n belongs to input frame n, and there are as many.
#[derive(Debug)]
pub struct Offline {
    stream: Stream,
    /// Frames of delay still to be dropped.
    skip: u64,
    pushed: u64,
    given: u64,
    block: Vec<Vec<f32>>,
}

impl Offline {
    /// As [`Stream::new`].
    ///
    /// # Errors
    /// As [`Stream::new`].
    pub fn new(network: Box<dyn Network>, format: Format, settings: &Settings) -> Result<Self> {
        let stream = Stream::new(network, format, settings)?;
        Ok(Self {
            skip: stream.delay().0,
            pushed: 0,
            given: 0,
            block: vec![vec![0.0; TAIL]; format.channels],
            stream,
        })
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
        self.stream.push(input)?;
        self.pushed += input.first().map_or(0, |channel| channel.len()) as u64;
        self.drain(sink)
    }

    /// Ends the file: hands out what is left, so that as many frames came out as went in. The object then starts anew.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<Frames> {
        let silence = vec![0.0; TAIL];
        let silence = vec![silence.as_slice(); self.stream.format().channels];
        while self.given < self.pushed {
            self.stream.push(&silence)?;
            self.drain(sink)?;
        }
        let total = Frames(self.given);
        self.stream.reset()?;
        self.skip = self.stream.delay().0;
        (self.pushed, self.given) = (0, 0);
        Ok(total)
    }

    /// The stream inside, for reports.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    fn drain(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        loop {
            let mut out: Vec<&mut [f32]> = self.block.iter_mut().map(Vec::as_mut_slice).collect();
            let frames = self.stream.pull(&mut out);
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

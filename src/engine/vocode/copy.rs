//! Copy-synthesis: a recording to mel frames and back to sound, at its own rate, aligned and as long as it was.

use super::vocoder::{Choice, Vocoder};
use crate::dsp::mel::Analysis;
use crate::dsp::resample::Converter;
use crate::dsp::sanitise;
use crate::engine::alignment::Alignment;
use crate::error::{Error, Result};
use crate::model::network::Network;
use crate::units::Hz;

/// A vocoder between two conversions of the rate. Memory does not grow with the recording.
pub struct CopySynthesis {
    vocoder: Vocoder,
    rates: Option<Rates>,
    analyses: Vec<Analysis>,
    /// Mel frames of the block, a signal each.
    mel: Vec<Vec<f32>>,
    /// Host frames that came in and that went out.
    pushed: u64,
    given: u64,
}

struct Rates {
    there: Converter,
    back: Converter,
    /// Host frames that wait for the way there.
    before: Vec<Vec<f32>>,
    /// Model frames that wait for the way back.
    after: Vec<Vec<f32>>,
    hop: usize,
    alignment: Alignment,
    /// Host frames of delay still to be dropped.
    skip: u64,
    out: Vec<Vec<f32>>,
}

impl CopySynthesis {
    /// For recordings at `rate` with `channels` channels; the rest as [`Vocoder::new`].
    ///
    /// # Errors
    /// As [`Vocoder::new`]; [`Error::Setting`] for a rate that cannot be converted.
    pub fn new(
        network: Box<dyn Network>,
        rate: Hz,
        channels: usize,
        frames: usize,
        choice: &Choice,
    ) -> Result<Self> {
        let vocoder = Vocoder::new(network, channels, frames, choice)?;
        let definition = *vocoder.definition();
        let model = Hz(definition.rate);
        let rates = if rate == model {
            None
        } else {
            Some(Rates::new(rate, model, channels, definition.hop)?)
        };
        Ok(Self {
            analyses: (0..channels).map(|_| Analysis::new(definition)).collect(),
            mel: vec![Vec::new(); channels],
            vocoder,
            rates,
            pushed: 0,
            given: 0,
        })
    }

    /// The vocoder inside, for reports.
    #[must_use]
    pub fn vocoder(&self) -> &Vocoder {
        &self.vocoder
    }

    /// Takes the next frames of the recording, one slice a channel, and hands finished ones to `sink`.
    ///
    /// # Errors
    /// As [`Vocoder::push`].
    pub fn push(
        &mut self,
        input: &[&[f32]],
        sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        self.pushed += input.first().map_or(0, |channel| channel.len()) as u64;
        self.advance(input, sink)
    }

    /// Ends the recording, so that as many frames came out as went in.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        // Silence until what was pushed is through the conversions, and the frames of mel are whole.
        let hop = self.vocoder.definition().hop;
        let tail = match &self.rates {
            None => hop - 1,
            Some(rates) => rates.tail(),
        };
        let silence = vec![0.0; tail];
        let silence = vec![silence.as_slice(); self.analyses.len()];
        self.advance(&silence, sink)?;
        for (analysis, mel) in self.analyses.iter_mut().zip(&mut self.mel) {
            analysis.finish(mel);
        }
        let Self {
            mut vocoder,
            mut rates,
            mel,
            pushed,
            mut given,
            ..
        } = self;
        let mut end = |out: &[&[f32]]| deliver(&mut rates, pushed, &mut given, out, sink);
        let mel: Vec<&[f32]> = mel.iter().map(Vec::as_slice).collect();
        vocoder.push(&mel, &mut end)?;
        vocoder.finish(&mut end)?;
        if given < pushed {
            let zeros = vec![0.0; 8 * hop];
            let zeros = vec![zeros.as_slice(); mel.len()];
            while given < pushed {
                deliver(&mut rates, pushed, &mut given, &zeros, sink)?;
            }
        }
        Ok(())
    }

    fn advance(
        &mut self,
        input: &[&[f32]],
        sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        if input.len() != self.analyses.len() {
            let expected = format!("{} slices", self.analyses.len());
            return Err(Error::setting("channels", input.len(), expected));
        }
        match &mut self.rates {
            None => {
                for ((analysis, mel), channel) in
                    self.analyses.iter_mut().zip(&mut self.mel).zip(input)
                {
                    let safe: Vec<f32> = channel.iter().map(|s| sanitise::sample(*s)).collect();
                    analysis.push(&safe, mel);
                }
            }
            Some(rates) => {
                for (waiting, channel) in rates.before.iter_mut().zip(input) {
                    waiting.extend(channel.iter().map(|s| sanitise::sample(*s)));
                }
                let mut hop = vec![vec![0.0; rates.hop]; input.len()];
                while rates.before[0].len() >= rates.there.input_frames_next() {
                    let needed = rates.there.input_frames_next();
                    let block: Vec<Vec<f32>> = rates
                        .before
                        .iter_mut()
                        .map(|waiting| waiting.drain(..needed).collect())
                        .collect();
                    let made = rates.there.process(&block, &mut hop)?;
                    for ((analysis, mel), channel) in
                        self.analyses.iter_mut().zip(&mut self.mel).zip(&hop)
                    {
                        analysis.push(&channel[..made], mel);
                    }
                }
            }
        }
        let (pushed, given, rates) = (self.pushed, &mut self.given, &mut self.rates);
        let mel: Vec<&[f32]> = self.mel.iter().map(Vec::as_slice).collect();
        self.vocoder
            .push(&mel, &mut |out| deliver(rates, pushed, given, out, sink))?;
        self.mel.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

/// Brings samples of the model's rate to the recording's, and hands on what belongs to it.
fn deliver(
    rates: &mut Option<Rates>,
    pushed: u64,
    given: &mut u64,
    out: &[&[f32]],
    sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
) -> Result<()> {
    let mut give = |out: &[&[f32]]| {
        let frames = out.first().map_or(0, |channel| channel.len()) as u64;
        let wanted = frames.min(pushed - *given) as usize;
        *given += wanted as u64;
        let out: Vec<&[f32]> = out.iter().map(|channel| &channel[..wanted]).collect();
        if wanted > 0 { sink(&out) } else { Ok(()) }
    };
    match rates {
        None => give(out),
        Some(rates) => rates.back(out, &mut give),
    }
}

impl Rates {
    fn new(host: Hz, model: Hz, channels: usize, hop: usize) -> Result<Self> {
        let alignment = Alignment::new(host, model, 0);
        let back = Converter::to_host(model, host, channels, hop)?;
        Ok(Self {
            there: Converter::to_model(host, model, channels, hop)?,
            before: vec![Vec::new(); channels],
            after: vec![vec![0.0; alignment.padding]; channels],
            skip: alignment.delay.0,
            out: vec![vec![0.0; back.output_frames_max()]; channels],
            back,
            alignment,
            hop,
        })
    }

    /// Host frames of silence that bring the last ones of the recording through both conversions.
    fn tail(&self) -> usize {
        self.alignment.delay.0 as usize + 3 * self.there.input_frames_max()
    }

    fn back(
        &mut self,
        samples: &[&[f32]],
        give: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        for (waiting, channel) in self.after.iter_mut().zip(samples) {
            waiting.extend_from_slice(channel);
        }
        while self.after[0].len() >= self.hop {
            let block: Vec<Vec<f32>> = self
                .after
                .iter_mut()
                .map(|waiting| waiting.drain(..self.hop).collect())
                .collect();
            let made = self.back.process(&block, &mut self.out)?;
            let first = self.skip.min(made as u64) as usize;
            self.skip -= first as u64;
            let out: Vec<&[f32]> = self.out.iter().map(|c| &c[first..made]).collect();
            give(&out)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for CopySynthesis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopySynthesis")
            .field("vocoder", &self.vocoder)
            .finish_non_exhaustive()
    }
}

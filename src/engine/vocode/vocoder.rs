//! The vocoder: blocks of mel frames in, finished samples out.

use realfft::num_complex::Complex32;

use super::project::Chain;
use crate::dsp::mel::Definition;
use crate::dsp::mel_inverse::PseudoInverse;
use crate::dsp::spectrum;
use crate::dsp::stft::Synthesis;
use crate::engine::recipe::Recipe;
use crate::engine::reverse::Reverse;
use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::model::card::{Project, Transform};
use crate::model::network::Network;

/// What the user chooses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// Steps, sampler and seed; the rest of the settings is not used.
    pub settings: Settings,
    /// Stages of the projection; `None` takes the card's.
    pub projections: Option<usize>,
}

/// Sound from mel frames, for several signals at once.
///
/// The network runs on `frames` frames a call whatever the blocks that come, so the cut of the input does not change a bit
/// of the output. Memory is bounded: some hundred frames a signal.
#[derive(Debug)]
pub struct Vocoder {
    reverse: Reverse,
    definition: Definition,
    exponent: f32,
    scale: f32,
    frames: usize,
    signals: Vec<Signal>,
    inverse: PseudoInverse,
    /// Frames of mel that a spectrum lags behind, n of the module's text.
    lag: usize,
    start: Vec<f32>,
    condition: Vec<f32>,
    spectrum: Vec<Complex32>,
    linear: Vec<f32>,
    magnitudes: Vec<f32>,
    /// Network calls' frames so far, and frames that were pushed.
    called: u64,
    pushed: u64,
    /// Samples to be dropped before the first one that counts, and samples given.
    skip: u64,
    given: u64,
    stages: usize,
}

/// One signal's past.
#[derive(Debug)]
struct Signal {
    /// Frames that wait for a call, after the `lag` ones before them; logarithmic, one after the other.
    mel: Vec<f32>,
    /// P of each frame of the call, `[T, F]`.
    gains: Vec<f32>,
    synthesis: Synthesis,
    chain: Chain,
    out: Vec<f32>,
}

impl Vocoder {
    /// For `signals` signals, `frames` mel frames a call of the network (at most its `frames_max`).
    ///
    /// # Errors
    /// [`Error::Model`] for a network that is no vocoder; [`Error::Setting`] for steps or a sampler that do not fit it, or
    /// counts out of range.
    pub fn new(
        network: Box<dyn Network>,
        signals: usize,
        frames: usize,
        choice: &Choice,
    ) -> Result<Self> {
        let card = network.card();
        let definition = super::definition(card)?;
        let Recipe { plan, .. } = Recipe::new(card, &choice.settings)?;
        let most = network.frames_max();
        if signals == 0 || !(1..=most).contains(&frames) {
            return Err(Error::setting(
                "frames per call",
                format!("{frames} of {signals} signals"),
                format!("1 to {most} of at least one"),
            ));
        }
        let Transform::Stft {
            window,
            hop,
            exponent,
            scale,
            ..
        } = card.transform
        else {
            return Err(Error::setting("transform", "frames", "stft for a vocoder"));
        };
        let lag = card.lookahead + 1;
        let bound = card.mel.map_or(1.0, |mel| mel.bound);
        let none = Project {
            stages: 0,
            momentum: 0.0,
            relax: 1.0,
            limit: 0.0,
        };
        let mut project = card.project.unwrap_or(none);
        if let Some(stages) = choice.projections {
            if card.project.is_none() && stages > 0 {
                let expected = "0: the card of this model says nothing about projection";
                return Err(Error::setting("projections", stages, expected));
            }
            project.stages = stages;
        }
        let bins = window / 2 + 1;
        let signal = |_| Signal {
            mel: vec![definition.silence(); lag * definition.bands],
            gains: vec![0.0; frames * bins],
            synthesis: Synthesis::new(window, hop),
            chain: Chain::new(definition, project),
            out: Vec::new(),
        };
        let size = signals * 2 * frames * bins;
        let mut start = vec![0.0; size];
        for signal in start.chunks_exact_mut(2 * frames * bins) {
            signal[..frames * bins].fill(1.0); // zero phase: real part one
        }
        let mut vocoder = Self {
            inverse: PseudoInverse::new(&definition, window, bound)?,
            signals: (0..signals).map(signal).collect(),
            reverse: Reverse::new(
                network,
                plan,
                choice.settings.seed,
                signals,
                (2, bins),
                frames,
            ),
            start,
            condition: vec![0.0; signals * definition.bands * frames],
            spectrum: vec![Complex32::default(); bins],
            linear: vec![0.0; definition.bands],
            magnitudes: vec![0.0; bins],
            definition,
            exponent,
            scale,
            frames,
            lag,
            called: 0,
            pushed: 0,
            skip: 0,
            given: 0,
            stages: project.stages,
        };
        vocoder.skip = vocoder.chain_delay();
        Ok(vocoder)
    }

    /// The mel frames that it takes.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The network that runs.
    #[must_use]
    pub fn network(&self) -> &dyn Network {
        self.reverse.network()
    }

    /// Samples by which the sound lags the last mel frame's hop when it runs as a stream, without the wait for `frames` frames.
    #[must_use]
    pub fn delay(&self) -> u64 {
        (self.lag * self.definition.hop) as u64 + self.chain_delay()
    }

    fn chain_delay(&self) -> u64 {
        Chain::delay(&self.definition, self.stages) as u64
    }

    /// Takes the next mel frames of every signal (logarithmic, one frame after the other, as many for each) and hands
    /// finished samples to `sink`, one slice a signal.
    ///
    /// # Errors
    /// [`Error::Setting`] for slices that are no whole frames; of the network; whatever `sink` returns.
    pub fn push(
        &mut self,
        mel: &[&[f32]],
        sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        let bands = self.definition.bands;
        let length = mel.first().map_or(0, |frames| frames.len());
        if mel.len() != self.signals.len()
            || !length.is_multiple_of(bands)
            || mel.iter().any(|frames| frames.len() != length)
        {
            let found: Vec<usize> = mel.iter().map(|frames| frames.len()).collect();
            let expected = format!(
                "{} slices of equal length, a multiple of {bands} bands",
                self.signals.len()
            );
            return Err(Error::setting(
                "mel frames",
                format!("{found:?} numbers"),
                expected,
            ));
        }
        let floor = self.definition.silence();
        for (signal, mel) in self.signals.iter_mut().zip(mel) {
            let safe = mel.iter().map(|m| if *m > floor { *m } else { floor }); // NaN is silence, too
            signal.mel.extend(safe);
        }
        self.pushed += (length / bands) as u64;
        self.drain(sink)
    }

    /// Ends the signals: hands out what is left, so that `hop` samples came out for each frame. The object then starts anew.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        let (hop, bands) = (self.definition.hop, self.definition.bands);
        let total = self.pushed * hop as u64;
        for signal in &mut self.signals {
            signal.chain.end(total);
        }
        let silence = self.definition.silence();
        while self.given < total {
            for signal in &mut self.signals {
                let missing = (self.lag + self.frames) * bands - signal.mel.len();
                signal.mel.extend(std::iter::repeat_n(silence, missing));
            }
            self.drain(sink)?;
        }
        self.reset();
        Ok(())
    }

    /// Back to the start of a signal.
    pub fn reset(&mut self) {
        self.reverse.reset();
        let silence = vec![self.definition.silence(); self.lag * self.definition.bands];
        for signal in &mut self.signals {
            signal.mel.clone_from(&silence);
            signal.synthesis.reset();
            signal.chain.reset();
            signal.out.clear();
        }
        (self.called, self.pushed, self.given) = (0, 0, 0);
        self.skip = self.chain_delay();
    }

    fn drain(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        let whole = (self.lag + self.frames) * self.definition.bands;
        while self.signals.iter().all(|signal| signal.mel.len() >= whole) {
            self.call()?;
            self.hand_over(sink)?;
        }
        Ok(())
    }

    /// One call of the network: `frames` frames of every signal, to samples in `out`.
    fn call(&mut self) -> Result<()> {
        let (bands, bins, t) = (self.definition.bands, self.spectrum.len(), self.frames);
        for (index, signal) in self.signals.iter_mut().enumerate() {
            let condition = &mut self.condition[index * bands * t..][..bands * t];
            for frame in 0..t {
                let row = |at: usize| &signal.mel[at * bands..][..bands];
                let (older, newer) = (row(frame), row(frame + 1));
                for ((out, a), b) in self.linear.iter_mut().zip(older).zip(newer) {
                    *out = 0.5 * (a.exp() + b.exp());
                }
                self.inverse.apply(&self.linear, &mut self.magnitudes);
                let gains = &mut signal.gains[frame * bins..][..bins];
                for (gain, magnitude) in gains.iter_mut().zip(&self.magnitudes) {
                    *gain = self.scale * power(*magnitude, self.exponent);
                }
                for (band, value) in row(self.lag + frame).iter().enumerate() {
                    condition[band * t + frame] = *value;
                }
            }
        }
        let d = self.reverse.run_from(&self.start, &self.condition)?;
        let mut hop = vec![0.0; self.definition.hop];
        for (signal, d) in self
            .signals
            .iter_mut()
            .zip(d.chunks_exact_mut(2 * t * bins))
        {
            let (re, im) = d.split_at_mut(t * bins);
            for frame in 0..t {
                let span = frame * bins..(frame + 1) * bins;
                let (re, im) = (&mut re[span.clone()], &mut im[span.clone()]);
                for ((re, im), gain) in re.iter_mut().zip(im.iter_mut()).zip(&signal.gains[span]) {
                    *re *= gain;
                    *im *= gain;
                }
                spectrum::expand(re, im, self.exponent, self.scale, &mut self.spectrum);
                signal.synthesis.frame(&self.spectrum, &mut hop);
                let index = self.called + frame as u64;
                if index < self.pushed {
                    signal
                        .chain
                        .want(&signal.mel[(self.lag + frame) * bands..][..bands]);
                }
                if index < self.lag as u64 {
                    continue; // before the first sample
                }
                signal.chain.process(&mut hop);
                signal.out.extend_from_slice(&hop);
            }
            signal.mel.drain(..t * bands);
        }
        self.called += t as u64;
        Ok(())
    }

    fn hand_over(&mut self, sink: &mut dyn FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        let total = self.pushed * self.definition.hop as u64;
        let ready = self.signals[0].out.len() as u64;
        let first = self.skip.min(ready);
        self.skip -= first;
        let wanted = (ready - first).min(total - self.given);
        if wanted > 0 {
            let span = first as usize..(first + wanted) as usize;
            let out: Vec<&[f32]> = self.signals.iter().map(|s| &s.out[span.clone()]).collect();
            self.given += wanted;
            sink(&out)?;
        }
        self.signals
            .iter_mut()
            .for_each(|signal| signal.out.clear());
        Ok(())
    }
}

fn power(magnitude: f32, exponent: f32) -> f32 {
    if exponent == 0.5 {
        magnitude.sqrt()
    } else {
        magnitude.powf(exponent)
    }
}

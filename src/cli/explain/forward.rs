//! First chapter: the forward process, which turns any sound into noise.

use super::{Shelf, clip::Clip, headroom};
use crate::Result;
use crate::cli::plot::strip::{self, Panel};
use crate::diffusion::path::Path;
use crate::diffusion::schedule::Schedule;
use crate::dsp::noise;

/// DDPM's own schedule (2006.11239): after all of it nothing of the sound is left.
const DDPM: Schedule = Schedule::Linear {
    steps: 1000,
    first: 1e-4,
    last: 0.02,
};
/// The steps that are shown.
const SHOWN: [usize; 6] = [0, 60, 150, 300, 500, 999];

/// Pictures and sounds of the recording at six times of the forward process; returns the text of the chapter.
pub fn write(clip: &Clip, seed: u64, shelf: &Shelf) -> Result<String> {
    let path = Path::VpDiscrete {
        schedule: DDPM,
        fast: Vec::new(),
    };
    // The process is made for signals of power one.
    let power = clip.sound.iter().map(|x| f64::from(x * x)).sum::<f64>() / clip.sound.len() as f64;
    let level = power.sqrt() as f32;
    let unit: Vec<f32> = clip.sound.iter().map(|x| x / level).collect();
    let mut z = vec![0.0; unit.len()];
    noise::gaussian(seed, 0, 0, &mut z);

    let mut states = Vec::new();
    let mut panels = Vec::new();
    for step in SHOWN {
        let marginal = path.marginal(step as f64);
        let mut x = unit.clone();
        // At step 0 there is already a little noise; the first panel shows the recording itself.
        if step > 0 {
            marginal.apply(&mut x, &[], &z);
        }
        x.iter_mut().for_each(|sample| *sample *= level);
        let (title, note) = if step == 0 {
            ("the recording, x0".to_owned(), clip.name.clone())
        } else {
            let snr = 20.0 * (marginal.clean / marginal.noise).log10();
            let note = format!(
                "x = {:.2} x0 + {:.2} z    signal to noise {snr:+.0} dB",
                marginal.clean, marginal.noise
            );
            (format!("after step {} of 1000", step + 1), note)
        };
        panels.push(Panel::new(title, note, clip.rate, &x));
        states.push((step, x));
    }
    let title = "The forward process: noise is added until nothing else is left";
    strip::draw(title, &panels, 3).save(&shelf.place("1-forward.png"), shelf.overwrite)?;
    let gain = headroom(states.iter().map(|(_, x)| x.as_slice()));
    for (step, x) in &states {
        let name = match step {
            0 => "1-forward-0000.wav".to_owned(),
            step => format!("1-forward-{:04}.wav", step + 1),
        };
        shelf.sound(&name, clip.rate, x, gain)?;
    }
    Ok("1. The forward process (1-forward.png, 1-forward-*.wav)\n   \
        Each step keeps a little less of the sound and adds a little noise. A network that can tell how much noise\n   \
        there is in any of these states can walk the way back: that is all that diffusion is.\n"
        .into())
}

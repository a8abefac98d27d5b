//! The worker is real, its first network is one that loses its device, and the CPU's is a real one of the same latency.

use std::time::{Duration, Instant};

use super::*;
use crate::engine::Settings;
use crate::engine::latency::Budget;
use crate::engine::session;
use crate::engine::worker::{AudioSide, Blocks};
use crate::live::status::{Status, Wish};
use crate::model::fake::Fake;
use crate::model::{EngineChoice, Options, registry};
use crate::units::Hz;

type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

const BLOCK: usize = 256;
const FORMAT: Format = Format {
    rate: Hz(48_000),
    channels: 1,
    frames_per_call: 1,
};

/// What was said.
#[derive(Default)]
struct Said(Vec<Event>);

impl Screen for Said {
    fn event(&mut self, event: &Event) {
        self.0.push(event.clone());
    }
    fn show(&mut self, _: &Status) {}
    fn wishes(&mut self) -> Vec<Wish> {
        Vec::new()
    }
    fn is_cancelled(&self) -> bool {
        false
    }
}

fn choice() -> Result<Choice> {
    Ok(Choice {
        model: registry::open(registry::FIRST_DENOISER)?,
        options: Options {
            engine: EngineChoice::Auto,
            device: Device::Webgpu,
            ..Options::default()
        },
        settings: Settings::default(),
    })
}

/// A worker whose device goes away after twenty hops.
fn leaving() -> Result<(Worker, AudioSide)> {
    let network = Fake::identity(480).on("webgpu").failing_at(23);
    let stream = session::stream(Box::new(network), FORMAT, &Settings::default())?;
    let blocks = Blocks {
        most: BLOCK,
        fixed: false,
        budget: Budget::FULL,
    };
    Worker::spawn(stream, &Settings::default(), blocks)
}

/// Noise, which the real network takes away and the fake one leaves.
fn noise(frames: usize) -> Vec<f32> {
    let mut state = 1u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.1 * (state as f32 / u32::MAX as f32 - 0.5)
    })
    .take(frames)
    .collect()
}

fn energy(signal: &[f32]) -> f32 {
    signal.iter().map(|v| v * v).sum()
}

fn process(audio: &mut AudioSide, input: &[f32], patience: Duration) -> Vec<f32> {
    let mut out = input.to_vec();
    for block in out.chunks_mut(BLOCK) {
        audio.process_patiently(&mut [block], patience);
    }
    out
}

/// Tends until `done`.
fn tend_until(
    done: impl Fn(&Said) -> bool,
    rescue: &mut Rescue,
    choice: &mut Choice,
    worker: &Worker,
    said: &mut Said,
) -> Result<()> {
    let began = Instant::now();
    while !done(said) {
        assert!(began.elapsed().as_secs() < 120, "{:?}", said.0);
        rescue.tend(choice, (worker, FORMAT), said)?;
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

#[test]
fn the_cpu_takes_over_and_the_reason_is_said() -> Outcome {
    let (worker, mut audio) = leaving()?;
    let (mut choice, mut said) = (choice()?, Said::default());
    let mut rescue = Rescue::new(true);
    let latency = audio.latency();
    let input = noise(96_000);
    let mut out = process(&mut audio, &input[..19_200], Duration::from_secs(20));
    assert!(worker.report().device_lost);
    tend_until(
        |said| !said.0.is_empty(),
        &mut rescue,
        &mut choice,
        &worker,
        &mut said,
    )?;
    let began = Instant::now();
    while worker.report().renewals == 0 {
        assert!(began.elapsed().as_secs() < 20, "it was not swapped in");
    }
    out.extend(process(
        &mut audio,
        &input[19_200..],
        Duration::from_secs(20),
    ));
    let [Event::Rescued(why, about)] = said.0.as_slice() else {
        panic!("{:?}", said.0)
    };
    assert!(why.contains("fake on webgpu"), "{why}");
    assert!(about.engine.ends_with(" on cpu"), "{}", about.engine);
    let note = about.notes.join(" ");
    assert!(
        note.contains("the device is not used any more: the network failed on fake on webgpu"),
        "{note}"
    );
    assert_eq!(choice.options.device, Device::Cpu);
    assert_eq!(audio.latency(), latency);
    assert!(
        energy(&out[76_800..]) < 0.1 * energy(&input[76_800..]),
        "it does not clean"
    );
    assert!(worker.report().failure.is_none());
    Ok(())
}

#[test]
fn or_the_session_ends_with_an_error_that_says_so() -> Outcome {
    let (worker, mut audio) = leaving()?;
    let (mut choice, mut said) = (choice()?, Said::default());
    let mut rescue = Rescue::new(false);
    process(&mut audio, &noise(19_200), Duration::from_secs(20));
    let failed = tend_until(|_| false, &mut rescue, &mut choice, &worker, &mut said);
    let text = failed
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        text.starts_with("--device webgpu: was lost: the network failed on fake on webgpu"),
        "{text}"
    );
    assert!(text.contains("--on-device-loss cpu"), "{text}");
    Ok(())
}

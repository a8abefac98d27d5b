//! On a device, calls overlap with everything else: proven by what happens while a call is held, not by a clock.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use diffwav::engine::{Format, Offline, Settings};
use diffwav::error::{Error, Result};
use diffwav::model::card::{Card, Normalise};
use diffwav::model::fake::Fake;
use diffwav::model::{Caches, Call, Network};

use crate::support::{format, noise, offline};

/// Long enough for any machine; a test that needs it all has failed anyway.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls that were begun, and calls that were handed over, on any thread.
#[derive(Clone, Default)]
struct Watch(Arc<(Mutex<(usize, usize)>, Condvar)>);

impl Watch {
    fn change(&self, change: impl FnOnce(&mut (usize, usize))) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    /// Waits until the counts are as wanted; false when they never are.
    fn wait(&self, wanted: impl Fn((usize, usize)) -> bool) -> bool {
        let counts = self.0.0.lock().unwrap();
        let (_counts, waited) = self
            .0
            .1
            .wait_timeout_while(counts, PATIENCE, |counts| !wanted(*counts))
            .unwrap();
        !waited.timed_out()
    }

    fn begun(&self) -> usize {
        self.0.0.lock().unwrap().0
    }
}

/// A network with memory, whose run `n` ends when at least `needs(n)` calls were handed over; a call of two steps is two
/// runs.
struct Held<F> {
    inner: Fake,
    watch: Watch,
    needs: F,
}

impl<F: Fn(usize) -> usize + Send> Network for Held<F> {
    fn card(&self) -> &Card {
        self.inner.card()
    }
    fn engine(&self) -> &str {
        self.inner.engine()
    }
    fn frames_max(&self) -> usize {
        self.inner.frames_max()
    }
    fn caches(&self, batch: usize) -> Caches {
        self.inner.caches(batch)
    }
    fn run(&mut self, call: Call<'_>) -> Result<()> {
        let number = self.watch.begun();
        self.watch.change(|(begun, _)| *begun += 1);
        let needed = (self.needs)(number);
        if !self.watch.wait(|(_, handed)| handed >= needed) {
            return Err(Error::Inference {
                engine: "fake on webgpu".to_owned(),
                problem: format!("nobody brought call {needed} while call {number} ran"),
                alternative: "--device cpu",
            });
        }
        self.inner.run(call)
    }
}

/// Levels are taken out and put back, and the past counts.
fn network() -> Fake {
    Fake::one_pole(480, 0.6).edit(|card| {
        card.normalise = Some(Normalise::PeakFollower {
            release_seconds: 0.1,
            floor: 0.05,
        });
    })
}

fn settings() -> Settings {
    Settings {
        steps: Some(2),
        link: true,
        ..Settings::default()
    }
}

/// Noise that swells, so that every call has levels of its own.
fn swelling(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut input = noise(5, channels, frames);
    for plane in &mut input {
        for (n, sample) in plane.iter_mut().enumerate() {
            *sample *= (n as f32 * 2e-4).sin();
        }
    }
    input
}

/// One call's worth of frames a push, and then the end.
fn by_calls(mut engine: Offline, input: &[f32], call: usize, watch: &Watch) -> Result<Vec<f32>> {
    let mut out = Vec::new();
    let mut sink = |planes: &[&[f32]]| {
        out.extend_from_slice(planes[0]);
        Ok(())
    };
    for block in input.chunks(call) {
        engine.push(&[block], &mut sink)?;
        watch.change(|(_, handed)| *handed += 1);
    }
    engine.finish(&mut sink)?;
    Ok(out)
}

#[test]
fn a_device_gives_the_bits_of_the_callers_thread() {
    for (rate, channels, per_call) in [
        (48_000, 1, 1),
        (48_000, 2, 4),
        (44_100, 2, 4),
        (96_000, 3, 16),
        (48_000, 1, 16),
    ] {
        for (frames, chunk) in [
            (0, 1),
            (1, 1),
            (479, 479),
            (30_001, 1_000),
            (60_000, 60_000),
        ] {
            let input = swelling(channels, frames);
            let format = format(rate, channels, per_call);
            let run =
                |network: Fake| offline(Box::new(network), format, &settings(), &input, chunk);
            let (here, beside) = (run(network()), run(network().on("webgpu")));
            for (here, beside) in here.iter().zip(&beside) {
                assert_eq!(here.len(), frames);
                let differs = (0..frames).find(|n| here[*n].to_bits() != beside[*n].to_bits());
                assert_eq!(
                    differs, None,
                    "{rate} Hz, {channels} channels, {per_call} a call, {frames} frames"
                );
                assert_eq!(here.len(), beside.len());
            }
        }
    }
}

#[test]
fn the_next_call_is_made_ready_while_one_runs() {
    const CALLS: usize = 8;
    let format = format(48_000, 1, 4);
    let call = 4 * 480;
    let input = swelling(1, CALLS * call).remove(0);
    let watch = Watch::default();
    // Call n does not end before call n + 1 was handed over: one after the other would never get there.
    let held = Held {
        inner: network().on("webgpu"),
        watch: watch.clone(),
        needs: |run: usize| (run / 2 + 2).min(CALLS),
    };
    let engine = Offline::new(Box::new(held), format, &settings()).unwrap();
    let out = by_calls(engine, &input, call, &watch).unwrap();
    let here = Offline::new(Box::new(network()), format, &settings()).unwrap();
    assert_eq!(
        out,
        by_calls(here, &input, call, &Watch::default()).unwrap()
    );
}

#[test]
fn no_more_than_two_calls_are_under_way() {
    let format = format(48_000, 1, 4);
    let call = 4 * 480;
    let input = swelling(1, 8 * call).remove(0);
    let watch = Watch::default();
    // Call 0 ends when three were handed over; the third finds no room before call 0 has ended.
    let held = Held {
        inner: network().on("webgpu"),
        watch: watch.clone(),
        needs: |number| if number == 0 { 100 } else { 0 },
    };
    let mut engine = Offline::new(Box::new(held), format, &settings()).unwrap();
    let mut nothing = |_: &[&[f32]]| Ok(());
    engine.push(&[&input[..call]], &mut nothing).unwrap();
    engine
        .push(&[&input[call..2 * call]], &mut nothing)
        .unwrap();
    assert!(watch.wait(|(begun, _)| begun == 1));
    std::thread::scope(|scope| {
        let third = scope.spawn(|| {
            engine
                .push(&[&input[2 * call..3 * call]], &mut nothing)
                .unwrap();
        });
        std::thread::sleep(Duration::from_millis(100));
        assert!(!third.is_finished(), "a third call found room");
        assert_eq!(watch.begun(), 1, "two calls run at once");
        watch.change(|(_, handed)| *handed = 100);
        third.join().unwrap();
    });
}

#[test]
fn who_gives_up_waits_for_the_call_that_runs_and_no_other() {
    let format = format(48_000, 1, 1);
    let input = swelling(1, 960).remove(0);
    let watch = Watch::default();
    let held = Held {
        inner: network().on("webgpu"),
        watch: watch.clone(),
        needs: |_| 1,
    };
    // With one step, a call is one run of the network.
    let settings = Settings {
        steps: Some(1),
        ..Settings::default()
    };
    let mut engine = Offline::new(Box::new(held), format, &settings).unwrap();
    engine.push(&[&input], &mut |_| Ok(())).unwrap();
    assert!(watch.wait(|(begun, _)| begun == 1));
    std::thread::scope(|scope| {
        let dropping = scope.spawn(move || drop(engine));
        std::thread::sleep(Duration::from_millis(50));
        watch.change(|(_, handed)| *handed = 1);
        dropping.join().unwrap();
    });
    assert_eq!(watch.begun(), 1);
}

/// Pushes call after call until one fails.
fn until_it_fails(mut engine: Offline, format: Format) -> Error {
    let block = vec![0.1; 480 * format.frames_per_call];
    for _ in 0..20 {
        if let Err(error) = engine.push(&[&block], &mut |_| Ok(())) {
            return error;
        }
    }
    panic!("nothing failed");
}

#[test]
fn a_failure_comes_back_and_what_waits_behind_it_does_not_run() {
    let format = format(48_000, 1, 2);
    let failing = network().on("webgpu").failing_at(6);
    let engine = Offline::new(Box::new(failing), format, &settings()).unwrap();
    let error = until_it_fails(engine, format);
    assert_eq!(error.lost_device(), Some("webgpu"));
    assert!(error.to_string().contains("call 6 fails"), "{error}");
    // A sink that fails (a full disk, Ctrl-C) ends it as well.
    let engine = Offline::new(Box::new(network().on("webgpu")), format, &settings());
    let mut engine = engine.unwrap();
    let block = vec![0.1; 9_600];
    let stopped = engine.push(&[&block], &mut |_| Err(Error::Interrupted));
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
}

/// A network with a fault.
struct Panicking(Fake);

impl Network for Panicking {
    fn card(&self) -> &Card {
        self.0.card()
    }
    fn engine(&self) -> &str {
        "panicking on webgpu"
    }
    fn frames_max(&self) -> usize {
        self.0.frames_max()
    }
    fn caches(&self, batch: usize) -> Caches {
        self.0.caches(batch)
    }
    fn run(&mut self, _: Call<'_>) -> Result<()> {
        panic!("a fault in the network");
    }
}

#[test]
fn a_thread_that_panics_is_an_error_and_nobody_waits_for_it() {
    let format = format(48_000, 1, 1);
    let engine = Offline::new(Box::new(Panicking(network())), format, &settings()).unwrap();
    let error = until_it_fails(engine, format);
    assert!(
        error.to_string().contains("stopped by a fault of diffwav"),
        "{error}"
    );
}

//! Too little time: steps are left out before audio is, at the same latency and without a click; and they come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use diffwav::engine::latency::Budget;
use diffwav::engine::reverse::Pace;
use diffwav::engine::worker::{AudioSide, Blocks, Worker};
use diffwav::engine::{Format, Settings, Stream};
use diffwav::error::Result;
use diffwav::model::card::Card;
use diffwav::model::fake::Fake;
use diffwav::model::{Caches, Call, Network};
use diffwav::units::Hz;

use crate::gate::{PATIENCE, largest_step, process, sine};

/// D = (1 − t/2)·y: each step of the process has another result, so it shows how many ran. A call takes the time that
/// is set.
struct Stepped {
    identity: Fake,
    microseconds: Arc<AtomicU64>,
}

impl Network for Stepped {
    fn card(&self) -> &Card {
        self.identity.card()
    }
    fn engine(&self) -> &str {
        "stepped"
    }
    fn frames_max(&self) -> usize {
        Network::frames_max(&self.identity)
    }
    fn caches(&self, batch: usize) -> Caches {
        self.identity.caches(batch)
    }
    fn run(&mut self, call: Call<'_>) -> Result<()> {
        std::thread::sleep(Duration::from_micros(self.microseconds.load(Relaxed)));
        for (out, y) in call.out.iter_mut().zip(call.y) {
            *out = (1.0 - 0.5 * call.time) * y;
        }
        Ok(())
    }
}

fn stepped(steps: usize, microseconds: &Arc<AtomicU64>) -> Stream {
    let network = Box::new(Stepped {
        identity: Fake::identity(480),
        microseconds: Arc::clone(microseconds),
    });
    let format = Format {
        rate: Hz(48_000),
        channels: 1,
        frames_per_call: 1,
    };
    let settings = Settings {
        steps: Some(steps),
        ..Settings::default()
    };
    Stream::new(network, format, &settings).unwrap()
}

fn pace(stages: usize) -> Pace {
    Pace {
        stages,
        within: None,
    }
}

/// Runs a stream hop by hop; `before` may change its pace.
fn hops(
    stream: &mut Stream,
    input: &[f32],
    mut before: impl FnMut(&mut Stream, usize),
) -> Vec<f32> {
    let mut out = vec![0.0; input.len()];
    for (hop, (input, out)) in input.chunks(480).zip(out.chunks_mut(480)).enumerate() {
        before(stream, hop);
        stream.push(&[input]).unwrap();
        stream.pull(&mut [out]);
    }
    out
}

#[test]
fn stages_go_and_come_without_a_click_and_without_delay() {
    let none = Arc::new(AtomicU64::new(0));
    let input = sine(480 * 400);
    // The first stage sees time 1, so its D is a quarter of the input in amplitude (0.5 in the compressed domain).
    let whole = hops(&mut stepped(2, &none), &input, |_, _| {});
    let one = hops(&mut stepped(1, &none), &input, |_, _| {});
    let changing = hops(&mut stepped(2, &none), &input, |stream, hop| match hop {
        100 => stream.set_pace(pace(1)),
        200 => stream.set_pace(pace(2)),
        _ => {}
    });
    let same = |from: usize, to: usize, other: &[f32]| {
        (480 * from..480 * to).find(|n| (changing[*n] - other[*n]).abs() > 1e-6)
    };
    assert_eq!(same(0, 100, &whole), None);
    assert_eq!(
        same(102, 250, &one),
        None,
        "the first stage alone, and it warms up"
    );
    assert_eq!(same(252, 400, &whole), None, "the whole process again");
    let own = largest_step(&input);
    let change = largest_step(&whole).max(largest_step(&one));
    // Two frames overlap by 480 samples: the crossfade adds at most the difference in level over half of it.
    assert!(
        largest_step(&changing) < change + 0.5 * 0.5 / 240.0,
        "{own}"
    );
}

#[test]
fn time_that_runs_out_ends_the_process_within_the_hop() {
    let time = Arc::new(AtomicU64::new(0));
    let input = sine(480 * 40);
    let one = hops(&mut stepped(1, &time), &input, |_, _| {});
    time.store(3_000, Relaxed);
    let mut stream = stepped(4, &time);
    let began = Instant::now();
    let cut = hops(&mut stream, &input, |stream, _| {
        stream.set_pace(Pace {
            stages: 4,
            within: Some(Duration::from_millis(4)),
        });
    });
    assert_eq!(stream.reverse().running(), 1);
    assert!(
        began.elapsed() < Duration::from_millis(3 * 4 * 40),
        "all stages ran"
    );
    assert!(cut.iter().zip(&one).all(|(a, b)| (a - b).abs() < 1e-6));
}

/// A worker whose stages take `microseconds`, and blocks of 480 that come in real time.
struct World {
    worker: Worker,
    audio: AudioSide,
    at: usize,
    input: Vec<f32>,
    out: Vec<f32>,
}

impl World {
    fn new(microseconds: &Arc<AtomicU64>, seconds: usize) -> Self {
        let blocks = Blocks {
            most: 480,
            fixed: true,
            budget: Budget::FULL,
        };
        let (worker, audio) =
            Worker::spawn(stepped(2, microseconds), &Settings::default(), blocks).unwrap();
        Self {
            worker,
            audio,
            at: 0,
            input: sine(48_000 * seconds),
            out: Vec::new(),
        }
    }

    /// Until the worker's report satisfies `wanted` or the input ends.
    fn until(&mut self, wanted: impl Fn(&diffwav::engine::worker::Report) -> bool) -> bool {
        let mut next = Instant::now();
        while self.at + 480 <= self.input.len() {
            let mut block = self.input[self.at..self.at + 480].to_vec();
            nice_assert_no_alloc::assert_no_alloc(|| self.audio.process(&mut [&mut block]));
            self.out.extend_from_slice(&block);
            self.at += 480;
            next += Duration::from_millis(10);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            if wanted(&self.worker.report()) {
                return true;
            }
        }
        false
    }
}

#[test]
fn the_governor_saves_audio_and_returns() {
    // Two stages of 7 ms do not fit into a hop of 10 ms, one does.
    let time = Arc::new(AtomicU64::new(500));
    let mut world = World::new(&time, 30);
    world.worker.set_adaptive(true);
    assert!(world.until(|report| report.hops >= 50));
    time.store(7_000, Relaxed);
    assert!(world.until(|report| report.stages == 1 && report.lowered > 0));
    let (late, hops) = {
        let report = world.worker.report();
        (report.late_frames, report.hops)
    };
    assert!(world.until(|report| report.hops >= hops + 200));
    let lost = world.worker.report().late_frames - late;
    // A busy machine may lose a block or two; without the governor 40 % would be lost, more than 38000 frames.
    assert!(lost < 9_600, "{lost} of 96000 frames lost");
    time.store(500, Relaxed);
    assert!(
        world.until(|report| report.stages == 2),
        "never raised: {:?}",
        world.worker.report()
    );
    assert!(largest_step(&world.out) < largest_step(&world.input) + 0.5 * 2.0 / 384.0);
}

#[test]
fn without_leave_no_stage_is_left_out() {
    let time = Arc::new(AtomicU64::new(7_000));
    let mut world = World::new(&time, 3);
    assert!(!world.until(|report| report.stages == 1));
    let report = world.worker.report();
    assert_eq!(
        (report.stages, report.stages_full, report.lowered),
        (2, 2, 0)
    );
    assert!(report.late_frames > 0, "{report:?}");
}

#[test]
fn steps_change_while_audio_runs() {
    let none = Arc::new(AtomicU64::new(0));
    let blocks = Blocks {
        most: 256,
        fixed: true,
        budget: Budget::FULL,
    };
    let (worker, mut audio) =
        Worker::spawn(stepped(1, &none), &Settings::default(), blocks).unwrap();
    let input = sine(48_000 * 4);
    let half = 256 * 375;
    let mut out = process(&mut audio, &input[..half], 256, PATIENCE);
    worker.swap(stepped(2, &none)).unwrap();
    out.extend(process(&mut audio, &input[half..], 256, PATIENCE));
    let whole = hops(&mut stepped(2, &none), &input, |_, _| {});
    let shift = audio.latency().0 as usize - 480;
    for n in (half + 48_000..out.len()).step_by(7) {
        assert!((out[n] - whole[n - shift]).abs() < 1e-5, "frame {n}");
    }
    assert!(largest_step(&out) < largest_step(&input) + 0.5 * 2.0 / 384.0);
    let report = worker.report();
    assert_eq!(
        (report.swaps, report.stages_full, report.late_frames),
        (1, 2, 0)
    );
}

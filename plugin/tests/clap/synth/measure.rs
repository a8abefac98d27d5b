//! What the instrument costs. Not a test:
//! `cargo test -p diffwav-plugin --test clap synth::measure -- --ignored --nocapture`.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use diffwav_plugin::synth::instance::Instance;
use diffwav_plugin::synth::pads::PADS;
use diffwav_plugin::synth::params::SynthParams;
use diffwav_plugin::synth::player::Player;
use diffwav_plugin::synth::shelf::AHEAD;

use super::stage::{instance, real, synth};
use crate::measure::{cpu, memory};

const RATE: u32 = 48_000;
const BLOCK: usize = 256;

/// A beat at 120: pads and the frames between their notes, seven a second.
const BEAT: [(usize, usize); 3] = [(2, 12_000), (0, 24_000), (1, 48_000)];

/// An instance and its player, in real time.
struct Playing {
    params: Arc<SynthParams>,
    instance: Arc<Instance>,
    player: Player,
    began: Instant,
    block: usize,
}

impl Playing {
    fn new() -> Self {
        let began = Instant::now();
        let (params, instance, player) = instance(RATE);
        Self {
            params,
            instance,
            player,
            began,
            block: 0,
        }
    }

    /// One block, when it is due.
    fn go_on(&mut self, beat: bool) {
        let controls = self.params.controls(RATE);
        self.player.take_deliveries(&controls);
        let start = self.block * BLOCK;
        for (pad, every) in BEAT {
            if beat && start.next_multiple_of(every) < start + BLOCK {
                self.player.note_on(pad, 0, 0.8, &controls, None);
            }
        }
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        self.player.render(&mut left, &mut right, &controls);
        self.block += 1;
        let due = Duration::from_secs_f64((self.block * BLOCK) as f64 / f64::from(RATE));
        std::thread::sleep(due.saturating_sub(self.began.elapsed()));
    }

    /// Pads that have had a hit.
    fn begun(&self) -> usize {
        let status = self.instance.status();
        let had = |pad: &&diffwav_plugin::synth::instance::PadView| pad.picture.is_some();
        status.pads.iter().filter(had).count()
    }

    fn ready(&self) -> usize {
        let pads = self.instance.shared.pads.iter();
        pads.map(|pad| pad.ready.load(Relaxed) as usize).sum()
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.instance.close();
    }
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn time_to_fill_and_cost_of_playing() {
    let _world = real();
    println!("nothing loaded: {:.0} MB", memory());
    for beat in [false, true] {
        println!(
            "{}",
            if beat {
                "a beat plays:"
            } else {
                "nothing plays:"
            }
        );
        let (mut playing, before) = (Playing::new(), cpu());
        let report = |playing: &Playing, what: &str| {
            println!(
                "  {what} after {:.1} s ({:.1} s of processor time), {} hits ready, {} of {} notes dry, {:.0} MB",
                playing.began.elapsed().as_secs_f64(),
                cpu() - before,
                playing.ready(),
                playing.instance.shared.dry(),
                playing
                    .instance
                    .shared
                    .pads
                    .iter()
                    .map(|pad| pad.notes.load(Relaxed))
                    .sum::<u32>(),
                memory()
            );
        };
        for (what, pads, hits) in [
            ("the first pad has its first hit", 1, 0),
            ("every pad has its first hit", PADS, 0),
            ("half of the hits are ready", PADS, PADS * AHEAD / 2),
            ("all hits but two are ready", PADS, PADS * AHEAD - 2),
        ] {
            while (playing.begun() < pads || playing.ready() < hits)
                && playing.began.elapsed() < Duration::from_secs(90)
            {
                playing.go_on(beat);
            }
            report(&playing, what);
        }
        // What the filled pools cost.
        let (at, before, dry) = (Instant::now(), cpu(), playing.instance.shared.dry());
        while at.elapsed() < Duration::from_secs(10) {
            playing.go_on(beat);
        }
        println!(
            "  then: {:.0} % of a core, {} notes dry",
            100.0 * (cpu() - before) / at.elapsed().as_secs_f64(),
            playing.instance.shared.dry() - dry
        );
    }
}

#[test]
#[ignore = "measures; needs a quiet machine"]
fn memory_of_instances() {
    let _world = real();
    let mut plugins: Vec<_> = Vec::new();
    for count in [1, 2, 4, 8] {
        while plugins.len() < count {
            let mut plugin = synth();
            let stopped = plugin.activate(48_000.0, 512);
            plugins.push((plugin, stopped));
        }
        std::thread::sleep(Duration::from_secs(10 * count as u64));
        println!("{count} instances: {:.0} MB", memory());
    }
    for (mut plugin, stopped) in plugins {
        plugin.deactivate(stopped);
    }
}

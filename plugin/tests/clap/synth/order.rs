//! In which order hits are made: by what was asked of the source, not by the clock.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use diffwav::error::Result;
use diffwav::units::Hz;
use diffwav_plugin::synth::pads::PADS;
use diffwav_plugin::synth::recipe::seed;
use diffwav_plugin::synth::source::{HitSource, Order};

use super::stage::{KICK, STRUCK, Struck, What, play, synth, with_any};
use crate::host::on_audio_thread;

/// A source that tells what it is asked for, and makes it when it is allowed to.
struct Told {
    struck: Struck,
    asked: Sender<u64>,
    allowed: Arc<Mutex<Receiver<()>>>,
}

impl HitSource for Told {
    fn about(&self) -> String {
        self.struck.about()
    }
    fn rate(&self) -> Hz {
        self.struck.rate()
    }
    fn classes(&self) -> &[String] {
        self.struck.classes()
    }
    fn seconds_max(&self) -> f32 {
        self.struck.seconds_max()
    }
    fn make(&mut self, orders: &[Order]) -> Result<Vec<Vec<f32>>> {
        for order in orders {
            // When the test is over, nobody listens.
            let _ = self.asked.send(order.seed);
            let _ = self.allowed.lock().map(|allowed| allowed.recv());
        }
        self.struck.make(orders)
    }
}

/// Pad and number of the hits in the order in which they were made, while `notes` are played during each.
fn order(notes: &[u8], count: usize) -> Vec<(usize, u64)> {
    let (asked, hears) = channel();
    let (allow, allowed) = channel();
    let allowed = Arc::new(Mutex::new(allowed));
    let _world = with_any(move || {
        Box::new(Told {
            struck: STRUCK,
            asked: asked.clone(),
            allowed: Arc::clone(&allowed),
        })
    });
    // The song's seed and the pads' are 1 in a new instance.
    let which = |asked: u64| {
        (0..PADS)
            .flat_map(|pad| (0..4 * count as u64).map(move |number| (pad, number)))
            .find(|(pad, number)| seed(1, *pad, 1, Some(*number)) == asked)
    };
    let mut plugin = synth();
    let events: Vec<_> = notes.iter().map(|note| (0, What::On(*note, 1.0))).collect();
    let stopped = plugin.activate(48_000.0, 256);
    let (stopped, made) = on_audio_thread(move || {
        let mut started = stopped.start_processing().unwrap();
        let mut made = Vec::new();
        while made.len() < count {
            let asked = hears.recv().unwrap();
            // What a pad's hits vary has a seed of its own.
            made.extend(which(asked));
            play(&mut started, 64, || 64, &events, false);
            allow.send(()).unwrap();
        }
        drop(allow);
        (started.stop_processing(), made)
    });
    plugin.deactivate(stopped);
    made
}

#[test]
fn every_pad_has_its_first_hit_before_any_has_a_second() {
    for notes in [&[][..], &[KICK], &[KICK; 3], &[KICK, 65, 54]] {
        let made = order(notes, PADS + 8);
        let mut pads: Vec<usize> = made[..PADS].iter().map(|(pad, _)| *pad).collect();
        pads.sort_unstable();
        assert_eq!(pads, (0..PADS).collect::<Vec<_>>(), "{notes:?}: {made:?}");
    }
}

#[test]
fn pads_that_are_played_are_not_left_to_repeats() {
    // A note of each while a sound is made.
    let made = order(&[KICK, 65], PADS + 20);
    for pad in [0, 14] {
        let served = made[PADS..].iter().filter(|(of, _)| *of == pad).count();
        assert!((9..=11).contains(&served), "pad {pad}: {made:?}");
    }
    // And in turn, once it has found out how far ahead it has to work.
    for pair in made[PADS + 8..].windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "{made:?}");
    }
}

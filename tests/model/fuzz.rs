//! Mutated cards and files never panic. Some seconds by default; DIFFWAV_FUZZ_SECONDS=600 for a long run.

use std::time::{Duration, Instant};

use diffwav::model::card::Card;
use diffwav::model::{EngineChoice, Model, Options, load};

use crate::onnx;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.roll(4) {
            if bytes.is_empty() {
                return;
            }
            let at = self.roll(bytes.len());
            match self.roll(6) {
                0 => bytes[at] ^= 1 << self.roll(8),
                1 => bytes[at] = self.roll(256) as u8,
                2 => drop(bytes.drain(at..(at + self.roll(16)).min(bytes.len()))),
                3 => {
                    let copy = bytes[at..(at + self.roll(64)).min(bytes.len())].to_vec();
                    let to = self.roll(bytes.len());
                    bytes.splice(to..to, copy);
                }
                4 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'-', b'9', b'e'][self.roll(9)],
                _ => bytes.truncate(at),
            }
        }
    }
}

fn seconds(share: f64) -> Duration {
    let all = std::env::var("DIFFWAV_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(6.0);
    Duration::from_secs_f64(share * all)
}

/// Calls `case` with a die for each round until the time is over; returns the rounds.
fn rounds(share: f64, mut case: impl FnMut(&mut Dice)) -> u64 {
    let start = Instant::now();
    let mut round = 0u64;
    while start.elapsed() < seconds(share) || round < 100 {
        round += 1;
        case(&mut Dice(round.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
    }
    round
}

#[test]
fn cards() {
    let card = onnx::card();
    let mut valid = 0;
    let rounds = rounds(0.25, |dice| {
        let mut bytes = card.clone().into_bytes();
        dice.mutate(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        valid += usize::from(Card::parse("fuzz", &text).is_ok());
    });
    println!("{rounds} cards, {valid} of them still valid");
}

/// The real file with its weights cut down would not be valid; so mutate near the structure, at the end and the
/// start, more often than in the middle of the weights.
fn mutated(real: &[u8], dice: &mut Dice) -> Vec<u8> {
    let n = real.len();
    let (from, to) = match dice.roll(3) {
        0 => (0, 20_000.min(n)),
        1 => (n.saturating_sub(20_000), n),
        _ => (0, n),
    };
    let mut piece = real[from..to].to_vec();
    dice.mutate(&mut piece);
    [&real[..from], &piece, &real[to..]].concat()
}

#[test]
fn files() {
    let real = onnx::real();
    let mut valid = 0;
    let rounds = rounds(0.25, |dice| {
        valid += usize::from(Model::read("fuzz", mutated(&real, dice)).is_ok());
    });
    println!("{rounds} files, {valid} of them still valid");
}

#[test]
fn files_on_the_embedded_engine() {
    let real = onnx::real();
    let options = Options {
        engine: EngineChoice::Tract,
        ..Options::default()
    };
    let (mut loaded, mut refused) = (0, 0);
    let start = Instant::now();
    let mut round = 0u64;
    while start.elapsed() < seconds(0.5) {
        round += 1;
        let mut dice = Dice(round.wrapping_mul(0xD134_2543_DE82_EF95) | 1);
        let Ok(model) = Model::read("fuzz", mutated(&real, &mut dice)) else {
            continue;
        };
        match load(&model, &options) {
            Ok(_) => loaded += 1,
            Err(_) => refused += 1,
        }
    }
    println!("{round} files: {loaded} loaded, {refused} refused by the engine");
}

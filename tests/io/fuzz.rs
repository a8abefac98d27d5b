//! Mutations of the corpus, by a fixed seed: whatever the bytes, the reader neither panics nor hangs, and what it delivers
//! stays in proportion to the file.
//!
//! DIFFWAV_FUZZ_SECONDS sets how long it runs (3 by default) and DIFFWAV_FUZZ_SEED where it starts. A failing input is
//! written into the corpus as crash-*, where the other tests find it from then on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use diffwav::io::{Reader, Source};

use crate::bench::scratch;
use crate::corpus;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides.max(1)
    }
}

/// Values that break size arithmetic.
const NASTY: [u32; 10] = [
    0,
    1,
    2,
    0x7F,
    0xFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
];

fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    // Headers are where the decisions are: half of the changes fall into the first 256 bytes.
    let at = |dice: &mut Dice, len: usize| {
        let len = if dice.roll(2) == 0 { len.min(256) } else { len };
        dice.roll(len)
    };
    for _ in 0..=dice.roll(6) {
        if bytes.is_empty() {
            return;
        }
        let i = at(dice, bytes.len());
        let n = dice.roll(32).min(bytes.len() - i);
        match dice.roll(8) {
            0 => bytes[i] ^= 1 << dice.roll(8),
            1 => bytes[i] = dice.roll(256) as u8,
            2 | 3 => {
                let value = NASTY[dice.roll(NASTY.len())];
                let value = if dice.roll(2) == 0 {
                    value.to_le_bytes()
                } else {
                    value.to_be_bytes()
                };
                for (byte, new) in bytes[i..].iter_mut().zip(value) {
                    *byte = new;
                }
            }
            4 => bytes.truncate(i),
            5 => drop(bytes.drain(i..i + n)),
            6 => {
                let copy = bytes[i..i + n].to_vec();
                let to = at(dice, bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let from = dice.roll(other.len());
                let n = dice.roll(64).min(other.len() - from);
                bytes.splice(i..i, other[from..from + n].iter().copied());
            }
        }
    }
}

/// Reads `bytes` to the end; the frames may exceed what is stored only by what compression can do.
fn listen(reader: diffwav::Result<Reader>, len: usize) {
    let Ok(mut reader) = reader else { return };
    let mut planar = Vec::new();
    let mut samples = 0;
    while let Ok(n) = reader.read(&mut planar, 4096) {
        if n == 0 {
            break;
        }
        samples += n * planar.len();
        assert!(samples < 100_000_000, "{samples} samples from {len} bytes");
    }
}

#[test]
fn mutations_never_make_the_reader_panic_or_hang() {
    let number = |name, default| {
        std::env::var(name)
            .ok()
            .and_then(|v| v.parse().ok())
            .unwrap_or(default)
    };
    let time = Duration::from_secs(number("DIFFWAV_FUZZ_SECONDS", 3));
    let mut dice = Dice(number("DIFFWAV_FUZZ_SEED", 1) * 0x9E37_79B9 + 1);
    let corpus = corpus::files();
    let (_dir, path) = scratch("fuzz");
    let start = Instant::now();
    let (mut runs, mut slowest) = (0, Duration::ZERO);
    while start.elapsed() < time {
        let mut bytes = corpus[dice.roll(corpus.len())].1.clone();
        let other = dice.roll(corpus.len());
        mutate(&mut dice, &mut bytes, &corpus[other].1);
        std::fs::write(&path, &bytes).unwrap();
        let began = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| {
            listen(Reader::open(&Source::File(path.clone())), bytes.len());
            listen(
                Reader::from_stream("pipe", std::io::Cursor::new(bytes.clone())),
                bytes.len(),
            );
        }));
        let took = began.elapsed();
        slowest = slowest.max(took);
        runs += 1;
        if result.is_err() || took > Duration::from_secs(2) {
            let name = format!(
                "crash-{:016x}",
                bytes.iter().fold(0u64, |h, b| (h ^ u64::from(*b))
                    .wrapping_mul(0x100_0000_01B3))
            );
            std::fs::write(corpus::folder().join(&name), &bytes).unwrap();
            panic!("run {runs} took {took:?}, kept as tests/corpus/{name}");
        }
    }
    println!("{runs} mutations, the slowest took {slowest:?}");
}

//! The right number of frames a call is found by trying, and never one that fails or computes something else.

use diffwav::Error;
use diffwav::model::card::Card;
use diffwav::model::fake::Fake;
use diffwav::model::network::{Caches, Call, Network};
use diffwav::model::pace;

/// A card that takes `overhead` for each call, and breaks at `room` frames in the way that is set.
struct Gpu {
    inner: Fake,
    name: String,
    room: usize,
    lies: bool,
}

impl Gpu {
    fn new(name: &str, room: usize, lies: bool) -> Self {
        let overhead = std::time::Duration::from_millis(12);
        Self {
            inner: Fake::identity(480).holding(512).busy(overhead),
            name: format!("{name} on cuda"),
            room,
            lies,
        }
    }
}

impl Network for Gpu {
    fn card(&self) -> &Card {
        // What the model's author promises is less than what the card can do.
        static CARD: std::sync::OnceLock<Card> = std::sync::OnceLock::new();
        CARD.get_or_init(|| Fake::identity(480).holding(16).card().clone())
    }

    fn engine(&self) -> &str {
        &self.name
    }

    fn frames_max(&self) -> usize {
        512
    }

    fn caches(&self, batch: usize) -> Caches {
        self.inner.caches(batch)
    }

    fn run(&mut self, call: Call<'_>) -> Result<(), Error> {
        let over = call.frames > self.room;
        if over && !self.lies {
            return Err(Error::Inference {
                engine: self.name.clone(),
                problem: "Failed to allocate memory for requested buffer of size 4294967296".into(),
                alternative: "--device cpu",
            });
        }
        let Call {
            batch,
            frames,
            x,
            y,
            time,
            labels,
            controls,
            caches,
            out,
        } = call;
        self.inner.run(Call {
            batch,
            frames,
            x,
            y,
            time,
            labels,
            controls,
            caches,
            out: &mut *out,
        })?;
        if over {
            out.fill(0.5);
        }
        Ok(())
    }
}

#[test]
fn more_frames_a_call_are_taken_while_they_are_cheaper() {
    assert_eq!(
        pace::frames_per_call(&mut Gpu::new("roomy", 512, false), 2),
        512
    );
}

#[test]
fn where_the_memory_ends_the_search_ends() {
    assert_eq!(
        pace::frames_per_call(&mut Gpu::new("small", 100, false), 2),
        64
    );
    assert_eq!(
        pace::frames_per_call(&mut Gpu::new("tiny", 4, false), 2),
        16
    );
}

#[test]
fn a_size_that_changes_the_numbers_is_not_taken() {
    assert_eq!(
        pace::frames_per_call(&mut Gpu::new("liar", 64, true), 1),
        64
    );
}

#[test]
fn it_is_found_once() {
    let mut first = Gpu::new("once", 512, false);
    assert_eq!(pace::frames_per_call(&mut first, 1), 512);
    let calls = first.inner.calls();
    assert_eq!(pace::frames_per_call(&mut first, 1), 512);
    assert_eq!(first.inner.calls(), calls);
}

#[test]
fn on_the_processor_the_card_of_the_model_decides() {
    assert_eq!(
        pace::frames_per_call(&mut Fake::identity(480).holding(16), 1),
        16
    );
    assert_eq!(
        pace::frames_per_call(&mut Fake::identity(480).holding(512), 1),
        64
    );
}

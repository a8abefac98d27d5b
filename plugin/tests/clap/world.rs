//! Which network the plugin runs. It is one for the process, so tests take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use diffwav::model::Network;
use diffwav::model::fake::Fake;
use diffwav_plugin::wanted::substitute_networks;

static TURN: Mutex<()> = Mutex::new(());

/// Until it is dropped, all engines run the network that was asked for.
pub struct World(#[allow(dead_code)] MutexGuard<'static, ()>);

impl Drop for World {
    fn drop(&mut self) {
        substitute_networks(None);
    }
}

/// Every engine runs what `make` gives.
pub fn with<N: Network + 'static>(make: impl Fn() -> N + Send + Sync + 'static) -> World {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // All of them have the hop of this one, and so its latency.
    let card = Fake::identity(480).card().clone();
    substitute_networks(Some((card, Box::new(move || Box::new(make())))));
    World(turn)
}

/// The real network.
pub fn real() -> World {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    substitute_networks(None);
    World(turn)
}

/// A network with memory: what comes out depends on all that went in, so anything lost or doubled shows.
pub fn memory() -> Fake {
    Fake::one_pole(480, 0.6)
}

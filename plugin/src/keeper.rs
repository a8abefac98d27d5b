//! One thread for all instances of a process that loads and builds, so that nobody else has to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::Thread;
use std::time::Duration;

use crate::instance::Instance;

/// How often the parameters are looked at.
const LOOK: Duration = Duration::from_millis(50);

struct Keeper {
    instances: Mutex<Vec<Weak<Instance>>>,
    /// None when the system gave no thread: then the delayed input plays.
    thread: Option<Thread>,
}

/// Never ends: the library stays mapped (`-z nodelete`), so its code is always there.
static KEEPER: OnceLock<Keeper> = OnceLock::new();

/// Takes care of `instance` as long as it lives.
pub fn keep(instance: &Arc<Instance>) {
    let keeper = KEEPER.get_or_init(|| {
        let thread = std::thread::Builder::new()
            .name("diffwav keeper".into())
            .spawn(run)
            .ok()
            .map(|handle| handle.thread().clone());
        Keeper {
            instances: Mutex::default(),
            thread,
        }
    });
    let mut instances = keeper
        .instances
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    instances.retain(|instance| instance.strong_count() > 0);
    instances.push(Arc::downgrade(instance));
}

/// Whether there is one: without it nothing will ever be built.
pub fn runs() -> bool {
    KEEPER.get().is_some_and(|keeper| keeper.thread.is_some())
}

/// Has it look now.
pub fn wake() {
    if let Some(thread) = KEEPER.get().and_then(|keeper| keeper.thread.as_ref()) {
        thread.unpark();
    }
}

fn run() {
    loop {
        // The keeper starts this thread while it is being made.
        let instances: Vec<Arc<Instance>> = KEEPER.get().map_or_else(Vec::new, |keeper| {
            let instances = keeper
                .instances
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            instances.iter().filter_map(Weak::upgrade).collect()
        });
        let idle = instances.is_empty();
        for instance in instances {
            // A fault in one instance must not leave the others without care; its own status says what it lacks.
            let _ = catch_unwind(AssertUnwindSafe(|| instance.tend()));
        }
        std::thread::park_timeout(if idle { 20 * LOOK } else { LOOK });
    }
}

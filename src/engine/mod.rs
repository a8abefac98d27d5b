//! The engine: one streaming object for file mode, live mode and plugin.
//!
//! [`stream::Stream`] is push and pull, with a constant, exactly known delay; [`offline::Offline`] wraps it for files:
//! output sample-aligned and as long as the input, with overlapping calls where a device runs them. Below them
//! [`transform`] turns hops into the network's frames and back, and [`reverse`] walks the stages of the reverse sampler,
//! each with its own caches. [`generate`] runs it over whole sounds, from noise.

pub mod alignment;
mod ends;
pub mod generate;
pub mod governor;
pub mod latency;
mod link;
pub mod meter;
pub mod mix;
pub mod offline;
mod pipeline;
pub(crate) mod priority;
pub mod recipe;
pub mod reverse;
pub mod session;
pub mod settings;
pub mod stream;
pub mod trace;
pub mod transform;
pub mod vocode;
pub mod worker;

pub use offline::Offline;
pub use settings::{Format, Keep, MUSIC_LIMIT, Settings};
pub use stream::Stream;

//! Real-time priority for the worker and the audio threads of live mode, where the system grants it.

/// Raises the calling thread to the system's real-time class; `block` host frames at `rate` Hz are its period.
/// Returns whether that was granted: on Linux it needs an rtprio limit, as audio distributions and groups set it.
pub fn raise(block: usize, rate: u32) -> bool {
    let block = u32::try_from(block).unwrap_or(u32::MAX);
    // The handle only serves to go back; this thread keeps its priority until it ends.
    audio_thread_priority::promote_current_thread_to_real_time(block, rate).is_ok()
}

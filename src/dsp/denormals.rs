//! Subnormal numbers cost a processor hundreds of cycles each; on an audio worker they are silence.

/// While it lives, subnormals are flushed to zero on the thread that made it; then its old mode is back.
///
/// Every mode of the engine computes under it, so all modes give the same bits.
#[derive(Debug)]
pub struct Flush {
    before: u64,
    /// The mode belongs to the thread.
    _thread: std::marker::PhantomData<*const ()>,
}

impl Flush {
    /// Flushes from now on.
    #[must_use]
    pub fn new() -> Self {
        let before = mode();
        #[cfg(target_arch = "x86_64")]
        // FTZ is bit 15 and DAZ bit 6.
        set_mode(before | (1 << 15) | (1 << 6));
        #[cfg(target_arch = "aarch64")]
        // FZ is bit 24.
        set_mode(before | (1 << 24));
        Self {
            before,
            _thread: std::marker::PhantomData,
        }
    }
}

impl Default for Flush {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        set_mode(self.before);
    }
}

#[cfg(target_arch = "x86_64")]
fn mode() -> u64 {
    let mut control: u32 = 0;
    // SAFETY: stores the SSE control register of this thread, which every x86-64 processor has, in a live variable.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack)) };
    u64::from(control)
}

#[cfg(target_arch = "x86_64")]
fn set_mode(mode: u64) {
    let control = mode as u32;
    // SAFETY: the value is what `mode` read but for FTZ and DAZ, which change the treatment of subnormals alone.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack)) };
}

#[cfg(target_arch = "aarch64")]
fn mode() -> u64 {
    let control: u64;
    // SAFETY: reads the floating-point control register of this thread.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) control, options(nomem, nostack)) };
    control
}

#[cfg(target_arch = "aarch64")]
fn set_mode(mode: u64) {
    // SAFETY: the value is what `mode` read but for FZ, which changes the treatment of subnormals alone.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) mode, options(nomem, nostack)) };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn mode() -> u64 {
    0
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn set_mode(_: u64) {}

#[cfg(test)]
mod tests {
    use super::Flush;

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn subnormals_become_zero_as_long_as_it_lives() {
        let product = || std::hint::black_box(1e-30f32) * std::hint::black_box(1e-10f32);
        assert!(product() > 0.0);
        let flush = Flush::new();
        assert_eq!(product(), 0.0);
        drop(flush);
        assert!(product() > 0.0);
    }
}

//! Signal processing without model and without threads; allocation-free after construction.

pub mod convert;
pub mod denormals;
pub mod fifo;
pub mod mel;
pub mod mel_inverse;
pub mod noise;
pub mod normalise;
pub mod resample;
pub mod sanitise;
pub mod spectrum;
pub mod stft;
pub mod transient;
pub mod window;

//! Signal processing without model and without threads; allocation-free after construction.

pub mod noise;

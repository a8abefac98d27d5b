//! Diffusion, proven without a network: one property a module.
//!
//! Data is Gaussian, x0 ~ N(m, s²), so the perfect network is affine and every sampler, being linear, maps Gaussians
//! to Gaussians. `gaussian` carries mean and covariance through a plan exactly; each module holds the result against
//! a closed form that is written here, not taken from the crate.

#![allow(clippy::unwrap_used)] // a test that cannot go on must stop

mod bridge;
mod contract;
mod edm;
mod flow;
mod forward;
mod gaussian;
mod monte_carlo;
mod noise;
mod ouve;
mod variance_preserving;

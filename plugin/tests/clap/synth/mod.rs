//! The instrument behind the CLAP interface.

mod buses;
mod measure;
mod params;
mod recall;
mod stage;
mod state;
mod storm;
mod timing;
mod variation;

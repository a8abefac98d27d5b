//! The instrument behind the CLAP interface.

mod buses;
mod files;
mod measure;
mod order;
mod params;
mod recall;
mod stage;
mod state;
mod storm;
mod timing;
mod variation;

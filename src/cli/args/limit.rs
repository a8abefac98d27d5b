//! How much may be taken away, for recordings and the microphone alike.

use clap::Args;

use super::Preserve;
use super::denoise::decibels;
use crate::engine::MUSIC_LIMIT;
use crate::units::Db;

/// The options that limit the attenuation.
#[derive(Debug, Args)]
pub struct Limit {
    /// Take away at most so many decibels, to keep some of the room; 0 changes nothing [default: no limit]
    #[arg(long, value_name = "DB", value_parser = decibels, help_heading = "Sound")]
    attenuation_limit: Option<f32>,

    /// Keep something besides the voice; for more or less of it, --attenuation-limit
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        conflicts_with = "attenuation_limit",
        help_heading = "Sound"
    )]
    preserve: Option<Preserve>,
}

impl Limit {
    /// The attenuation limit that was asked for, in whichever way.
    pub fn decibels(&self) -> Option<Db> {
        match self.preserve {
            Some(Preserve::Music) => Some(MUSIC_LIMIT),
            None => self.attenuation_limit.map(Db),
        }
    }
}

//! `diffwav devices --compute`: every device that a network can be run on, tried one by one.

use super::Devices;
use crate::cli::exit::Outcome;
use crate::cli::{report, runtime};
use crate::model::{self, Device, Options};

/// Tries each device by itself, and says what runs there or why nothing does.
pub fn run(typed: &Devices) -> Outcome {
    let model = runtime::open(&typed.runtime)?;
    let mut text = String::new();
    for device in [Device::Cpu, Device::Cuda, Device::Webgpu] {
        let options = Options {
            device,
            ..runtime::options(&typed.runtime)
        };
        let said = match model::load(&model, &options) {
            Ok(loaded) => loaded.network.engine().to_owned(),
            Err(error) => error.to_string(),
        };
        text += &format!("{device:<9} {said}\n");
    }
    Ok(report::print(&text, &mut std::io::stdout())?)
}

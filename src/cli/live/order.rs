//! From what was typed to an order.

use std::path::Path;
use std::time::Duration;

use crate::cli::args::{Live, Monitor};
use crate::cli::exit::Failure;
use crate::cli::runtime;
use crate::engine::latency::Budget;
use crate::engine::recipe::Recipe;
use crate::engine::session::Choice;
use crate::engine::{Keep, Settings};
use crate::live::Order;
use crate::model::{Options, Purpose};

/// Opens the model and checks everything that needs no device.
pub fn make(typed: &Live) -> Result<Order, Failure> {
    let usage = |message: &str| Failure::usage("live", message);
    if typed.monitor == Monitor::Off && typed.record.is_none() && typed.record_dry.is_none() {
        return Err(usage(
            "with --monitor off nothing would be heard: add --record FILE",
        ));
    }
    if typed.record.is_some() && typed.record == typed.record_dry {
        return Err(usage("--record and --record-dry need two files"));
    }
    for file in [&typed.record, &typed.record_dry].into_iter().flatten() {
        recordable(file).map_err(|message| usage(&message))?;
    }
    let model = runtime::open_denoiser(&typed.runtime)?;
    let settings = Settings {
        steps: typed.steps,
        attenuation_limit: typed.limit.decibels(),
        mix: typed.amount,
        keep: Keep::Cleaned,
        ..Settings::default()
    };
    let setting = |error| Failure::setting("live", error);
    settings.validate().map_err(setting)?;
    Recipe::new(&model.card, &settings).map_err(setting)?;
    Ok(Order {
        host: typed.host.clone(),
        input: typed.input.clone(),
        output: typed.output.clone(),
        monitor: typed.monitor == Monitor::On,
        virtual_mic: typed.virtual_mic.clone(),
        rate: typed.rate,
        block: typed.block.map(|block| block as usize),
        channels: typed.channels.into(),
        choice: Choice {
            model,
            options: Options {
                purpose: Purpose::RealTime,
                ..runtime::options(&typed.runtime)
            },
            settings,
        },
        budget: if typed.low_latency {
            Budget::HALF
        } else {
            Budget::FULL
        },
        adaptive: typed.adaptive,
        rescue: runtime::rescue(typed.on_device_loss, &typed.runtime),
        record: typed.record.clone(),
        record_dry: typed.record_dry.clone(),
        overwrite: typed.overwrite,
        duration: typed.duration.map(Duration::from_secs_f64),
    })
}

/// Refuses names of formats that are not written.
fn recordable(file: &Path) -> Result<(), String> {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    match extension.to_lowercase().as_str() {
        "wav" | "flac" => Ok(()),
        _ => Err(format!(
            "{}: recordings are .wav or .flac files",
            file.display()
        )),
    }
}

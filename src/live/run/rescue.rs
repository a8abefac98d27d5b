//! A device that is lost while audio runs: the CPU takes over, or the session ends.

use std::thread::JoinHandle;

use super::super::status::{Event, Screen};
use crate::engine::Format;
use crate::engine::session::{Choice, Prepared};
use crate::engine::worker::Worker;
use crate::error::{Error, Result};
use crate::model::Device;

/// Watches the worker of a connection.
pub(super) struct Rescue {
    wanted: bool,
    /// The stream on the CPU that is on its way, and why.
    loading: Option<(String, JoinHandle<Result<Prepared>>)>,
    /// The worker's renewals when the CPU was last tried: one try for each loss.
    tried: Option<u64>,
}

impl Rescue {
    /// `wanted`: the CPU takes over; otherwise the loss is an error.
    pub fn new(wanted: bool) -> Self {
        Self {
            wanted,
            loading: None,
            tried: None,
        }
    }

    /// Called again and again. Once a device is lost, `choice` goes to the CPU, and stays there.
    ///
    /// # Errors
    /// [`Error::Device`] for a device that is lost where the CPU is not to take over.
    pub fn tend(
        &mut self,
        choice: &mut Choice,
        (worker, format): (&Worker, Format),
        screen: &mut dyn Screen,
    ) -> Result<()> {
        if let Some((why, loading)) = self.loading.take_if(|(_, it)| it.is_finished()) {
            let prepared = loading.join().unwrap_or_else(|_| {
                Err(Error::Stream {
                    action: "load the network",
                    source: std::io::Error::other("the loader stopped by a fault of diffwav"),
                })
            });
            let swapped = prepared.and_then(|prepared| {
                worker.swap(prepared.stream)?;
                Ok(prepared.about)
            });
            match swapped {
                Ok(about) => screen.event(&Event::Rescued(why, Box::new(about))),
                Err(error) => {
                    worker.give_up();
                    screen.event(&Event::Note(error.to_string()));
                }
            }
            return Ok(());
        }
        let report = worker.report();
        if !report.device_lost || self.tried == Some(report.renewals) {
            return Ok(());
        }
        self.tried = Some(report.renewals);
        let why = report.failure.unwrap_or_default();
        if !self.wanted {
            return Err(Error::Device {
                device: format!("--device {}", choice.options.device),
                problem: format!("was lost: {why}"),
                remedy: "with --on-device-loss cpu the processor goes on".into(),
            });
        }
        let order = choice.clone();
        // Whatever is loaded from now on, other steps or another connection, goes to the CPU as well.
        choice.options.device = Device::Cpu;
        let reason = why.clone();
        let loading = std::thread::Builder::new()
            .name("diffwav loader".into())
            .spawn(move || order.prepare_on_cpu(format, &reason));
        match loading {
            Ok(loading) => self.loading = Some((why, loading)),
            Err(_) => worker.give_up(),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! The keeper's part of an instance: builds what the parameters ask for, beside an engine that goes on.

use std::sync::PoisonError;
use std::sync::atomic::{Ordering::Relaxed, Ordering::Release};

use diffwav::engine::Stream;
use diffwav::engine::worker::Worker;
use diffwav::model::Device;

use super::{Inner, Instance, Running};
use crate::place::{self, Place};
use crate::wanted::{self, Wanted};

impl Instance {
    /// From the keeper's thread: builds what the parameters ask for, if it does not run yet.
    pub fn tend(&self) {
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let (wanted, key) = (Wanted::of(&self.params), wanted::key(&self.params));
        drop(
            self.retired
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let (place, lost) = {
            let mut inner = self.lock();
            let Some(place) = inner.place else { return };
            if inner
                .lost
                .as_ref()
                .is_some_and(|(device, _)| *device != wanted.device)
            {
                inner.lost = None;
            }
            let loss = inner.running.as_ref().and_then(Running::loss);
            let new = |(device, _): &(Device, String)| *device == wanted.device;
            if let (Some(loss), None) = (loss.filter(new), &inner.lost) {
                // The same is wanted still, but of the CPU, and that was not tried yet.
                inner.lost = Some(loss);
                inner.tried = None;
            } else if let Some(running) = &inner.running {
                let adaptive = self.params.adaptive.value() && self.live.load(Relaxed);
                running.worker.set_adaptive(adaptive);
                if running.wanted == wanted && running.place == place {
                    self.built.store(key, Release);
                    return;
                }
            }
            if inner.tried.as_ref() == Some(&(wanted.clone(), place)) {
                self.built.store(key, Release);
                return;
            }
            inner.tried = Some((wanted.clone(), place));
            inner.status.failed = false;
            (place, inner.lost.as_ref().map(|(_, why)| why.clone()))
        };
        // Without the lock: this takes its time, and the host goes on.
        let built = wanted::build(&wanted, lost.as_deref(), place.format);
        let mut inner = self.lock();
        if inner.place != Some(place) {
            return;
        }
        inner.status.messages = built.messages;
        match built.prepared {
            Err(error) => {
                inner.status.messages.push(error.to_string());
                inner.status.failed = inner.running.is_none();
                if let Some(running) = &inner.running {
                    running.worker.give_up();
                }
            }
            Ok(prepared) => {
                let latency = place::latency(&prepared.stream, place.blocks);
                inner.status.about = Some(prepared.about);
                if latency == place.latency {
                    self.put(&mut inner, prepared.stream, wanted, place);
                } else {
                    // The host activates again, and then the new latency counts from the start.
                    self.restart.store(true, Relaxed);
                    let message =
                        "this model has another latency: the host is asked to restart the plugin";
                    inner.status.messages.push(message.to_owned());
                }
            }
        }
        self.built.store(key, Release);
        self.arrived.notify_all();
    }

    fn put(&self, inner: &mut Inner, stream: Stream, wanted: Wanted, place: Place) {
        if let (Some(running), true) = (&mut inner.running, self.begun.load(Relaxed)) {
            match running.worker.swap(stream) {
                Ok(()) => running.wanted = wanted,
                Err(error) => {
                    running.worker.give_up();
                    inner.status.messages.push(error.to_string());
                }
            }
            return;
        }
        match Worker::spawn(stream, &self.params.settings(), place.blocks) {
            Ok((worker, engine)) => {
                worker.set_rescued(true);
                inner.meter = worker.take_meter();
                *self.engine_slot() = Some(engine);
                inner.running = Some(Running {
                    worker,
                    wanted,
                    place,
                });
            }
            Err(error) => {
                inner.status.messages.push(error.to_string());
                inner.status.failed = true;
            }
        }
    }
}

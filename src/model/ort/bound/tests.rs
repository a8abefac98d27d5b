//! Bound calls where no card is: a session on the CPU hands out neither pinned memory nor that of a card, so ordinary
//! memory stands in and the states travel. What comes out is what unbound calls give.

use super::*;
use crate::model::backend::Options;
use crate::model::network::{Network, unspecified};
use crate::model::ort::{OrtNetwork, environment, session};
use crate::model::{Model, library, registry};

fn cpu_session(model: &Model) -> Session {
    let found = library::find(None, &[], Device::Cpu).expect("cargo xtask setup fetches it");
    let (environment, _) = environment::environment(&found).expect("the library works");
    let (session, _) = session::session(&environment, &model.bytes, Device::Cpu).expect("it fits");
    session
}

#[test]
fn pinned_memory_that_is_not_there_is_said_not_to_be() {
    let model = registry::open(registry::DEFAULT).expect("it ships");
    let said = pinned(&cpu_session(&model)).expect_err("a CPU has none");
    assert!(!session::first_line(&said).is_empty(), "{said}");
}

#[test]
fn without_it_bound_calls_give_what_unbound_ones_give() {
    const B: usize = 2;
    let model = registry::open(registry::DEFAULT).expect("it ships");
    let (mut plain, _) =
        OrtNetwork::new(&model, &Options::default(), Device::Cpu).expect("it loads");
    let signature = &model.signature;
    for device in [Device::Cuda, Device::Webgpu, Device::CoreMl] {
        let mut caches = [plain.caches(B), plain.caches(B)];
        let mut bound: Option<Bound> = None;
        for (number, frames) in [3, 3, 1].into_iter().enumerate() {
            let size: usize = signature.x.shape(B, frames).product();
            let y: Vec<f32> = (0..size)
                .map(|n| (0.37 * n as f32 + number as f32).sin())
                .collect();
            let mut out = [vec![0.0; size], vec![0.0; size]];
            let (labels, controls) = unspecified(&model.card, B);
            let [ours, theirs] = &mut caches;
            let [found, wanted] = &mut out;
            let mut call = Call {
                batch: B,
                frames,
                x: &y,
                y: &y,
                time: 0.7,
                labels: &labels,
                controls: &controls,
                caches: ours,
                out: found,
            };
            let mut this = match bound.take() {
                Some(bound) if bound.shape() == (B, frames) => bound,
                other => {
                    let session = other.map_or_else(|| cpu_session(&model), Bound::into_session);
                    Bound::new(session, device, signature, (B, frames)).expect("it binds")
                }
            };
            this.run(signature, &mut call).expect("it runs");
            bound = Some(this);
            let call = Call {
                batch: B,
                frames,
                x: &y,
                y: &y,
                time: 0.7,
                labels: &labels,
                controls: &controls,
                caches: theirs,
                out: wanted,
            };
            plain.run(call).expect("it runs");
            assert_eq!(found, wanted, "{device}, call {number}");
            assert_eq!(ours.now, theirs.now, "{device}, call {number}: the states");
        }
    }
}

//! Automation lands on its sample: how the host cuts its blocks does not show.

use crate::host::{Change, Plugin, blocks, run};
use crate::signal::{difference, noisy};
use crate::world;

#[test]
fn automation_is_the_same_for_every_block_size() {
    let _world = world::with(world::memory);
    let input = noisy(2, 48_000, 48_000.0);
    let bounce = |size: usize| {
        let mut plugin = Plugin::new();
        let mut changes = Vec::new();
        for (index, name) in [
            "Mix",
            "Amount",
            "Output gain",
            "Input gain",
            "Bypass",
            "Listen",
        ]
        .iter()
        .enumerate()
        {
            let parameter = plugin.parameter(name);
            for step in 0..20 {
                let along = f64::from((step * 7 + index as i32 * 3) % 11) / 10.0;
                let value = parameter.least + (parameter.most - parameter.least) * along;
                let value = if parameter.most - parameter.least == 1.0 && index >= 4 {
                    value.round()
                } else {
                    value
                };
                let frame = 1_000 + 2_333 * step as usize + 101 * index;
                changes.push(Change {
                    frame,
                    id: parameter.id,
                    value,
                });
            }
        }
        let stopped = plugin.activate(48_000.0, 1024);
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, blocks(size), &changes);
        plugin.deactivate(started.stop_processing());
        out
    };
    let reference = bounce(1024);
    for size in [64, 333, 512] {
        assert_eq!(
            difference(&reference, &bounce(size)),
            None,
            "blocks of {size}"
        );
    }
}

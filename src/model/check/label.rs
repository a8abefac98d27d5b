//! Whether a network that makes sounds listens to its class.

use super::{TOLERANCE, error_energy};
use crate::model::network::{Call, Network, unspecified};

/// Whether the network listens to its label; two signals in one call, to see that they do not touch each other.
pub(super) fn classes(
    network: &mut dyn Network,
    input: &[f32],
    frames: usize,
    whole: &[f32],
) -> Result<String, String> {
    let count = network.card().labels.len();
    if count == 0 {
        return Ok("the model has no classes".to_owned());
    }
    let mut out = vec![0.0; 2 * input.len()];
    let (_, controls) = unspecified(network.card(), 2);
    let mut caches = network.caches(2);
    network
        .run(Call {
            batch: 2,
            frames,
            x: &input.repeat(2),
            y: &[],
            time: 1.0,
            labels: &[count as i64, 0],
            controls: &controls,
            caches: &mut caches,
            out: &mut out,
        })
        .map_err(|e| e.to_string())?;
    let (none, first) = out.split_at(input.len());
    if error_energy(none, whole) > TOLERANCE {
        return Err("the signals of a batch touch each other".to_owned());
    }
    match error_energy(first, none).sqrt() {
        difference if difference > 1e-6 => Ok(format!(
            "{count} classes; the first differs from none by {difference:.1e}"
        )),
        _ => Err("the first class gives what no class gives; the label is not used".to_owned()),
    }
}

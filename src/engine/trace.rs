//! The reverse process seen from within: the state after each reverse step, brought back to sound.

use super::reverse::Reverse;
use super::transform::Transform;
use crate::diffusion::plan::Plan;
use crate::error::Result;
use crate::model::Network;

/// The state after the first `steps` stages of `plan` on the mono signal `noisy` (at the model's rate), as sound of
/// the same length, aligned with it: 0 stages give the start x_T, all of them the result.
///
/// # Errors
/// When the network fails.
pub fn state_after(
    network: Box<dyn Network>,
    plan: &Plan,
    steps: usize,
    seed: u64,
    noisy: &[f32],
) -> Result<Vec<f32>> {
    let mut plan = plan.clone();
    plan.stages.truncate(steps);
    let mut transform = Transform::new(network.card(), 1, 1);
    let (hop, shape) = (transform.hop(), (transform.components(), transform.bins()));
    let mut y = vec![0.0; shape.0 * shape.1];
    let mut reverse = Reverse::new(network, plan, seed, 1, shape, 1);
    let delay = transform.delay();
    let hops = (noisy.len() + delay).div_ceil(hop);
    let (mut input, mut output) = (vec![0.0; hop], vec![0.0; hop]);
    let mut sound = Vec::with_capacity(hops * hop);
    for start in (0..hops).map(|index| index * hop) {
        let rest = noisy.get(start..).unwrap_or_default();
        let there = rest.len().min(hop);
        input[..there].copy_from_slice(&rest[..there]);
        input[there..].fill(0.0);
        transform.encode(0, 0, 1, &input, &mut y);
        let x = reverse.run(&y)?;
        transform.decode(0, 0, 1, x, &mut output);
        sound.extend_from_slice(&output);
    }
    sound.drain(..delay);
    sound.truncate(noisy.len());
    Ok(sound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::parametrisation::Prediction;
    use crate::diffusion::sampler;
    use crate::model::fake::Fake;

    #[test]
    fn the_start_of_a_noise_free_bridge_is_the_signal_itself_and_so_is_what_an_identity_makes_of_it()
     {
        let signal: Vec<f32> = (0..5000).map(|n| 0.3 * (n as f32 * 0.05).sin()).collect();
        for steps in 0..=2 {
            let fake = Fake::identity(160);
            let card = fake.card();
            let plan =
                sampler::plan(&card.path, card.sampler, Prediction::Data, &2.into()).unwrap();
            let sound = state_after(Box::new(fake), &plan, steps, 0, &signal).unwrap();
            assert_eq!(sound.len(), signal.len());
            for (n, (a, b)) in sound.iter().zip(&signal).enumerate() {
                assert!((a - b).abs() < 1e-5, "step {steps}, sample {n}: {a} {b}");
            }
        }
    }
}

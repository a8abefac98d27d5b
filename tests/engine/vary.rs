//! Variations: where they enter the forward process, and what the two ends give.

use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::Sampler;
use diffwav::engine::generate::Generator;

use crate::generate::{apart, fake, generator, one, request, tone, varied};

#[test]
fn strength_0_gives_the_sound_back_and_strength_1_is_free() {
    let mut generator = generator(fake(), 4);
    let mut sound = tone(7001, 0.3).to_vec();
    (sound[3], sound[9]) = (-0.0, 1e-40);
    let back = one(&mut generator, varied(1, sound.clone().into(), 0.0));
    let bits = |sound: &[f32]| sound.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&sound));
    let free = one(&mut generator, request(1));
    let full = one(&mut generator, varied(1, sound.into(), 1.0));
    assert_eq!(bits(&full), bits(&free));
    assert_eq!(free.len(), 4800);
}

#[test]
fn a_variation_enters_on_the_forward_process_at_the_time_that_strength_names() {
    // One step: x0 = D(x_t) = … + x_t/4 with x_t = cos(½πs)·x0 + sin(½πs)·z, so sounds of two signs differ by
    // ½·cos(½πs)·x0 times their level.
    for (strength, level) in [(0.25f32, 1.0f32), (0.5, 0.01), (0.9, 0.2)] {
        let mut generator = generator(fake().on_waveform(), 1);
        let plus = one(&mut generator, varied(1, tone(9600, level), strength));
        let minus = one(&mut generator, varied(1, tone(9600, -level), strength));
        let clean = (std::f32::consts::FRAC_PI_2 * strength).cos();
        let wanted = tone(4800, 0.5 * clean * level);
        let found: Vec<f32> = plus.iter().zip(&minus).map(|(a, b)| a - b).collect();
        // Between the fades; the high-pass at 5 Hz turns 1 kHz by 0.3 degrees.
        let error = apart(&found[100..3600], &wanted[100..3600]);
        assert!(error < 0.01 * clean * level, "{strength}: {error}");
    }
}

#[test]
fn every_path_and_sampler_for_sounds_can_be_entered_in_the_middle() {
    let edm = Path::Edm {
        sigma_min: 0.002,
        sigma_max: 80.0,
        rho: 7.0,
        sigma_data: 0.5,
    };
    let paths = [
        Path::VpCosine,
        Path::Flow { sigma_min: 0.0 },
        Path::diffwave_base(),
        edm,
    ];
    for path in paths {
        for sampler in Sampler::ALL.into_iter().filter(|s| s.fits(&path)) {
            let steps = match sampler {
                Sampler::DiffwaveFast => 6,
                _ => 4,
            };
            let network = fake().edit(|card| {
                card.path = path.clone();
                card.sampler = sampler;
                card.steps.allowed = vec![4, 6];
            });
            let mut generator = Generator::new(Box::new(network), Some(steps), None).unwrap();
            for strength in [1e-3, 0.3, 0.999, 1.0] {
                let sound = one(&mut generator, varied(1, tone(4000, 0.5), strength));
                assert!(
                    sound.len() == 4800 && sound.iter().all(|s| s.is_finite()),
                    "{sampler} on {} from {strength}",
                    path.kind()
                );
            }
        }
    }
}

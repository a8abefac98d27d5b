//! What is written is what is read: bit for bit where the depth allows it.

use diffwav::io::{Container, Metadata, OutputSpec, SampleFormat as F};

use crate::bench::{hear, noise, plain, save, scratch};

const CHANNELS: [usize; 7] = [1, 2, 3, 6, 8, 63, 64];

#[test]
fn wav_keeps_every_bit_of_every_format_and_channel_count() {
    for sample in [
        F::Int8,
        F::Int16,
        F::Int24,
        F::Int32,
        F::Float32,
        F::Float64,
    ] {
        for channels in CHANNELS {
            // f32 carries 24 bits, so in 32-bit integers the lowest 8 are zero.
            let planar = noise(channels, 2001, u32::from(sample.bits()).min(24));
            let (_dir, path) = scratch("a.wav");
            let written = save(
                &path,
                &plain(channels, sample),
                Metadata::default(),
                &planar,
            )
            .unwrap();
            let heard = hear(&path).unwrap();
            assert_eq!(heard.planar, planar, "{sample} × {channels}");
            assert_eq!(
                (written.frames, written.clipped, written.container),
                (2001, 0, Container::Wav)
            );
            assert_eq!((heard.spec.sample, heard.spec.frames), (sample, Some(2001)));
            assert_eq!(
                (heard.spec.rate.0, usize::from(heard.spec.channels)),
                (48_000, channels)
            );
            assert_eq!(heard.warnings, [], "{sample} × {channels}");
        }
    }
}

#[test]
fn flac_keeps_every_bit_of_every_depth_and_channel_count() {
    for sample in [F::Int8, F::Int16, F::Int24] {
        for channels in 1..=8 {
            for rate in [4_000, 44_100, 48_000, 96_001, 384_000] {
                let planar = noise(channels, 5000, sample.bits().into());
                let (_dir, path) = scratch("a.flac");
                let mut spec = plain(channels, sample);
                (spec.container, spec.rate.0) = (Container::Flac, rate);
                let written = save(&path, &spec, Metadata::default(), &planar).unwrap();
                let heard = hear(&path).unwrap();
                assert_eq!(heard.planar, planar, "{sample} × {channels} at {rate}");
                assert_eq!((written.frames, written.container), (5000, Container::Flac));
                assert_eq!(
                    (heard.spec.sample, heard.spec.container),
                    (sample, Container::Flac)
                );
                assert_eq!((heard.spec.frames, heard.spec.rate.0), (Some(5000), rate));
                assert_eq!(OutputSpec::like(&heard.spec).sample, sample);
                assert_eq!(heard.warnings, []);
            }
        }
    }
}

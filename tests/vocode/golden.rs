//! Engine = PyTorch for the network, engine = NumPy for the whole vocoder.

use diffwav::model::network::Call;

use crate::support::{choice, error_energy, frames_first, network, npy, vocode};

/// The phase of the harmonics is a sum over frames: rounding of F0 (1e-6) times the harmonic (up to 200) is a phase error
/// of 1e-3, so an error energy of 1e-6 at the top; below 1e-7 over all.
const NETWORK: f64 = 1e-7;
/// The same over sixty frames, a random walk, and through two to ten transforms.
const SOUND: f64 = 1e-4;

#[test]
fn the_network_computes_what_pytorch_computed() {
    let (x, y) = (npy("net_x"), npy("net_y"));
    for (time, name) in [(1.0, "net_out_t1"), (0.5, "net_out_t05")] {
        let mut network = network();
        let mut caches = network.caches(1);
        let mut out = vec![0.0; x.len()];
        network
            .run(Call {
                batch: 1,
                frames: 16,
                x: &x,
                y: &y,
                time,
                labels: &[],
                controls: &[],
                caches: &mut caches,
                out: &mut out,
            })
            .unwrap();
        let error = error_energy(&out, &npy(name));
        println!("{name}: error energy {error:.1e}");
        assert!(error < NETWORK, "{name}: {error:e}");
    }
}

#[test]
fn the_sound_is_that_of_the_reference() {
    let mel = frames_first(&npy("mel"));
    for (steps, projections, name) in [
        (1, 0, "audio_out_n1"),
        (2, 0, "audio_out_n2"),
        (1, 3, "audio_out_n1_projected"),
    ] {
        let out = vocode(&choice(steps, projections), &mel, 16, &[mel.len()]);
        let error = error_energy(&out, &npy(name));
        println!("{name}: error energy {error:.1e}");
        assert!(error < SOUND, "{name}: {error:e}");
    }
}

#[test]
fn steps_and_projections_change_the_sound() {
    let wanted = npy("audio_out_n1");
    for other in ["audio_out_n2", "audio_out_n1_projected"] {
        assert!(error_energy(&npy(other), &wanted) > 1e-3, "{other}");
    }
}

//! diffwav Denoise as a program of its own, on JACK or the system's audio.

fn main() {
    nice_plug::prelude::nice_export_standalone::<diffwav_plugin::Denoise>();
}

//! What a screen sees of a running worker.

use diffwav::engine::Settings;
use diffwav::engine::meter::{BANDS, band_edges};
use diffwav::units::{Db, Hz};

use crate::gate::{Gate, Gated, PATIENCE, process, sine, spawn};

#[test]
fn levels_and_columns_show_what_was_taken_away() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(Gated::boxed(0.5, &gate), 48_000, 1, 256);
    let mut meter = worker.take_meter().unwrap();
    assert!(worker.take_meter().is_none(), "there is one screen");
    let input = sine(48_000);
    process(&mut audio, &input[..24_000], 256, PATIENCE);
    meter.levels();
    process(&mut audio, &input[24_000..], 256, PATIENCE);
    let levels = meter.levels();
    // A sine of amplitude 0.5, and a quarter of it.
    assert!((levels.input_peak - 0.5).abs() < 0.01, "{levels:?}");
    assert!((levels.output_peak - 0.125).abs() < 0.01, "{levels:?}");
    assert!((levels.reduction().0 - 12.04).abs() < 0.2, "{levels:?}");

    let columns: Vec<_> = std::iter::from_fn(|| meter.next_column()).collect();
    assert_eq!(columns.len(), 64, "as many as wait for a slow screen");
    let band = band_edges(Hz(48_000))
        .windows(2)
        .position(|edges| edges[1] > 100.0)
        .unwrap();
    let last = columns[63];
    assert!(
        (last.input[band] - last.output[band] - 12.04).abs() < 0.5,
        "{last:?}"
    );
    assert!(last.input[BANDS - 1] < -80.0);
    let report = worker.report();
    process(&mut audio, &input, 256, PATIENCE);
    assert_eq!(report.late_frames, 0);
    assert!(
        meter.next_column().is_some(),
        "new ones after the old were read"
    );
}

#[test]
fn the_amount_is_set_from_any_thread() {
    let gate = Gate::default();
    let (worker, mut audio) = spawn(Gated::boxed(0.0, &gate), 48_000, 1, 128);
    let latency = audio.latency().0 as usize;
    let input = sine(48_000);
    let mut out = process(&mut audio, &input[..12_800], 128, PATIENCE);
    let half = Settings {
        attenuation_limit: Some(Db(6.0)),
        ..Settings::default()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| worker.set_amount(&half));
    });
    let mut block = input[12_800..12_928].to_vec();
    nice_assert_no_alloc::assert_no_alloc(|| audio.process(&mut [&mut block]));
    out.extend(block);
    out.extend(process(&mut audio, &input[12_928..], 128, PATIENCE));
    let share = 10f32.powf(-6.0 / 20.0);
    for n in 20_000..out.len() {
        assert!(
            (out[n] - share * input[n - latency]).abs() < 1e-5,
            "frame {n}"
        );
    }
}

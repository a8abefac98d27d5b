//! Several files: trees, jobs, and failures that do not stop the others.

use crate::world::{World, samples, stderr, stdout};

#[test]
fn a_tree_is_mirrored_and_the_summary_counts() {
    let world = World::new();
    for name in ["in/a.wav", "in/deep/er/b.wav", "in/deep/c.wav"] {
        world.recording(name, 16_000, 1, 3_000);
    }
    world.file("in/notes.txt", b"notes");
    let said = stdout(
        &world
            .denoise(&["in", "-o", "out", "--jobs", "3"])
            .assert()
            .success(),
    );
    assert!(said.contains("3 files done"), "{said}");
    for name in ["out/a.wav", "out/deep/er/b.wav", "out/deep/c.wav"] {
        assert_eq!(samples(&world.path(name)).len(), 3_000);
    }
    assert!(!world.path("out/notes.txt").exists());
}

#[test]
fn a_second_run_does_not_take_results_for_recordings() {
    let world = World::new();
    world.recording("in/a.wav", 16_000, 1, 3_000);
    world.denoise(&["in"]).assert().success();
    world.denoise(&["in", "--overwrite"]).assert().success();
    assert_eq!(world.names(), ["in/a.denoised.wav", "in/a.wav"]);
}

#[test]
fn one_failure_does_not_stop_the_others() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    world.file("b.wav", b"nonsense, all of it");
    world.recording("c.wav", 44_100, 2, 3_000);
    let assert = world
        .denoise(&["a.wav", "b.wav", "missing.wav", "c.wav", "--jobs", "2"])
        .assert()
        .code(1);
    let (said, errors) = (stdout(&assert), stderr(&assert));
    assert!(said.contains("2 files done, 2 failed"), "{said}");
    assert!(
        errors.contains("b.wav") && errors.contains("missing.wav"),
        "{errors}"
    );
    assert_eq!(
        world.names(),
        [
            "a.denoised.wav",
            "a.wav",
            "b.wav",
            "c.denoised.wav",
            "c.wav"
        ]
    );
}

#[test]
fn the_number_of_jobs_does_not_change_a_bit() {
    let world = World::new();
    for n in 0..4 {
        world.recording(&format!("in/{n}.wav"), 16_000, 1, 5_000 + n);
    }
    world
        .denoise(&["in", "-o", "one", "--jobs", "1"])
        .assert()
        .success();
    world
        .denoise(&["in", "-o", "four", "--jobs", "4"])
        .assert()
        .success();
    for n in 0..4 {
        let read = |folder: &str| std::fs::read(world.path(&format!("{folder}/{n}.wav"))).unwrap();
        assert_eq!(read("one"), read("four"), "{n}");
    }
}

#[test]
fn two_inputs_never_share_an_output() {
    let world = World::new();
    world.recording("x/a.wav", 16_000, 1, 3_000);
    world.recording("y/a.wav", 16_000, 1, 3_000);
    let before = world.everything();
    let said = stderr(
        &world
            .denoise(&["x/a.wav", "y/a.wav", "-o", "out/"])
            .assert()
            .code(2),
    );
    assert!(said.contains("would both be written to"), "{said}");
    let said = stderr(
        &world
            .denoise(&["x/a.wav", "y/a.wav", "-o", "out.wav"])
            .assert()
            .code(2),
    );
    assert!(said.contains("give a folder"), "{said}");
    assert_eq!(world.everything(), before);
}

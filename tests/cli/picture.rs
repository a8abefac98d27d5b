//! The spectrogram.

use std::fs::File;
use std::io::BufReader;

use crate::world::{World, refuses};

#[test]
fn the_picture_is_a_png_with_something_in_it() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 16_000);
    world
        .denoise(&["a.wav", "--plot", "a.png"])
        .assert()
        .success();
    let mut reader = png::Decoder::new(BufReader::new(File::open(world.path("a.png")).unwrap()))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert!(info.width >= 800 && info.height >= 500);
    let colours: std::collections::HashSet<_> = pixels.chunks_exact(3).collect();
    assert!(colours.len() > 50, "{} colours", colours.len());
}

#[test]
fn several_pictures_go_to_a_folder() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    world.recording("b.wav", 16_000, 1, 3_000);
    refuses(
        &world,
        &["a.wav", "b.wav", "--plot", "one.png"],
        2,
        &["--plot", "give a folder"],
    );
    world
        .denoise(&["a.wav", "b.wav", "--plot", "pictures"])
        .assert()
        .success();
    assert!(world.path("pictures/a.png").exists() && world.path("pictures/b.png").exists());
}

#[test]
fn a_picture_that_exists_is_kept() {
    let world = World::new();
    world.recording("a.wav", 16_000, 1, 3_000);
    world.file("a.png", b"mine");
    refuses(
        &world,
        &["a.wav", "--plot", "a.png"],
        1,
        &["a.png exists already"],
    );
}

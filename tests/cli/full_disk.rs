//! A disk that fills up in the middle. Needs root, to mount a disk of a known size; elsewhere it says that it was skipped.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use crate::world::{World, stderr};

/// A small disk, taken away at the end.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(place: &'a Path) -> Option<Self> {
        std::fs::create_dir(place).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(place)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(place))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_no_half_file() {
    let world = World::new();
    world.recording("a.wav", 48_000, 2, 200_000);
    let place = world.path("disk");
    let Some(_disk) = Disk::mount(&place) else {
        println!("skipped: mounting a small disk needs root");
        return;
    };
    let said = stderr(
        &world
            .denoise(&["a.wav", "-o", "disk/b.wav"])
            .assert()
            .code(1),
    );
    assert!(
        said.contains("b.wav") && said.contains("No space left"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
}

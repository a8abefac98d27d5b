//! From names to jobs.

use std::fs;
use std::path::{Path, PathBuf};

use diffwav::io::Container;
use diffwav::io::find::{Job, Place, jobs};

fn tree(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }
    dir
}

fn outputs(dir: &Path, found: &[Job]) -> Vec<String> {
    let short = |path: &Path| {
        path.strip_prefix(dir)
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    found
        .iter()
        .map(|job| format!("{} > {}", short(&job.input), short(&job.output)))
        .collect()
}

#[test]
fn a_folder_is_walked_sorted_without_hidden_files_and_our_own_outputs() {
    let dir = tree(&[
        "b.wav",
        "a.MP3",
        "sub/c.flac",
        "sub/take.one.aif",
        ".hidden.wav",
        ".git/x.wav",
        "b.denoised.wav",
        "notes.txt",
        "sub/c.denoised.flac",
        "wav",
    ]);
    let found = jobs(&[dir.path().to_owned()], &Place::Beside, None).unwrap();
    assert_eq!(
        outputs(dir.path(), &found),
        [
            "a.MP3 > a.denoised.wav",
            "b.wav > b.denoised.wav",
            "sub/c.flac > sub/c.denoised.flac",
            "sub/take.one.aif > sub/take.one.denoised.wav",
        ]
    );
}

#[test]
fn an_output_folder_keeps_the_tree() {
    let dir = tree(&["in/b.wav", "in/deep/er/c.flac"]);
    let out = dir.path().join("out");
    let place = Place::Folder(out.clone());
    let found = jobs(&[dir.path().join("in")], &place, Some(Container::Flac)).unwrap();
    assert_eq!(
        outputs(dir.path(), &found),
        [
            "in/b.wav > out/b.denoised.flac",
            "in/deep/er/c.flac > out/deep/er/c.denoised.flac"
        ]
    );
    found[1].make_folder().unwrap();
    assert!(out.join("deep/er").is_dir());
}

#[test]
fn a_file_named_by_hand_is_taken_whatever_its_name_and_once() {
    let dir = tree(&["x.bin", ".hidden.wav", "a.denoised.wav"]);
    let names =
        ["x.bin", ".hidden.wav", "a.denoised.wav", "x.bin"].map(|name| dir.path().join(name));
    let found = jobs(&names, &Place::Beside, None).unwrap();
    assert_eq!(
        outputs(dir.path(), &found),
        [
            "x.bin > x.denoised.wav",
            ".hidden.wav > .hidden.denoised.wav",
            "a.denoised.wav > a.denoised.denoised.wav",
        ]
    );
}

fn refusal(inputs: &[PathBuf]) -> String {
    jobs(inputs, &Place::Beside, None).unwrap_err().to_string()
}

#[test]
fn clashes_and_empty_folders_are_refused() {
    let dir = tree(&[
        "a.wav",
        "a.mp3",
        "none/readme.txt",
        "b.wav",
        "b.denoised.wav",
    ]);
    let at = |name: &str| dir.path().join(name);
    let text = refusal(&[at("a.wav"), at("a.mp3")]);
    assert!(
        text.contains("a.denoised.wav: both ") && text.contains("would be written to it; rename"),
        "{text}"
    );
    let text = refusal(&[at("none")]);
    assert!(
        text.contains("none: it holds no audio (looked for wav, wave, "),
        "{text}"
    );
    let text = refusal(&[at("missing.wav")]);
    assert!(
        text.starts_with("cannot read ") && text.contains("missing.wav: No such file"),
        "{text}"
    );
    let text = refusal(&[at("b.wav"), at("b.denoised.wav")]);
    assert!(text.contains("it is an input, and the output of"), "{text}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_circles_end() {
    let dir = tree(&["in/a.wav", "elsewhere/b.wav"]);
    std::os::unix::fs::symlink("..", dir.path().join("in/up")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", dir.path().join("in/side")).unwrap();
    std::os::unix::fs::symlink("nowhere.wav", dir.path().join("in/broken.wav")).unwrap();
    let found = jobs(&[dir.path().join("in")], &Place::Beside, None).unwrap();
    let names = outputs(dir.path(), &found);
    assert!(
        names.contains(&"in/a.wav > in/a.denoised.wav".to_owned()),
        "{names:?}"
    );
    assert!(
        names.contains(&"in/side/b.wav > in/side/b.denoised.wav".to_owned()),
        "{names:?}"
    );
}

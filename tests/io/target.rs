//! The output appears complete or not at all, and nothing else changes.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use diffwav::Error;
use diffwav::io::{Container, Metadata, Reader, SampleFormat, Source, Target, Writer};

use crate::bench::{feed, hear, hear_pipe, noise, plain, save, scratch, target};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn create(path: &Path, overwrite: bool) -> diffwav::Result<Writer> {
    let target = Target::File {
        path: path.to_owned(),
        overwrite,
    };
    Writer::create(&target, &plain(1, SampleFormat::Int16), Metadata::default())
}

#[test]
fn a_dropped_writer_leaves_the_target_untouched_and_nothing_beside_it() {
    for container in [Container::Wav, Container::Flac] {
        let (dir, path) = scratch("a.wav");
        fs::write(&path, b"before").unwrap();
        let mut spec = plain(1, SampleFormat::Int16);
        spec.container = container;
        let target = Target::File {
            path: path.clone(),
            overwrite: true,
        };
        let mut writer = Writer::create(&target, &spec, Metadata::default()).unwrap();
        feed(&mut writer, &noise(1, 10_000, 16)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before", "not before finish");
        assert_eq!(
            names(dir.path()).len(),
            2,
            "the file in the making lies in the same folder"
        );
        drop(writer);
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(names(dir.path()), ["a.wav"]);
    }
}

#[test]
fn an_existing_file_is_replaced_only_when_asked() {
    let (dir, path) = scratch("a.wav");
    fs::write(&path, b"before").unwrap();
    let text = create(&path, false).unwrap_err().to_string();
    assert!(
        text.contains("a.wav exists already; pass --overwrite to replace it or -o"),
        "{text}"
    );
    let writer = create(&path, true).unwrap();
    writer.finish().unwrap();
    assert_ne!(fs::read(&path).unwrap(), b"before");
    assert_eq!(names(dir.path()), ["a.wav"]);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let (dir, path) = scratch("a.wav");
    let writer = create(&path, false).unwrap();
    fs::write(&path, b"somebody else").unwrap();
    assert!(matches!(writer.finish(), Err(Error::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"somebody else");
    assert_eq!(names(dir.path()), ["a.wav"]);
}

#[test]
fn the_input_may_be_the_target() {
    let (_dir, path) = scratch("a.wav");
    let planar = noise(1, 3000, 16);
    save(
        &path,
        &plain(1, SampleFormat::Int16),
        Metadata::default(),
        &planar,
    )
    .unwrap();
    let mut reader = Reader::open(&Source::File(path.clone())).unwrap();
    let mut writer = create(&path, true).unwrap();
    let mut block = Vec::new();
    while reader.read(&mut block, 100).unwrap() > 0 {
        let half: Vec<f32> = block[0].iter().map(|x| x * 0.5).collect();
        writer.write(&[&half]).unwrap();
    }
    drop(reader);
    writer.finish().unwrap();
    assert_eq!(hear(&path).unwrap().frames(), 3000);
}

#[test]
fn bad_places_fail_before_the_work_and_leave_nothing() {
    let (dir, path) = scratch("a.wav");
    fs::write(&path, b"a file").unwrap();
    let text = create(&path.join("b.wav"), true).unwrap_err().to_string();
    assert!(
        text.starts_with("cannot create ") && text.contains("Not a directory"),
        "{text}"
    );
    let text = create(&dir.path().join("missing/b.wav"), true)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("missing/b.wav: No such file or directory"),
        "{text}"
    );
    let text = create(dir.path(), true).unwrap_err().to_string();
    assert!(
        text.contains("the output is a folder; name a file in it with -o"),
        "{text}"
    );
    assert_eq!(names(dir.path()), ["a.wav"]);
}

#[test]
fn formats_that_a_container_cannot_hold_are_refused() {
    let (dir, path) = scratch("a.flac");
    let attempt = |channels, sample, container| {
        let mut spec = plain(channels, sample);
        spec.container = container;
        Writer::create(&target(&path), &spec, Metadata::default())
            .unwrap_err()
            .to_string()
    };
    let text = attempt(9, SampleFormat::Int16, Container::Flac);
    assert!(
        text.ends_with("FLAC holds 1 to 8 channels, not 9; write WAV instead"),
        "{text}"
    );
    let text = attempt(1, SampleFormat::Float32, Container::Flac);
    assert!(
        text.contains("not 32-bit float; choose 16 or 24 bits"),
        "{text}"
    );
    let text = attempt(65, SampleFormat::Int16, Container::Wav);
    assert!(
        text.contains("it has 65 channels, expected 1 to 64"),
        "{text}"
    );
    let text = attempt(1, SampleFormat::Int16, Container::Mp3);
    assert!(
        text.contains("MP3 cannot be written; write WAV or FLAC"),
        "{text}"
    );
    assert!(names(dir.path()).is_empty());
    let mut writer = create(&path, false).unwrap();
    let text = writer
        .write(&[&[0.0; 3], &[0.0; 3]])
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("slices of [3, 3] frames, but must be 1 slices of equal length"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn permissions_follow_the_umask_or_the_file_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, path) = scratch("a.wav");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let plain_file = dir.path().join("plain");
    fs::write(&plain_file, b"").unwrap();
    create(&path, false).unwrap().finish().unwrap();
    assert_eq!(mode(&path), mode(&plain_file));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    create(&path, true).unwrap().finish().unwrap();
    assert_eq!(mode(&path), 0o640);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_its_target_is_written() {
    let (dir, path) = scratch("real.wav");
    let link = dir.path().join("link.wav");
    std::os::unix::fs::symlink("real.wav", &link).unwrap();
    create(&link, false).unwrap().finish().unwrap();
    assert!(link.is_symlink() && path.is_file() && !path.is_symlink());
    assert!(matches!(create(&link, false), Err(Error::Exists { .. })));
    create(&link, true).unwrap().finish().unwrap();
    assert!(link.is_symlink() && !path.is_symlink());
    assert_eq!(names(dir.path()), ["link.wav", "real.wav"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_never_replaced_and_a_full_one_is_an_error() {
    use std::os::unix::fs::FileTypeExt;
    let mut writer = create(Path::new("/dev/null"), false).unwrap();
    feed(&mut writer, &noise(1, 100_000, 16)).unwrap();
    writer.finish().unwrap();
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
    let mut writer = create(Path::new("/dev/full"), false).unwrap();
    let failed =
        feed(&mut writer, &noise(1, 100_000, 16)).and_then(|()| writer.finish().map(|_| ()));
    let text = failed.unwrap_err().to_string();
    assert!(
        text.starts_with("cannot write /dev/full: No space left on device"),
        "{text}"
    );
}

/// Mounts a small or read-only folder; as this needs privileges, tests that want it say so and pass without.
#[cfg(target_os = "linux")]
fn mounted(options: &str, test: impl FnOnce(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "tmpfs"])
        .arg(dir.path())
        .output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        eprintln!("skipped: mounting a tmpfs is not permitted here");
        return;
    }
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test(dir.path())));
    std::process::Command::new("umount")
        .arg(dir.path())
        .status()
        .unwrap();
    result.unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    mounted("size=64k", |folder| {
        for container in [Container::Wav, Container::Flac] {
            let mut spec = plain(1, SampleFormat::Int16);
            spec.container = container;
            let path = folder.join("a.wav");
            let mut writer = Writer::create(&target(&path), &spec, Metadata::default()).unwrap();
            let failed = feed(&mut writer, &noise(1, 300_000, 16))
                .and_then(|()| writer.finish().map(|_| ()));
            let text = failed.unwrap_err().to_string();
            assert!(
                text.starts_with("cannot write ") && text.contains("No space left on device"),
                "{text}"
            );
            assert!(names(folder).is_empty(), "{:?}", names(folder));
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_an_error() {
    mounted("ro,size=64k", |folder| {
        let text = create(&folder.join("a.wav"), false)
            .unwrap_err()
            .to_string();
        assert!(
            text.starts_with("cannot create ") && text.contains("Read-only file system"),
            "{text}"
        );
    });
}

/// A pipe whose reader goes away after some bytes.
#[derive(Clone, Default)]
struct Tap {
    bytes: Arc<Mutex<Vec<u8>>>,
    closes_at: Option<usize>,
}

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.bytes.lock().unwrap();
        if self.closes_at.is_some_and(|limit| all.len() >= limit) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_says_its_length_if_known_and_reads_back_either_way() {
    let planar = noise(3, 4001, 8);
    for frames in [None, Some(4001)] {
        for sample in [
            SampleFormat::Int8,
            SampleFormat::Int24,
            SampleFormat::Float32,
        ] {
            let tap = Tap::default();
            let mut spec = plain(3, sample);
            spec.frames = frames;
            let mut writer = Writer::to_stream(tap.clone(), &spec, Metadata::default()).unwrap();
            feed(&mut writer, &planar).unwrap();
            assert_eq!(writer.finish().unwrap().frames, 4001);
            let bytes = tap.bytes.lock().unwrap().clone();
            let riff = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
            match frames {
                Some(_) => assert_eq!(riff as usize + 8, bytes.len()),
                None => assert_eq!(riff, u32::MAX),
            }
            let heard = hear_pipe(&bytes).unwrap();
            assert_eq!((heard.spec.frames, heard.warnings), (frames, vec![]));
            assert_eq!(heard.planar, planar);
            let (_dir, path) = scratch("redirected.wav");
            fs::write(&path, &bytes).unwrap();
            let heard = hear(&path).unwrap();
            assert_eq!((heard.spec.frames, heard.warnings), (Some(4001), vec![]));
            assert_eq!(heard.planar, planar);
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_told_apart_from_a_failure() {
    let tap = Tap {
        closes_at: Some(100_000),
        ..Tap::default()
    };
    let mut writer =
        Writer::to_stream(tap, &plain(1, SampleFormat::Int16), Metadata::default()).unwrap();
    let failed =
        feed(&mut writer, &noise(1, 200_000, 16)).and_then(|()| writer.finish().map(|_| ()));
    assert!(matches!(failed, Err(Error::OutputClosed)), "{failed:?}");
}

#[test]
fn flac_in_a_stream_is_refused_with_the_way_out() {
    let mut spec = plain(1, SampleFormat::Int16);
    spec.container = Container::Flac;
    let text = Writer::to_stream(Tap::default(), &spec, Metadata::default())
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("standard output: FLAC needs a file")
            && text.ends_with("use -o, or write WAV"),
        "{text}"
    );
}

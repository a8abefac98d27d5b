//! Bad ONNX Runtime libraries: a clear reason, no crash, and Auto runs the embedded engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use diffwav::model::{Device, EngineChoice, Loaded, Options, load, preflight};
use tempfile::TempDir;

use crate::signals::model;

fn library() -> PathBuf {
    let target = std::env::current_exe().unwrap();
    let target = target
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .unwrap();
    let path = target.join("onnxruntime/libonnxruntime.so.1.28.0");
    assert!(
        path.is_file(),
        "{} is missing: run cargo xtask setup",
        path.display()
    );
    path
}

fn with(engine: EngineChoice, library: &Path) -> diffwav::Result<Loaded> {
    load(
        &model(),
        &Options {
            engine,
            device: Device::Cpu,
            library: Some(library.to_owned()),
            ..Options::default()
        },
    )
}

/// The reason in the words of both choices: Auto notes it and runs tract, the explicit choice fails with it.
fn assert_refused(path: &Path, reason: &str) {
    let loaded = with(EngineChoice::Auto, path).unwrap();
    assert!(loaded.network.engine().starts_with("tract"));
    assert_eq!(loaded.notes.len(), 1);
    let note = &loaded.notes[0];
    assert!(
        note.contains(reason) && note.ends_with("running the embedded engine"),
        "{note}"
    );
    assert!(note.contains(&path.display().to_string()), "{note}");
    let text = with(EngineChoice::OnnxRuntime, path)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains(reason) && text.contains("--onnxruntime-library"),
        "{text}"
    );
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_real_library_is_healthy() {
    assert_eq!(preflight::version(&library()).unwrap(), "1.28.0");
    let loaded = with(EngineChoice::OnnxRuntime, &library()).unwrap();
    assert_eq!(loaded.network.engine(), "onnxruntime 1.28.0 on cpu");
    assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
}

#[test]
fn files_that_are_no_library() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(&folder.path().join("missing.so"), "cannot be opened");
    assert_refused(&written(&folder, "empty.so", b""), "is empty");
    assert_refused(&written(&folder, "short.so", b"\x7fE"), "is no library");
    assert_refused(
        &written(&folder, "text.so", &b"this is not a library\n".repeat(99)),
        "is no library",
    );
    assert_refused(folder.path(), "is not a file");
}

#[test]
fn truncated_libraries() {
    let folder = tempfile::tempdir().unwrap();
    let real = fs::read(library()).unwrap();
    let n = real.len();
    let lengths = [
        4,
        5,
        16,
        63,
        64,
        65,
        100,
        512,
        4096,
        65_536,
        n / 4,
        n / 2,
        3 * n / 4,
        n - 70_000,
        n - 4096,
        n - 64,
        n - 1,
    ];
    for length in lengths {
        let path = written(&folder, "cut.so", &real[..length]);
        let problem = preflight::structure(&path).unwrap_err();
        assert!(
            problem.contains("truncated")
                || problem.contains("corrupt")
                || problem.contains("no library"),
            "{length}: {problem}"
        );
    }
    assert_refused(&written(&folder, "half.so", &real[..n / 2]), "is truncated");
}

#[test]
fn corrupt_headers() {
    let folder = tempfile::tempdir().unwrap();
    let real = fs::read(library()).unwrap();
    // e_machine, program header offset, section header offset, program header count, first segment's file size
    for (at, bytes) in [
        (18, &[0xb7, 0][..]),
        (32, &[0xff; 8]),
        (40, &[0xff; 8]),
        (56, &[0xff; 2]),
        (64 + 32, &[0xff; 8]),
        (4, &[1]),
    ] {
        let mut spoilt = real.clone();
        spoilt[at..at + bytes.len()].copy_from_slice(bytes);
        let path = written(&folder, "corrupt.so", &spoilt);
        let problem = preflight::structure(&path).unwrap_err();
        println!("byte {at}: {problem}");
    }
    let mut other = real;
    other[18] = 0xb7;
    assert_refused(
        &written(&folder, "arm.so", &other),
        "is for another machine",
    );
}

#[test]
fn a_foreign_library_is_not_loaded() {
    let libm = [
        "/lib/x86_64-linux-gnu/libm.so.6",
        "/usr/lib64/libm.so.6",
        "/usr/lib/libm.so.6",
    ];
    let libm = libm
        .into_iter()
        .map(Path::new)
        .find(|path| path.is_file())
        .unwrap();
    let real = libm.canonicalize().unwrap();
    let text = preflight::version(&real).unwrap_err();
    assert!(
        text.contains("is not ONNX Runtime: it exports no OrtGetApiBase"),
        "{text}"
    );
    assert_refused(libm, "is not ONNX Runtime");
}

fn stub(folder: &TempDir, name: &str, body: &str) -> PathBuf {
    let source = folder.path().join(format!("{name}.c"));
    let path = folder.path().join(format!("{name}.so"));
    fs::write(&source, body).unwrap();
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&path)
        .arg(&source)
        .status();
    assert!(status.expect("the C compiler").success());
    path
}

fn api_base(version: &str, api: &str) -> String {
    format!(
        "typedef struct {{ const void *(*get)(unsigned); const char *(*version)(void); }} Base;
         static const void *get(unsigned v) {{ return {api}; }}
         static const char *version(void) {{ return {version}; }}
         static const Base base = {{ get, version }};
         const Base *OrtGetApiBase(void) {{ return &base; }}"
    )
}

#[test]
fn libraries_that_are_too_old_or_give_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let old = stub(&folder, "old", &api_base("\"1.16.3\"", "(const void *)1"));
    assert_refused(&old, "is ONNX Runtime 1.16.3, but 1.24 or later is needed");
    let null_api = stub(&folder, "null_api", &api_base("\"1.28.0\"", "0"));
    assert_refused(&null_api, "is ONNX Runtime 1.28.0, but offers no API 24");
    let no_version = stub(&folder, "no_version", &api_base("0", "0"));
    assert_refused(&no_version, "it names no version");
    let odd_version = stub(&folder, "odd_version", &api_base("\"banana\"", "0"));
    assert_refused(&odd_version, "is ONNX Runtime banana");
    let null_base = stub(
        &folder,
        "null_base",
        "void *OrtGetApiBase(void) { return 0; }",
    );
    assert_refused(&null_base, "OrtGetApiBase gave nothing");
    let unresolved = stub(
        &folder,
        "unresolved",
        "extern int nowhere(void); void *OrtGetApiBase(void) { return (void *)(long)nowhere(); }",
    );
    assert_refused(&unresolved, "cannot be loaded");
    let loaded = with(EngineChoice::OnnxRuntime, &library()).unwrap();
    assert!(
        loaded.network.engine().starts_with("onnxruntime"),
        "bad libraries poison nothing"
    );
}

#[test]
fn a_damaged_library_of_the_bundle_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(library()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    let path = written(&folder, "libonnxruntime.so.1.28.0", &bytes);
    let folders = vec![folder.path().to_owned()];
    let problem = preflight::structure(&path);
    assert!(problem.is_ok(), "only the hash can tell: {problem:?}");
    // the next folder holds the good one, so Auto still runs ONNX Runtime
    let loaded = load(
        &model(),
        &Options {
            folders,
            device: Device::Cpu,
            ..Options::default()
        },
    )
    .unwrap();
    assert!(
        loaded.network.engine().starts_with("onnxruntime"),
        "{loaded:?}"
    );
}

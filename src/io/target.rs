//! Where the output goes: a file that appears only when it is complete, or a stream.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// An output as the user names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A file. It is written beside its place under another name and renamed when complete.
    File {
        /// The place.
        path: PathBuf,
        /// Whether a file that is there already may be replaced.
        overwrite: bool,
    },
    /// Standard output.
    Stdout,
}

/// An open output.
pub(super) struct Output {
    /// The name in messages; `None` for standard output.
    path: Option<PathBuf>,
    kind: Kind,
}

enum Kind {
    File {
        out: BufWriter<File>,
        temp: NamedTempFile,
        real: PathBuf,
        overwrite: bool,
    },
    Stream(BufWriter<Box<dyn Write + Send>>),
}

impl Output {
    /// Prepares `target`, so that a bad place fails before the work begins.
    ///
    /// # Errors
    /// [`Error::Exists`] if it must not be replaced; [`Error::File`] if its folder cannot be written to;
    /// [`Error::Audio`] if it is a folder.
    pub fn open(target: &Target) -> Result<Self> {
        match target {
            Target::File { path, overwrite } => Self::file(path, *overwrite),
            Target::Stdout => Ok(Self::stream(Box::new(io::stdout()))),
        }
    }

    /// Writes to a stream that cannot seek.
    pub fn stream(stream: Box<dyn Write + Send>) -> Self {
        Self {
            path: None,
            kind: Kind::Stream(BufWriter::with_capacity(1 << 16, stream)),
        }
    }

    fn file(path: &Path, overwrite: bool) -> Result<Self> {
        let failed = |source| Error::File {
            action: "create",
            path: path.to_owned(),
            source,
        };
        let real = follow(path);
        let there = match fs::metadata(&real) {
            Ok(meta) => Some(meta),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(failed(e)),
        };
        if let Some(meta) = &there {
            if meta.is_dir() {
                return Err(super::source::audio(
                    path,
                    "the output is a folder",
                    "name a file in it with -o",
                ));
            }
            if !meta.is_file() {
                // A device or a named pipe must be written to, never replaced.
                let device = File::options().write(true).open(&real).map_err(failed)?;
                let kind = Kind::Stream(BufWriter::with_capacity(1 << 16, Box::new(device)));
                return Ok(Self {
                    path: Some(path.to_owned()),
                    kind,
                });
            }
            if !overwrite {
                return Err(Error::Exists {
                    path: path.to_owned(),
                });
            }
        }
        let temp = beside(&real).map_err(failed)?;
        if let Some(meta) = there {
            temp.as_file()
                .set_permissions(meta.permissions())
                .map_err(failed)?;
        }
        let out = BufWriter::with_capacity(1 << 16, temp.as_file().try_clone().map_err(failed)?);
        Ok(Self {
            path: Some(path.to_owned()),
            kind: Kind::File {
                out,
                temp,
                real,
                overwrite,
            },
        })
    }

    /// Whether what was written can be patched afterwards.
    pub fn can_seek(&self) -> bool {
        matches!(self.kind, Kind::File { .. })
    }

    /// Flushes, and lets the file appear.
    pub fn finish(mut self) -> Result<()> {
        self.flush().map_err(|e| self.failed(e))?;
        let Self {
            path,
            kind:
                Kind::File {
                    out,
                    temp,
                    real,
                    overwrite,
                },
        } = self
        else {
            return Ok(());
        };
        drop(out);
        let renamed = if overwrite {
            temp.persist(&real)
        } else {
            temp.persist_noclobber(&real)
        };
        let path = path.unwrap_or(real);
        match renamed {
            Ok(_) => Ok(()),
            Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Err(Error::Exists { path }),
            Err(e) => Err(Error::File {
                action: "create",
                path,
                source: e.error,
            }),
        }
    }

    /// The error for a failed write.
    pub fn failed(&self, source: io::Error) -> Error {
        match &self.path {
            _ if source.kind() == ErrorKind::BrokenPipe => Error::OutputClosed,
            Some(path) => Error::File {
                action: "write",
                path: path.clone(),
                source,
            },
            None => Error::Stream {
                action: "write standard output",
                source,
            },
        }
    }

    /// The error for an output that cannot be what was asked for.
    pub fn bad(&self, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        super::source::audio(self.name(), problem, remedy)
    }

    /// The name in messages.
    pub fn name(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("standard output"))
    }
}

/// Follows symbolic links, also one that points to a file still to be made: the link stays, its target is written.
fn follow(path: &Path) -> PathBuf {
    let mut real = path.to_owned();
    // The system's own limit of links in a row is 40.
    for _ in 0..40 {
        let Ok(next) = fs::read_link(&real) else {
            break;
        };
        real = real.parent().unwrap_or(Path::new("")).join(next);
    }
    real
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::File { out, .. } => out.write(bytes),
            Kind::Stream(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::File { out, .. } => out.flush(),
            Kind::Stream(out) => out.flush(),
        }
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.kind {
            Kind::File { out, .. } => out.seek(to),
            Kind::Stream(_) => Err(ErrorKind::NotSeekable.into()),
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A temporary file in the folder of `path`, with the permissions of any new file: to be written, then renamed.
///
/// # Errors
/// What the system says.
pub fn beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut name = tempfile::Builder::new();
    name.prefix(".diffwav-").suffix(".part");
    #[cfg(unix)]
    name.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    name.tempfile_in(folder)
}

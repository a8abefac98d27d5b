//! Where the bytes come from: a file that can seek, or a pipe that cannot.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// An input as the user names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// What can be read once, from front to back.
pub(super) type Pipe = Box<dyn Read + Send + Sync>;

/// An open input.
pub(super) struct Input {
    /// The name in messages.
    pub path: PathBuf,
    kind: Kind,
    position: u64,
}

enum Kind {
    File {
        file: BufReader<File>,
        len: u64,
    },
    /// `head` holds bytes that were looked at and are still to be read, from `at` on.
    Pipe {
        head: Vec<u8>,
        at: usize,
        rest: Pipe,
    },
}

pub(super) const NO_AUDIO: &str = "name a WAV, FLAC, MP3, Ogg, M4A or AIFF file";

impl Input {
    /// Opens `source` and tells a missing file, a folder and an empty file apart.
    pub fn open(source: &Source) -> Result<Self> {
        match source {
            Source::File(path) => Self::open_file(path),
            Source::Stdin => Ok(Self::pipe("standard input".into(), Box::new(io::stdin()))),
        }
    }

    fn open_file(path: &Path) -> Result<Self> {
        let failed = |source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        if meta.is_dir() {
            return Err(audio(
                path,
                "it is a folder, expected an audio file",
                NO_AUDIO,
            ));
        }
        if !meta.is_file() {
            return Ok(Self::pipe(path.to_owned(), Box::new(file)));
        }
        if meta.len() == 0 {
            return Err(audio(
                path,
                "it is empty (0 bytes), expected audio",
                "record or copy it again",
            ));
        }
        let kind = Kind::File {
            file: BufReader::with_capacity(1 << 16, file),
            len: meta.len(),
        };
        Ok(Self {
            path: path.to_owned(),
            kind,
            position: 0,
        })
    }

    /// Reads from a stream that cannot seek; `path` is its name in messages.
    pub fn pipe(path: PathBuf, rest: Pipe) -> Self {
        Self {
            path,
            kind: Kind::Pipe {
                head: Vec::new(),
                at: 0,
                rest,
            },
            position: 0,
        }
    }

    /// Bytes in all, where that is known.
    pub fn len(&self) -> Option<u64> {
        match &self.kind {
            Kind::File { len, .. } => Some(*len),
            Kind::Pipe { .. } => None,
        }
    }

    /// Whether [`Self::seek`] works.
    pub fn can_seek(&self) -> bool {
        self.len().is_some()
    }

    /// Bytes read so far from the front.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Goes to `position`, counted from the front.
    pub fn seek(&mut self, position: u64) -> io::Result<()> {
        match &mut self.kind {
            Kind::File { file, .. } => {
                file.seek_relative(position.wrapping_sub(self.position).cast_signed())?;
                self.position = position;
                Ok(())
            }
            Kind::Pipe { .. } => Err(io::ErrorKind::NotSeekable.into()),
        }
    }

    /// The next `n` bytes without taking them; fewer at the end.
    pub fn peek(&mut self, n: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let start = self.position;
        self.by_ref().take(n as u64).read_to_end(&mut bytes)?;
        match &mut self.kind {
            Kind::File { .. } => self.seek(start)?,
            Kind::Pipe { head, at, .. } => {
                let unread = head.split_off(*at);
                *head = [&bytes[..], &unread].concat();
                *at = 0;
                self.position = start;
            }
        }
        Ok(bytes)
    }

    /// Reads up to `n` bytes; fewer only at the end. Memory grows with what is there, not with `n`.
    pub fn read_up_to(&mut self, n: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.by_ref().take(n as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Skips up to `n` bytes and says how many there were.
    pub fn skip(&mut self, n: u64) -> io::Result<u64> {
        if let Some(len) = self.len() {
            let there = n.min(len.saturating_sub(self.position));
            self.seek(self.position + there)?;
            return Ok(there);
        }
        io::copy(&mut self.by_ref().take(n), &mut io::sink())
    }

    /// The error for a failed operation of the system.
    pub fn failed(&self, source: io::Error) -> Error {
        Error::File {
            action: "read",
            path: self.path.clone(),
            source,
        }
    }

    /// The error for content that is no good.
    pub fn bad(&self, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        audio(&self.path, problem, remedy)
    }
}

pub(super) fn audio(path: &Path, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::Audio {
        path: path.to_owned(),
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = match &mut self.kind {
            Kind::File { file, .. } => file.read(out)?,
            Kind::Pipe { head, at, .. } if *at < head.len() => {
                let n = (&head[*at..]).read(out)?;
                *at += n;
                n
            }
            Kind::Pipe { head, at, rest } => {
                head.clear();
                *at = 0;
                rest.read(out)?
            }
        };
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, offset) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(offset) => (self.position, offset),
            SeekFrom::End(offset) => (self.len().ok_or(io::ErrorKind::NotSeekable)?, offset),
        };
        let position = base
            .checked_add_signed(offset)
            .ok_or(io::ErrorKind::InvalidInput)?;
        Self::seek(self, position)?;
        Ok(position)
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("path", &self.path)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

//! Walks tests/corpus: each file must do what outcomes.tsv says, and no cut or pipe may make the reader panic or hang.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::bench::{Heard, hear, hear_pipe, scratch};

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// Every audio file of the corpus: name and bytes.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            !matches!(
                path.extension().and_then(|e| e.to_str()),
                Some("py" | "tsv" | "md")
            )
        })
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// What outcomes.tsv would say.
fn outcome(heard: diffwav::Result<Heard>) -> String {
    match heard {
        Ok(heard) => {
            let warnings: Vec<_> = heard.warnings.iter().map(ToString::to_string).collect();
            format!("{} {}", heard.frames(), warnings.join("; "))
        }
        Err(e) => format!("error {e}"),
    }
}

/// Whether `found` is as `expected`: the same first word, the rest contained, and no warning where none is named.
fn matches(found: &str, expected: &str) -> bool {
    let (head, rest) = found.split_once(' ').unwrap();
    let (wanted, part) = expected.split_once(' ').unwrap_or((expected, ""));
    let silent = part.is_empty() && wanted != "error";
    head == wanted && rest.contains(part) && (!silent || rest.is_empty())
}

#[test]
fn every_file_does_what_is_written_down() {
    let table = fs::read_to_string(folder().join("outcomes.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let found = outcome(hear(&folder().join(row[0])));
        if !matches(&found, row[2]) {
            wrong.push(format!(
                "{}\n  expected {}\n  found    {found}",
                row[0], row[2]
            ));
        }
    }
    for (name, _) in files()
        .iter()
        .filter(|(name, _)| !name.starts_with("crash-"))
    {
        if !rows.iter().any(|row| row[0] == *name) {
            wrong.push(format!("{name} is not in outcomes.tsv"));
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{}\n{} of {} files",
        wrong.join("\n"),
        wrong.len(),
        rows.len()
    );
}

#[test]
fn wav_reads_the_same_from_a_pipe_or_says_why_not() {
    for (name, bytes) in files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".wav") && name.starts_with("ok"))
    {
        let file = hear(&folder().join(&name)).unwrap();
        match hear_pipe(&bytes) {
            Ok(pipe) => {
                let bits = |heard: &Heard| {
                    heard
                        .planar
                        .iter()
                        .flatten()
                        .map(|x| x.to_bits())
                        .collect::<Vec<_>>()
                };
                assert_eq!(bits(&pipe), bits(&file), "{name}");
            }
            Err(e) => {
                let text = e.to_string();
                assert!(
                    text.contains("pipe") && text.ends_with("save it to a file first"),
                    "{name}: {text}"
                );
            }
        }
    }
}

#[test]
fn no_cut_makes_the_reader_panic_or_hang() {
    let slow = Duration::from_secs(2);
    for (name, bytes) in files() {
        let (_dir, path) = scratch(&name);
        fs::write(&path, &bytes).unwrap();
        for len in (0..bytes.len()).rev() {
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_len(len as u64)
                .unwrap();
            let start = Instant::now();
            let _ = hear(&path);
            if len % 5 == 0 {
                let _ = hear_pipe(&bytes[..len]);
            }
            assert!(
                start.elapsed() < slow,
                "{name} cut to {len} bytes took {:?}",
                start.elapsed()
            );
        }
    }
}

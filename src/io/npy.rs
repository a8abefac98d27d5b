//! NumPy's `.npy` files: float arrays, versions 1 to 3 of the header, C and Fortran order, either byte order.
//!
//! No file makes this allocate by a size that it merely claims: the numbers must be there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::{Error, Result};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Longest header that is read; NumPy's own are a few hundred bytes.
const HEADER_MAX: usize = 1 << 16;
/// Largest file: a day of mel frames and more, and no surprise for the memory.
const BYTES_MAX: u64 = 4 << 30;
/// How to make a file that can be read.
const REMEDY: &str = "save it with np.save(path, mel.astype(np.float32))";

/// An array of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// The numbers in C order: the last axis runs fastest.
    pub values: Vec<f32>,
}

/// Reads the file at `path`.
///
/// # Errors
/// [`Error::File`] if the system refuses; [`Error::Audio`] for what is no array of floats, or is cut off.
pub fn read(path: &Path) -> Result<Array> {
    let failed = |source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    parse(&bytes).map_err(|problem| Error::Audio {
        path: path.to_owned(),
        problem,
        remedy: REMEDY.to_owned(),
    })
}

/// The array in the bytes of a file.
///
/// # Errors
/// A text with what is wrong, and what was found.
pub fn parse(bytes: &[u8]) -> Result<Array, String> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it is longer than {} GiB", BYTES_MAX >> 30));
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err("it is no .npy file: it does not begin with \\x93NUMPY".to_owned());
    };
    let cut = || "its header is cut off".to_owned();
    let (length, rest) = match rest {
        [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        [version, ..] if !(1..=3).contains(version) => {
            return Err(format!("its version is {version}, expected 1 to 3"));
        }
        _ => return Err(cut()),
    };
    if length > HEADER_MAX {
        return Err(format!(
            "its header claims {length} bytes, expected at most {HEADER_MAX}"
        ));
    }
    let (header, data) = rest.split_at_checked(length).ok_or_else(cut)?;
    let header = Header::parse(&String::from_utf8_lossy(header))?;
    let count = header.count()?;
    let size = header.kind.size();
    let wanted = count
        .checked_mul(size)
        .ok_or("its shape is beyond any memory")?;
    if data.len() < wanted {
        return Err(format!(
            "it is cut off: {} numbers of {:?} were promised, {} are there",
            count,
            header.shape,
            data.len() / size
        ));
    }
    let values: Vec<f32> = data[..wanted]
        .chunks_exact(size)
        .map(|number| header.kind.read(number))
        .collect();
    Ok(Array {
        values: if header.fortran {
            c_order(&header.shape, &values)
        } else {
            values
        },
        shape: header.shape,
    })
}

/// What the header says.
struct Header {
    kind: Kind,
    fortran: bool,
    shape: Vec<usize>,
}

/// How a number is stored.
#[derive(Clone, Copy)]
struct Kind {
    double: bool,
    big_endian: bool,
}

impl Kind {
    fn size(self) -> usize {
        if self.double { 8 } else { 4 }
    }

    fn read(self, number: &[u8]) -> f32 {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..number.len()];
        bytes.copy_from_slice(number);
        if self.big_endian {
            bytes.reverse();
        }
        match *bytes {
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
            [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            _ => 0.0,
        }
    }
}

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (80, 300), }`.
    fn parse(text: &str) -> Result<Self, String> {
        let descr = value(text, "descr")?;
        let name = descr.trim_start_matches(['\'', '"']);
        let name = name.split(['\'', '"']).next().unwrap_or_default();
        let (order, kind) = name.split_at_checked(1).unwrap_or(("", name));
        let double = match kind {
            "f4" => false,
            "f8" => true,
            _ => {
                let found = if name.is_empty() { descr } else { name };
                return Err(format!(
                    "its numbers are of the type {:?}, expected float32 or float64",
                    found.chars().take(20).collect::<String>()
                ));
            }
        };
        let fortran = match value(text, "fortran_order")? {
            v if v.starts_with("True") => true,
            v if v.starts_with("False") => false,
            _ => return Err("its header has no fortran_order of True or False".to_owned()),
        };
        let shape = value(text, "shape")?;
        let inside = shape.strip_prefix('(').and_then(|s| s.split_once(')'));
        let Some((inside, _)) = inside else {
            return Err("its header has no shape".to_owned());
        };
        let lengths = inside.split(',').map(str::trim).filter(|n| !n.is_empty());
        let shape: Result<Vec<usize>, _> = lengths.map(str::parse).collect();
        Ok(Self {
            kind: Kind {
                double,
                big_endian: order == ">",
            },
            fortran,
            shape: shape.map_err(|_| format!("its shape ({inside}) is not understood"))?,
        })
    }

    fn count(&self) -> Result<usize, String> {
        let product = |all: usize, n: &usize| all.checked_mul(*n);
        let count = self.shape.iter().try_fold(1, product);
        count.ok_or_else(|| format!("its shape {:?} is beyond any memory", self.shape))
    }
}

/// What stands behind a key of the header.
fn value<'a>(header: &'a str, key: &str) -> Result<&'a str, String> {
    for quote in ['\'', '"'] {
        if let Some((_, rest)) = header.split_once(&format!("{quote}{key}{quote}")) {
            return Ok(rest.trim_start().trim_start_matches(':').trim_start());
        }
    }
    Err(format!("its header has no {key}"))
}

/// Fortran order, where the first axis runs fastest, to C order.
fn c_order(shape: &[usize], values: &[f32]) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    let mut index = vec![0; shape.len()];
    for _ in 0..values.len() {
        let place = index
            .iter()
            .zip(shape)
            .rev()
            .fold(0, |at, (i, n)| at * n + i);
        out.push(values[place]);
        for (i, n) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < *n {
                break;
            }
            *i = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        if version == 1 {
            bytes.extend((header.len() as u16).to_le_bytes());
        } else {
            bytes.extend((header.len() as u32).to_le_bytes());
        }
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn floats(n: usize) -> Vec<u8> {
        (0..n).flat_map(|i| (i as f32).to_le_bytes()).collect()
    }

    #[test]
    fn versions_types_and_orders_give_the_same_array() {
        let wanted = Array {
            shape: vec![2, 3],
            values: vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        };
        let doubles: Vec<u8> = (0..6).flat_map(|i| f64::from(i).to_be_bytes()).collect();
        let fortran: Vec<u8> = [0.0f32, 3.0, 1.0, 4.0, 2.0, 5.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        for bytes in [
            file(1, "<f4", "False", "(2, 3)", &floats(6)),
            file(2, "|f4", "False", "(2, 3)", &floats(6)),
            file(3, "<f4", "True", "(2, 3)", &fortran),
            file(1, ">f8", "False", "(2, 3)", &doubles),
        ] {
            assert_eq!(parse(&bytes).unwrap(), wanted);
        }
    }

    #[test]
    fn three_axes_in_fortran_order() {
        // a[i, j, k] = 100 i + 10 j + k, the first axis fastest.
        let mut data = Vec::new();
        for k in 0..2 {
            for j in 0..3 {
                for i in 0..2 {
                    data.extend(((100 * i + 10 * j + k) as f32).to_le_bytes());
                }
            }
        }
        let array = parse(&file(1, "<f4", "True", "(2, 3, 2)", &data)).unwrap();
        assert_eq!(array.values[..4], [0.0, 1.0, 10.0, 11.0]);
        assert_eq!(array.values[6], 100.0);
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        let huge = file(1, "<f4", "False", "(4294967296, 4294967296, 2)", &floats(6));
        for (bytes, part) in [
            (b"RIFF".to_vec(), "no .npy file"),
            (file(9, "<f4", "False", "(6,)", &floats(6)), "version is 9"),
            (file(1, "<i8", "False", "(6,)", &floats(6)), "i8"),
            (file(1, "<c8", "False", "(6,)", &floats(6)), "c8"),
            (file(1, "|O", "False", "(6,)", &floats(6)), "type \"|O\""),
            (file(1, "<f4", "Maybe", "(6,)", &floats(6)), "fortran_order"),
            (
                file(1, "<f4", "False", "(7,)", &floats(6)),
                "cut off: 7 numbers",
            ),
            (file(1, "<f4", "False", "(-1,)", &floats(6)), "(-1,)"),
            (huge, "beyond any memory"),
            (MAGIC.to_vec(), "header is cut off"),
            (
                [MAGIC.as_slice(), &[2, 0, 255, 255, 255, 255]].concat(),
                "claims",
            ),
        ] {
            let problem = parse(&bytes).unwrap_err();
            assert!(problem.contains(part), "{problem:?} without {part:?}");
        }
    }

    #[test]
    fn no_cut_of_a_file_panics() {
        let whole = file(1, "<f4", "False", "(2, 3)", &floats(6));
        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_err());
        }
    }
}

//! Where an ONNX Runtime library may lie, in the order in which it is looked for.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::model::device::Device;
use crate::model::own_folder::own_folder;
use crate::model::preflight;

/// Environment variables that name the library, the first one wins.
pub const VARIABLES: [&str; 2] = ["DIFFWAV_ONNXRUNTIME", "ORT_DYLIB_PATH"];

/// The builds that `cargo xtask setup` fetches and bundles carry: file name and SHA-256 (plain, CUDA, WebGPU).
const KNOWN: [(&str, &str); 3] = [
    (
        "libonnxruntime.so.1.28.0",
        "aa4079d18f4ea7a5f3a94d80cd4bbe0f2740436626622d64d793803a20381083",
    ),
    (
        "libonnxruntime.so.1.28.0",
        "018d05f615e96f6e0cfb95d2865f63915681d5d2688dd187f599822b245d27bc",
    ),
    (
        "libonnxruntime.so.1.27.0",
        "882f54a76dde1b6c7e66ed353f29bf167c2a2d4e77875b093205074b31d2c7f4",
    ),
];

/// A healthy library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Its version, such as "1.28.0".
    pub version: String,
}

/// Finds a healthy library for `device`.
///
/// A library that is named (`given`, or [`VARIABLES`]) is the only candidate. Otherwise: `folders` (of a plugin
/// bundle), the folder of the program and `../lib`, the folder that `cargo xtask setup` fills, the system. For CUDA
/// and WebGPU the folders `cuda` and `webgpu` inside of these come first: their libraries are others.
///
/// # Errors
/// Every file that was tried with what is wrong with it, or the places where none was found.
pub fn find(given: Option<&Path>, folders: &[PathBuf], device: Device) -> Result<Found, String> {
    if let Some(path) = given {
        return healthy(path, false).map_err(|problem| format!("{} {problem}", path.display()));
    }
    for variable in VARIABLES {
        if let Some(path) = env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
        {
            return healthy(&path, false)
                .map_err(|problem| format!("{} (from {variable}) {problem}", path.display()));
        }
    }
    let mut problems = Vec::new();
    let own: Vec<PathBuf> = folders.iter().cloned().chain(own_folders()).collect();
    let inside = |name: &'static str| own.iter().map(move |folder| folder.join(name));
    let special: Vec<PathBuf> = match device {
        Device::Cuda => inside("cuda").collect(),
        Device::Webgpu => inside("webgpu").collect(),
        _ => Vec::new(),
    };
    // Where only a special build was fetched, it serves the CPU as well.
    let last: Vec<PathBuf> = match device {
        Device::Cpu => inside("cuda").chain(inside("webgpu")).collect(),
        _ => Vec::new(),
    };
    let bundled = special.into_iter().chain(own.iter().cloned()).chain(last);
    let all = bundled.map(|folder| (folder, true));
    for (folder, bundled) in all.chain(system_folders().map(|folder| (folder, false))) {
        for path in libraries_in(&folder) {
            match healthy(&path, bundled) {
                Ok(found) => return Ok(found),
                Err(problem) => problems.push(format!("{} {problem}", path.display())),
            }
        }
    }
    if problems.is_empty() {
        problems.push(
            "no library beside the program, in target/onnxruntime or on the system".to_owned(),
        );
    }
    Err(problems.join("; "))
}

/// Whether a library for `device` was named or fetched: looks for the file only, and loads nothing.
#[must_use]
pub fn is_there(given: Option<&Path>, folders: &[PathBuf], device: Device) -> bool {
    let named = VARIABLES
        .iter()
        .any(|variable| env::var_os(variable).is_some_and(|value| !value.is_empty()));
    let inside = match device {
        Device::Cuda => "cuda",
        Device::Webgpu => "webgpu",
        _ => "",
    };
    let own = folders.iter().cloned().chain(own_folders());
    given.is_some()
        || named
        || own
            .map(|folder| folder.join(inside))
            .any(|folder| !libraries_in(&folder).is_empty())
}

fn healthy(path: &Path, bundled: bool) -> Result<Found, String> {
    // dlopen searches its own list for a bare name; the file that was checked is the one to be loaded
    let path = path
        .canonicalize()
        .map_err(|e| format!("cannot be opened ({e})"))?;
    if bundled {
        intact(&path)?;
    }
    let version = preflight::version(&path)?;
    Ok(Found { path, version })
}

/// Compares a library of ours with the build that it should be.
fn intact(path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default();
    let wanted: Vec<&str> = KNOWN
        .iter()
        .filter(|(known, _)| name == *known)
        .map(|(_, sha256)| *sha256)
        .collect();
    let Some(first) = wanted.first() else {
        return Ok(());
    };
    let bytes = std::fs::read(path).map_err(|e| format!("cannot be opened ({e})"))?;
    let found = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    if wanted.contains(&found.as_str()) {
        return Ok(());
    }
    Err(format!(
        "is damaged: its SHA-256 is {}…, expected {}…; run `cargo xtask setup`",
        &found[..12],
        &first[..12]
    ))
}

/// The folders of the plugin or the program: where it lies, ../lib, and onnxruntime/ in the build folder that it
/// lies in.
fn own_folders() -> Vec<PathBuf> {
    let program = env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(Path::to_path_buf));
    let mut folders = Vec::new();
    for folder in own_folder().into_iter().chain(program) {
        let built = folder
            .ancestors()
            .take(4)
            .find(|ancestor| ancestor.join("CACHEDIR.TAG").is_file());
        folders.extend([folder.clone(), folder.join("../lib")]);
        folders.extend(built.map(|target| target.join("onnxruntime")));
    }
    folders.dedup();
    folders
}

fn system_folders() -> impl Iterator<Item = PathBuf> {
    let variable = if cfg!(target_os = "macos") {
        "DYLD_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    let listed: OsString = env::var_os(variable).unwrap_or_default();
    let listed: Vec<PathBuf> = env::split_paths(&listed)
        .filter(|folder| folder.is_absolute())
        .collect();
    let fixed: &[&str] = match env::consts::OS {
        "linux" => &[
            "/usr/local/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
        ],
        "macos" => &["/opt/homebrew/lib", "/usr/local/lib"],
        _ => &[],
    };
    listed.into_iter().chain(fixed.iter().map(PathBuf::from))
}

/// The ONNX Runtime libraries in `folder`, the plain name first, then the highest version.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let named = |path: &PathBuf| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        match env::consts::OS {
            "windows" => name.eq_ignore_ascii_case("onnxruntime.dll"),
            "macos" => name.starts_with("libonnxruntime.") && name.ends_with(".dylib"),
            _ => name
                .strip_prefix("libonnxruntime.so")
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        }
    };
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(named)
        .collect();
    paths.sort_by_key(|path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let numbers: Vec<u32> = name
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        (!numbers.is_empty(), std::cmp::Reverse(numbers))
    });
    paths
}

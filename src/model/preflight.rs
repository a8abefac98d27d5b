//! Checks of an ONNX Runtime library before the process loads it.
//!
//! Loading a truncated library ends the process with SIGBUS, and a library without the right API poisons every
//! later attempt. So its structure is read from the file first: lengths, machine, exported entry. Only then is it
//! opened, and asked for its version and for the API. Damage in the middle of code cannot be seen this way; for a
//! library of the bundle its SHA-256 is compared too (see [`crate::model::library`]).

use std::ffi::{CStr, c_char, c_void};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use object::read::ReadCache;
use object::{NameOrOrdinal, Object, ObjectSection, ObjectSegment, ObjectSymbol};

/// The version of the C API that this program calls; ONNX Runtime 1.24 brought it.
pub const API: u32 = 24;
/// The exported entry of every ONNX Runtime.
const ENTRY: &str = "OrtGetApiBase";

/// The first two members of `OrtApiBase` in onnxruntime_c_api.h; they never change.
#[repr(C)]
struct ApiBase {
    get_api: unsafe extern "system" fn(u32) -> *const c_void,
    get_version: unsafe extern "system" fn() -> *const c_char,
}

/// Checks the library at `path` and returns its version, such as "1.28.0".
///
/// # Errors
/// A text that says what is wrong with it.
pub fn version(path: &Path) -> Result<String, String> {
    structure(path)?;
    ask(path)
}

/// Reads the file without loading it: kind, machine, every part inside of the file, the entry exported.
///
/// # Errors
/// A text that says what is wrong with it.
pub fn structure(path: &Path) -> Result<(), String> {
    let mut file = File::open(path).map_err(|e| format!("cannot be opened ({e})"))?;
    let about = file
        .metadata()
        .map_err(|e| format!("cannot be read ({e})"))?;
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    if about.len() == 0 {
        return Err("is empty".to_owned());
    }
    let mut magic = [0; 4];
    file.read_exact(&mut magic)
        .map_err(|_| "is no library (only some bytes long)".to_owned())?;
    let cache = ReadCache::new(file);
    let library = object::File::parse(&cache).map_err(|e| match magic {
        [0x7f, b'E', b'L', b'F'] => format!("is truncated or corrupt ({e})"),
        _ => format!("is no library ({e})"),
    })?;
    if library.format() != object::BinaryFormat::native_object() {
        return Err(format!(
            "is a library of another system ({:?})",
            library.format()
        ));
    }
    if !is_native(library.architecture()) {
        let wanted = std::env::consts::ARCH;
        return Err(format!(
            "is for another machine ({:?}, expected {wanted})",
            library.architecture()
        ));
    }
    inside(&library, about.len())?;
    // libonnxruntime exports a handful of symbols, but other libraries may export many
    let exported = match library.format() {
        object::BinaryFormat::Elf => library
            .dynamic_symbols()
            .any(|symbol| symbol.is_definition() && symbol.name() == Ok(ENTRY)),
        _ => {
            let mut exports = library.exports().map_err(|e| format!("is corrupt ({e})"))?;
            exports.any(|export| {
                let name = export
                    .as_ref()
                    .map_or(&b""[..], |export| match export.name() {
                        NameOrOrdinal::Name(name) => name,
                        NameOrOrdinal::Ordinal(_) => b"",
                    });
                name.strip_prefix(b"_").unwrap_or(name) == ENTRY.as_bytes()
            })
        }
    };
    if exported {
        Ok(())
    } else {
        Err(format!("is not ONNX Runtime: it exports no {ENTRY}"))
    }
}

/// Every segment and section lies inside of the file.
fn inside<'a>(library: &impl Object<'a>, length: u64) -> Result<(), String> {
    let segments = library.segments().map(|segment| segment.file_range());
    let sections = library
        .sections()
        .filter_map(|section| section.file_range());
    for (start, size) in segments.chain(sections) {
        let end = start.saturating_add(size);
        if end > length {
            return Err(format!(
                "is truncated: a part ends at byte {end}, but the file at {length}"
            ));
        }
    }
    if library.segments().next().is_none() || library.sections().next().is_none() {
        return Err("is corrupt: it has no segments or no sections".to_owned());
    }
    Ok(())
}

fn is_native(found: object::Architecture) -> bool {
    use object::Architecture as A;
    match std::env::consts::ARCH {
        "x86_64" => found == A::X86_64,
        "aarch64" => found == A::Aarch64,
        "x86" => found == A::I386,
        "arm" => found == A::Arm,
        "riscv64" => found == A::Riscv64,
        _ => true,
    }
}

/// Opens the library and asks for its version and its API.
fn ask(path: &Path) -> Result<String, String> {
    let library = open(path).map_err(|e| format!("cannot be loaded ({e})"))?;
    // SAFETY: the symbol of this name has had this type in every release of ONNX Runtime.
    let entry = unsafe { library.get::<unsafe extern "system" fn() -> *const ApiBase>(ENTRY) }
        .map_err(|e| format!("exports no {ENTRY} ({e})"))?;
    // SAFETY: the entry takes nothing and may be called at any time.
    let base = unsafe { entry() };
    // SAFETY: the library returns null or a pointer to a static OrtApiBase, which begins with these two functions.
    let base =
        unsafe { base.as_ref() }.ok_or_else(|| format!("is broken: {ENTRY} gave nothing"))?;
    // SAFETY: the function takes nothing and returns null or a static text.
    let text = unsafe { (base.get_version)() };
    if text.is_null() {
        return Err("is broken: it names no version".to_owned());
    }
    // SAFETY: not null, so a static text that ends with a zero byte.
    let version = unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned();
    if minor(&version).is_none_or(|minor| minor < API) {
        return Err(format!(
            "is ONNX Runtime {version}, but 1.{API} or later is needed"
        ));
    }
    // SAFETY: the function takes a version number and returns null if it does not know it.
    let api = unsafe { (base.get_api)(API) };
    if api.is_null() {
        return Err(format!(
            "is ONNX Runtime {version}, but offers no API {API}"
        ));
    }
    // From here on it is going to be used; closing it would run its finalisers for nothing.
    std::mem::forget(library);
    Ok(version)
}

/// Loads the library with every symbol resolved at once: a symbol that is missing is an error here, and would end
/// the process if it were found missing at its first call.
fn open(path: &Path) -> Result<libloading::Library, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // SAFETY: opening runs the library's initialisers. `structure` has shown that it is whole and exports the
        // entry of ONNX Runtime, and the user or the bundle chose it.
        unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as above.
        unsafe { libloading::Library::new(path) }
    }
}

/// The minor version of "1.28.0".
pub(super) fn minor(version: &str) -> Option<u32> {
    let mut parts = version.split('.');
    if parts.next() != Some("1") {
        return None;
    }
    parts.next()?.parse().ok()
}

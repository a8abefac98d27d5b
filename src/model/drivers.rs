//! What the system has of graphics drivers: asked before ONNX Runtime is, for it says less when one is missing.

use std::ffi::{CStr, c_char, c_int};
use std::path::Path;

use libloading::Library;
use object::read::ReadCache;

/// A graphics card that a driver shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its name, as the driver says it.
    pub name: String,
    /// Whether it is a program that plays the graphics card on the CPU.
    pub software: bool,
    /// The version that it or its driver speaks: "CUDA 13.0", "Vulkan 1.3.289".
    pub speaks: String,
}

impl Card {
    /// One line for reports.
    #[must_use]
    pub fn describe(&self) -> String {
        let software = if self.software {
            ", a program on the CPU"
        } else {
            ""
        };
        format!("{} ({}{software})", self.name, self.speaks)
    }
}

/// Cards of the NVIDIA driver.
///
/// # Errors
/// Why there is none, in a sentence.
pub fn nvidia() -> Result<Vec<Card>, String> {
    const NAME: &str = if cfg!(windows) {
        "nvcuda.dll"
    } else {
        "libcuda.so.1"
    };
    let driver = open(NAME)
        .map_err(|_| format!("there is no NVIDIA driver ({NAME} is not on this system)"))?;
    let failed =
        |what: &str, code: c_int| format!("the NVIDIA driver does not answer ({what} gave {code})");
    type Call<T> = unsafe extern "C" fn(T) -> c_int;
    type Name = unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int;
    let missing = |e: libloading::Error| format!("{NAME} is not an NVIDIA driver ({e})");
    let (mut version, mut count) = (0, 0);
    // SAFETY: these functions of the CUDA driver API have had these types since CUDA 2.0.
    let (init, get_version, get_count, get_name) = unsafe {
        (
            driver.get::<Call<u32>>("cuInit").map_err(missing)?,
            driver
                .get::<Call<*mut c_int>>("cuDriverGetVersion")
                .map_err(missing)?,
            driver
                .get::<Call<*mut c_int>>("cuDeviceGetCount")
                .map_err(missing)?,
            driver.get::<Name>("cuDeviceGetName").map_err(missing)?,
        )
    };
    // SAFETY: cuInit takes flags, which must be 0; the others write one number to a place that lives.
    let codes = unsafe {
        [
            init(0),
            get_version(&raw mut version),
            get_count(&raw mut count),
        ]
    };
    for (code, what) in codes
        .into_iter()
        .zip(["cuInit", "cuDriverGetVersion", "cuDeviceGetCount"])
    {
        // 100: CUDA_ERROR_NO_DEVICE.
        match code {
            0 => {}
            100 => return Err("the NVIDIA driver sees no graphics card".to_owned()),
            code => return Err(failed(what, code)),
        }
    }
    let speaks = format!("CUDA {}.{}", version / 1000, version % 1000 / 10);
    let name = |index| {
        let mut text = [0; 256];
        // SAFETY: at most 255 bytes and a zero are written into 256.
        let code = unsafe { get_name(text.as_mut_ptr(), 255, index) };
        // SAFETY: the text is zero-terminated: its last byte was never written.
        let text = unsafe { CStr::from_ptr(text.as_ptr()) };
        if code == 0 {
            text.to_string_lossy().into_owned()
        } else {
            format!("card {index}")
        }
    };
    let cards = (0..count).map(|index| Card {
        name: name(index),
        software: false,
        speaks: speaks.clone(),
    });
    Ok(cards.collect())
}

/// Whether the driver speaks the CUDA that the provider beside `library` was built for.
///
/// # Errors
/// That it is too old, with both versions.
pub fn new_enough(cards: &[Card], library: &Path) -> Result<(), String> {
    let provider = library.with_file_name("libonnxruntime_providers_cuda.so");
    let wanted = needed(&provider).into_iter().find_map(|name| {
        name.strip_prefix("libcudart.so.")?
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    });
    let spoken = cards.iter().find_map(|card| {
        card.speaks
            .strip_prefix("CUDA ")?
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    });
    match (wanted, spoken) {
        (Some(wanted), Some(spoken)) if spoken < wanted => Err(format!(
            "the NVIDIA driver is too old: it speaks {}, but CUDA {wanted} is needed; update the driver",
            cards[0].speaks
        )),
        _ => Ok(()),
    }
}

/// The libraries that the ELF library at `path` asks for; none where it cannot be read.
#[must_use]
pub fn needed(path: &Path) -> Vec<String> {
    let read = || -> Option<Vec<String>> {
        let cache = ReadCache::new(std::fs::File::open(path).ok()?);
        let elf = object::read::elf::ElfFile64::<object::Endianness, _>::parse(&cache).ok()?;
        let table = elf.elf_dynamic_table().ok()?;
        let name = |entry: object::read::elf::Dynamic| {
            (entry.tag == object::elf::DT_NEEDED)
                .then(|| table.string(entry).ok())
                .flatten()
        };
        Some(
            table
                .iter()
                .filter_map(name)
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect(),
        )
    };
    read().unwrap_or_default()
}

/// Loads the CUDA libraries that lie beside `library`, so that its provider finds them by name; and names those that
/// the provider asks for and that are nowhere.
///
/// # Errors
/// The names of the missing libraries.
pub fn preload(library: &Path) -> Result<(), String> {
    let folder = library.parent().unwrap_or(library);
    let provider = folder.join("libonnxruntime_providers_cuda.so");
    let mut missing = Vec::new();
    // A library may ask for one that is named before it (cublas for cublasLt): the order of the file is that order.
    for name in needed(&provider) {
        let beside = folder.join(&name);
        let loaded = open(&beside.to_string_lossy()).or_else(|_| open(&name));
        match loaded {
            // It stays loaded: the provider resolves the name to it.
            Ok(library) => std::mem::forget(library),
            Err(_) => missing.push(name),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} cannot be loaded: not on this system, or damaged",
        missing.join(", ")
    ))
}

/// Opens a library by name or path, its symbols visible to those that are loaded later.
fn open(name: &str) -> Result<Library, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};
        // SAFETY: the names are those of the system's drivers and of NVIDIA's libraries, whose initialisers are made
        // to be run by any program.
        unsafe { Library::open(Some(name), RTLD_LAZY | RTLD_GLOBAL) }.map(Into::into)
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as above.
        unsafe { Library::new(name) }
    }
}

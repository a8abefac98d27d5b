//! The folder of the file that this code was loaded from: the program, or the plugin inside of a host.

use std::path::PathBuf;

/// The folder, if the system tells it. Inside a host, `current_exe` would be the host.
#[cfg(unix)]
pub fn own_folder() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
    use std::os::unix::ffi::OsStrExt;

    /// `Dl_info` of dlfcn.h.
    #[repr(C)]
    struct Info {
        file: *const c_char,
        base: *mut c_void,
        symbol: *const c_char,
        address: *mut c_void,
    }
    unsafe extern "C" {
        fn dladdr(address: *const c_void, info: *mut Info) -> c_int;
    }

    let mut info = Info {
        file: std::ptr::null(),
        base: std::ptr::null_mut(),
        symbol: std::ptr::null(),
        address: std::ptr::null_mut(),
    };
    // SAFETY: the address is a function of this file, and `info` has the layout that dladdr fills.
    let known = unsafe { dladdr(own_folder as *const c_void, &raw mut info) } != 0;
    if !known || info.file.is_null() {
        return None;
    }
    // SAFETY: dladdr returned a text that lives as long as the file is loaded, which it is: it runs.
    let file = unsafe { CStr::from_ptr(info.file) };
    // a relative name (argv[0] of the program itself) would resolve against the working folder
    let path = PathBuf::from(OsStr::from_bytes(file.to_bytes()));
    if path.is_absolute() {
        path.parent().map(PathBuf::from)
    } else {
        None
    }
}

/// The folder, if the system tells it; elsewhere the bundle names its folder in [`crate::model::Options`].
#[cfg(not(unix))]
pub fn own_folder() -> Option<PathBuf> {
    None
}

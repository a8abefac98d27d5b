//! WebGPU without a graphics card: Mesa's software Vulkan (lavapipe), for the tests.
//!
//! ONNX Runtime's WebGPU needs a lavapipe of Mesa 25; Debian 12 has 22, so there the driver comes from its backports. It
//! is unpacked below target/ and nothing of the system is replaced.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, bundle, gpu, packages, run};

/// The first Mesa that was seen to work.
const MESA: u32 = 25;
const PACKAGE: &str = "mesa-vulkan-drivers";
const FOLDER: &str = "target/gpu-software";

/// As [`test()`]; where the driver or the library cannot be had, says so and lets it be.
pub fn test_where_it_can_be_had() -> Outcome {
    match got(true) {
        Ok(driver) => on(&driver),
        Err(message) => {
            println!("The tests on a software graphics card were not run: {message}.");
            Ok(())
        }
    }
}

/// Runs the tests that need a graphics card on a software one.
pub fn test(yes: bool) -> Outcome {
    on(&got(yes)?)
}

/// The driver, with the library in its place.
fn got(yes: bool) -> Result<PathBuf, String> {
    let driver = driver(yes)?;
    gpu::webgpu(yes)?;
    Ok(driver)
}

fn on(driver: &Path) -> Outcome {
    let driver = driver.to_string_lossy();
    let environment = [
        ("VK_ICD_FILENAMES", &*driver),
        ("VK_DRIVER_FILES", &*driver),
    ];
    bundle::test(&["--test", "gpu", "--", "--include-ignored"], &environment)
}

/// The driver's description, for the Vulkan loader.
fn driver(yes: bool) -> Result<PathBuf, String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64"))
        || !run::works("apt-get", &["--version"])
    {
        return Err("the software graphics card is fetched on Debian on x86-64 only".into());
    }
    // Debian's own driver, old as it is, brings the libraries that the newer one needs.
    if !packages::ensure(
        "for WebGPU without a graphics card",
        &["libvulkan1", PACKAGE],
        yes,
    ) {
        return Err("the Vulkan loader is not there".into());
    }
    if major(&run::output(
        "dpkg-query",
        &["--show", "--showformat=${Version}", PACKAGE],
    )) >= Some(MESA)
    {
        return system();
    }
    let folder = run::root().join(FOLDER);
    let library = folder.join("mesa/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so");
    if !library.is_file() {
        unpack(&folder)?;
    }
    let description = folder.join("lavapipe.json");
    let text = format!(
        "{{\"file_format_version\": \"1.0.0\", \"ICD\": {{\"api_version\": \"1.4.305\", \"library_path\": \"{}\"}}}}\n",
        library.display()
    );
    fs::write(&description, text)
        .map_err(|error| format!("cannot write {}: {error}", description.display()))?;
    Ok(description)
}

fn major(version: &Option<String>) -> Option<u32> {
    let version = version.as_deref()?;
    version.rsplit(':').next()?.split('.').next()?.parse().ok()
}

/// The description that the system's package has.
fn system() -> Result<PathBuf, String> {
    let entries = fs::read_dir("/usr/share/vulkan/icd.d").map_err(|error| error.to_string())?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd"))
        })
        .ok_or_else(|| format!("{PACKAGE} brought no lavapipe"))
}

/// Fetches the driver from the backports of this Debian and unpacks it.
fn unpack(folder: &Path) -> Outcome {
    let targets = [
        "indextargets",
        "--format",
        "$(REPO_URI) $(CODENAME) $(COMPONENT)",
        "Created-By: Packages",
    ];
    let targets = run::output("apt-get", &targets).unwrap_or_default();
    let own = targets.lines().find_map(|line| {
        let [place, name, "main"] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        (!name.contains('-')).then(|| (place.to_owned(), name.to_owned()))
    });
    let (place, name) = own.ok_or("apt-get knows no Debian archive")?;
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let signed = if fs::exists(keys).unwrap_or(false) {
        format!("[signed-by={keys}] ")
    } else {
        String::new()
    };
    let failed = |error: std::io::Error| format!("cannot prepare {FOLDER}: {error}");
    for part in ["lists/partial", "archives/partial"] {
        fs::create_dir_all(folder.join(part)).map_err(failed)?;
    }
    let list = folder.join("backports.list");
    fs::write(
        &list,
        format!("deb {signed}{place} {name}-backports main\n"),
    )
    .map_err(failed)?;
    println!("Fetching {PACKAGE} from {name}-backports, 11 MB, to {FOLDER}.");
    let apt = format!(
        "cd {0} && apt-get -qq -o Dir::Etc::sourcelist={0}/backports.list -o Dir::Etc::sourceparts=- -o Dir::State::lists={0}/lists",
        folder.display()
    );
    run::run("sh", &["-c", &format!("{apt} update")])?;
    run::run(
        "sh",
        &[
            "-c",
            &format!("{apt} download {PACKAGE} 2>/dev/null && dpkg-deb -x {PACKAGE}_*.deb mesa"),
        ],
    )
}

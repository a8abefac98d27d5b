//! Debian packages: which are missing, and how they are got.

use crate::ask::agreed;
use crate::run;

/// Whether all `packages` are there, after installing the missing ones where that is possible and wanted.
///
/// Says what is missing and what for, asks first (see [`agreed`]), and where there is no apt-get says what to install.
pub fn ensure(what_for: &str, packages: &[&str], yes: bool) -> bool {
    let missing = missing(packages);
    if missing.is_empty() {
        return true;
    }
    let names = missing.join(" ");
    println!("Needed {what_for}: the Debian packages {names}.");
    if !run::works("apt-get", &["--version"]) {
        println!(
            "This system has no apt-get: install what corresponds to them with its own package manager."
        );
        return false;
    }
    if !agreed(&format!("Install {names} with apt-get?"), yes) {
        println!("By hand: sudo apt-get install {names}");
        return false;
    }
    match install(&missing) {
        Ok(()) => true,
        Err(message) => {
            println!("{message}\nBy hand: sudo apt-get install {names}");
            false
        }
    }
}

/// Those of `packages` that dpkg does not know as installed.
fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let installed = |package: &&str| {
        run::output("dpkg-query", &["--show", "--showformat=${Status}", package])
            .is_some_and(|status| status.ends_with("ok installed"))
    };
    packages.iter().copied().filter(|p| !installed(p)).collect()
}

/// Installs without questions and without what is only recommended. The package lists of a fresh image are empty.
fn install(packages: &[&str]) -> Result<(), String> {
    let root = run::output("id", &["-u"]).is_some_and(|user| user == "0");
    let (program, first): (&str, &[&str]) = if root {
        ("apt-get", &[])
    } else {
        ("sudo", &["apt-get"])
    };
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let call = |rest: &[&str]| run::run_with(program, &[first, rest].concat(), &quiet);
    call(&["update", "-qq"])?;
    let options: &[&str] = &["install", "--yes", "-qq", "--no-install-recommends"];
    call(&[options, packages].concat())
}

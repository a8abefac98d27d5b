//! Where the parts of a bundle lie on each system, as the CLAP and VST3 specifications and the systems want it.

use std::path::{Path, PathBuf};

/// The name of the bundles, without their endings.
const NAME: &str = "diffwav";

/// A plugin format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Clap,
    Vst3,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Self::Clap => "clap",
            Self::Vst3 => "vst3",
        }
    }
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Linux,
    MacOs,
    Windows,
}

/// The bundle itself: a file or a folder.
pub fn root(kind: Kind) -> String {
    format!("{NAME}.{}", kind.ending())
}

impl System {
    /// The one that this runs on.
    pub fn here() -> Option<Self> {
        match std::env::consts::OS {
            "linux" => Some(Self::Linux),
            "macos" => Some(Self::MacOs),
            "windows" => Some(Self::Windows),
            _ => None,
        }
    }

    /// The library that cargo makes of `package`.
    pub fn library(self, package: &str) -> String {
        let name = package.replace('-', "_");
        match self {
            Self::Linux => format!("lib{name}.so"),
            Self::MacOs => format!("lib{name}.dylib"),
            Self::Windows => format!("{name}.dll"),
        }
    }

    /// A program.
    pub fn program(self, name: &str) -> String {
        match self {
            Self::Windows => format!("{name}.exe"),
            Self::Linux | Self::MacOs => name.to_owned(),
        }
    }

    /// The code inside of a bundle, from the folder that holds the bundle.
    pub fn binary(self, kind: Kind) -> PathBuf {
        let root = PathBuf::from(root(kind));
        let arch = std::env::consts::ARCH;
        match (self, kind) {
            (Self::MacOs, _) => root.join("Contents/MacOS").join(NAME),
            (Self::Linux | Self::Windows, Kind::Clap) => root,
            (Self::Linux, Kind::Vst3) => root.join(format!("Contents/{arch}-linux/{NAME}.so")),
            (Self::Windows, Kind::Vst3) => {
                let arch = if arch == "aarch64" { "arm64" } else { arch };
                root.join(format!("Contents/{arch}-win/{NAME}.vst3"))
            }
        }
    }

    /// The folder of this user's plugins. CLAP has a subfolder of its own, as its library lies beside it.
    pub fn install_folder(self, home: &Path, kind: Kind) -> PathBuf {
        match (self, kind) {
            (Self::Linux, Kind::Clap) => home.join(".clap").join(NAME),
            (Self::Linux, Kind::Vst3) => home.join(".vst3"),
            (Self::MacOs, Kind::Clap) => home.join("Library/Audio/Plug-Ins/CLAP"),
            (Self::MacOs, Kind::Vst3) => home.join("Library/Audio/Plug-Ins/VST3"),
            (Self::Windows, Kind::Clap) => {
                home.join("AppData/Local/Programs/Common/CLAP").join(NAME)
            }
            (Self::Windows, Kind::Vst3) => home.join("AppData/Local/Programs/Common/VST3"),
        }
    }
}

/// What macOS wants to know of a bundle; None elsewhere.
pub fn info_plist(system: System, kind: Kind, version: &str) -> Option<String> {
    let ending = kind.ending();
    (system == System::MacOs).then(|| {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>CFBundleExecutable</key><string>{NAME}</string>
    <key>CFBundleIdentifier</key><string>io.github.diffwav.denoise.{ending}</string>
    <key>CFBundleName</key><string>{NAME}</string>
    <key>CFBundleDisplayName</key><string>diffwav Denoise</string>
    <key>CFBundlePackageType</key><string>BNDL</string>
    <key>CFBundleSignature</key><string>????</string>
    <key>CFBundleShortVersionString</key><string>{version}</string>
    <key>CFBundleVersion</key><string>{version}</string>
    <key>LSMinimumSystemVersion</key><string>11.0</string>
    <key>NSHighResolutionCapable</key><true/>
  </dict>
</plist>
"#
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_laid_out_as_the_formats_say() {
        let binary = |system: System, kind| system.binary(kind).to_string_lossy().into_owned();
        assert_eq!(binary(System::Linux, Kind::Clap), "diffwav.clap");
        assert_eq!(binary(System::Windows, Kind::Clap), "diffwav.clap");
        assert_eq!(
            binary(System::MacOs, Kind::Clap),
            "diffwav.clap/Contents/MacOS/diffwav"
        );
        assert_eq!(
            binary(System::MacOs, Kind::Vst3),
            "diffwav.vst3/Contents/MacOS/diffwav"
        );
        if std::env::consts::ARCH == "x86_64" {
            assert_eq!(
                binary(System::Linux, Kind::Vst3),
                "diffwav.vst3/Contents/x86_64-linux/diffwav.so"
            );
            assert_eq!(
                binary(System::Windows, Kind::Vst3),
                "diffwav.vst3/Contents/x86_64-win/diffwav.vst3"
            );
        }
    }

    #[test]
    fn only_macos_wants_a_property_list_and_ours_names_the_executable() {
        assert_eq!(info_plist(System::Linux, Kind::Vst3, "1.2.3"), None);
        let plist = info_plist(System::MacOs, Kind::Vst3, "1.2.3").unwrap_or_default();
        assert!(plist.contains("<key>CFBundleExecutable</key><string>diffwav</string>"));
        assert!(plist.contains("<string>1.2.3</string>"));
        assert_eq!(plist.matches('<').count(), plist.matches('>').count());
    }
}

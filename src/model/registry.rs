//! The models that ship inside the program, and models in files.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::card::Task;
use crate::model::contract::Model;
use crate::model::onnx_meta::MODEL_BYTES_MAX;

/// The model that runs when none is named.
pub const DEFAULT: &str = "denoise-v7";
/// The denoiser for small processors: the least work.
pub const LITE_DENOISER: &str = "denoise-lite";
/// The denoiser before [`DEFAULT`], which older projects may name.
pub const SIXTH_DENOISER: &str = "denoise-v6";
/// The one before that.
pub const FIFTH_DENOISER: &str = "denoise-v5";
/// The one before those: a little less work, and what older projects may name.
pub const FOURTH_DENOISER: &str = "denoise-v4";
/// Less than half of the work, and what older projects may name.
pub const THIRD_DENOISER: &str = "denoise-v3";
/// A quarter of the work, and what older projects may name.
pub const SECOND_DENOISER: &str = "denoise-v2";
/// The first denoiser: 10 ms less latency, and what older projects were made with.
pub const FIRST_DENOISER: &str = "denoise-v1";
/// Every denoiser of speech that ships.
pub const DENOISERS: [&str; 8] = [
    DEFAULT,
    LITE_DENOISER,
    SIXTH_DENOISER,
    FIFTH_DENOISER,
    FOURTH_DENOISER,
    THIRD_DENOISER,
    SECOND_DENOISER,
    FIRST_DENOISER,
];
/// The model that makes sounds when none is named.
pub const DEFAULT_SYNTH: &str = "oneshot-v1";

/// The vocoder that runs when none is named.
pub const VOCODER: &str = "vocoder-v1";

/// The model for `task` when none is named.
#[must_use]
pub fn default_for(task: Task) -> &'static str {
    match task {
        Task::Synth => DEFAULT_SYNTH,
        Task::Vocode => VOCODER,
        Task::Denoise => DEFAULT,
    }
}

/// A model that ships inside the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name, as `--model` takes it.
    pub name: &'static str,
    /// The ONNX file.
    pub bytes: &'static [u8],
}

/// Names, and the files of `models/` that they stand for.
macro_rules! built_in {
    ($($name:expr => $file:literal),+ $(,)?) => {
        &[$(BuiltIn {
            name: $name,
            bytes: include_bytes!(concat!("../../models/", $file)),
        }),+]
    };
}

/// Every built-in model.
pub const BUILT_IN: &[BuiltIn] = built_in!(
    DEFAULT => "denoise-v7/denoise-v7.onnx",
    LITE_DENOISER => "denoise-lite/denoise-lite.onnx",
    SIXTH_DENOISER => "denoise-v6/denoise-v6.onnx",
    FIFTH_DENOISER => "denoise-v5/denoise-v5.onnx",
    FOURTH_DENOISER => "denoise-v4/denoise-v4.onnx",
    THIRD_DENOISER => "denoise-v3/denoise-v3.onnx",
    SECOND_DENOISER => "denoise-v2/denoise-v2.onnx",
    FIRST_DENOISER => "denoise-v1/denoise-v1.onnx",
    DEFAULT_SYNTH => "oneshot-v1/oneshot-v1.onnx",
    VOCODER => "vocoder-v1/vocoder-v1.onnx",
    "toy-denoiser" => "toy-v1/toy-denoiser.onnx",
    "toy-noise" => "toy-v1/toy-noise.onnx",
);

/// The built-in model of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|model| model.name == name)
}

/// Opens a built-in model by its name, or a file by its path. A path that exists wins over a name.
///
/// # Errors
/// [`Error::Model`] if the file does not fit the contract, or there is neither; [`Error::File`] if it cannot be read.
pub fn open(name_or_path: &str) -> Result<Model> {
    let path = Path::new(name_or_path);
    if let (false, Some(model)) = (path.is_file(), by_name(name_or_path)) {
        return Model::read(model.name, model.bytes);
    }
    if !path.exists() && path.extension().is_none() {
        let names: Vec<_> = BUILT_IN.iter().map(|model| model.name).collect();
        return Err(Error::Model {
            origin: name_or_path.to_owned(),
            field: "--model".to_owned(),
            found: "neither a built-in name nor a file".to_owned(),
            expected: format!("a path to an ONNX file, or one of: {}", names.join(", ")),
        });
    }
    open_file(path)
}

/// Opens a model file.
///
/// # Errors
/// [`Error::Model`] if the file does not fit the contract, [`Error::File`] if it cannot be read.
pub fn open_file(path: &Path) -> Result<Model> {
    let origin = path.display().to_string();
    let unreadable = |source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() || about.len() > MODEL_BYTES_MAX {
        return Err(Error::Model {
            origin,
            field: "file".to_owned(),
            found: if about.is_file() {
                format!("{} MiB long", about.len() >> 20)
            } else {
                "not a file".to_owned()
            },
            expected: format!("an ONNX file of at most {} MiB", MODEL_BYTES_MAX >> 20),
        });
    }
    Model::read(&origin, fs::read(path).map_err(unreadable)?)
}

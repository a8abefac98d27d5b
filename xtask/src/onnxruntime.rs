//! The ONNX Runtimes that diffwav is tested with: where they come from, what they must be, where they go.
//!
//! Microsoft's Linux builds from 1.29 on look up a telemetry host; 1.27 and 1.28 do not. Do not raise a version without
//! looking.

use crate::wheel::Wheel;

/// Where these were made for and tried: Linux on x86-64 with glibc.
const HERE: bool = cfg!(all(
    target_os = "linux",
    target_arch = "x86_64",
    target_env = "gnu"
));
const NOTICES: &[&str] = &["onnxruntime/LICENSE", "onnxruntime/ThirdPartyNotices.txt"];

/// For the CPU; None where none has been measured.
pub fn for_this_machine() -> Option<Wheel> {
    HERE.then_some(Wheel {
        package: "onnxruntime",
        version: "1.28.0",
        licence: "MIT",
        megabytes: 19,
        platform: "manylinux_2_28_x86_64",
        python: "3.11",
        files: &[(
            "onnxruntime/capi/libonnxruntime.so.1.28.0",
            "aa4079d18f4ea7a5f3a94d80cd4bbe0f2740436626622d64d793803a20381083",
        )],
        notices: NOTICES,
        folder: "",
    })
}

/// With WebGPU: any graphics card with a Vulkan driver.
pub fn webgpu() -> Option<Wheel> {
    HERE.then_some(Wheel {
        package: "onnxruntime-webgpu",
        version: "1.27.0",
        licence: "MIT",
        megabytes: 25,
        platform: "manylinux_2_28_x86_64",
        python: "3.12",
        files: &[(
            "onnxruntime/capi/libonnxruntime.so.1.27.0",
            "882f54a76dde1b6c7e66ed353f29bf167c2a2d4e77875b093205074b31d2c7f4",
        )],
        notices: NOTICES,
        folder: "webgpu",
    })
}

/// With CUDA: NVIDIA's graphics cards, with a driver that speaks CUDA 13 (580 or later).
pub fn cuda() -> Option<Wheel> {
    HERE.then_some(Wheel {
        package: "onnxruntime-gpu",
        version: "1.28.0",
        licence: "MIT",
        megabytes: 250,
        platform: "manylinux_2_28_x86_64",
        python: "3.12",
        files: &[
            (
                "onnxruntime/capi/libonnxruntime.so.1.28.0",
                "018d05f615e96f6e0cfb95d2865f63915681d5d2688dd187f599822b245d27bc",
            ),
            (
                "onnxruntime/capi/libonnxruntime_providers_shared.so",
                "086ec1d5388f64153d9c63470d126693db9a182c8ce236d3a1119068471b8a0d",
            ),
            (
                "onnxruntime/capi/libonnxruntime_providers_cuda.so",
                "c5b5b5cff02eb02f9bb73e36bae51328dc5027642778bffc5065c9ab49419389",
            ),
        ],
        notices: NOTICES,
        folder: "cuda",
    })
}

/// NVIDIA's libraries that the one above asks for, where the system has no CUDA 13.
pub fn nvidia() -> Vec<Wheel> {
    let wheel = |package, version, megabytes, platform, files, notices| Wheel {
        package,
        version,
        licence: "NVIDIA's CUDA licence",
        megabytes,
        platform,
        python: "3.12",
        files,
        notices,
        folder: "cuda",
    };
    vec![
        wheel(
            "nvidia-cuda-runtime",
            "13.0.96",
            3,
            "manylinux2014_x86_64",
            &[(
                "nvidia/cu13/lib/libcudart.so.13",
                "96c42e418cec19054186b9429c321603cc190bf26a18104e19408117a2a817b0",
            )],
            &["nvidia_cuda_runtime-13.0.96.dist-info/licenses/License.txt"],
        ),
        wheel(
            "nvidia-curand",
            "10.4.0.35",
            60,
            "manylinux_2_27_x86_64",
            &[(
                "nvidia/cu13/lib/libcurand.so.10",
                "b53732a66b302b11926e00f762e2c2ba67058347ff93cf4ae709de45e93e06da",
            )],
            &["nvidia_curand-10.4.0.35.dist-info/licenses/License.txt"],
        ),
        wheel(
            "nvidia-cublas",
            "13.1.0.3",
            424,
            "manylinux_2_27_x86_64",
            &[
                (
                    "nvidia/cu13/lib/libcublas.so.13",
                    "e70f38efabe986acd5eb683497c62f0f1730a6176ee291d9d24c6e339d1fbf86",
                ),
                (
                    "nvidia/cu13/lib/libcublasLt.so.13",
                    "656298c804f5adbb0df930545c17911b9584ab4e5101c0eeb65d1fe881d880f8",
                ),
            ],
            &["nvidia_cublas-13.1.0.3.dist-info/licenses/License.txt"],
        ),
    ]
}

/// What a bundle carries of the graphics card libraries that were fetched: each file, and its folder in the bundle.
///
/// The libraries of NVIDIA stay out: a bundle of half a gigabyte is nobody's wish, and their licence is not ours.
pub fn bundled() -> Vec<(std::path::PathBuf, &'static str)> {
    let fetched = webgpu().filter(|wheel| wheel.is_there().unwrap_or(false));
    fetched
        .map(|wheel| (wheel.library(), wheel.folder))
        .into_iter()
        .collect()
}

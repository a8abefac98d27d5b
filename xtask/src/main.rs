//! What a person would do by hand twice: set-up, demo, test, bench, golden files, man pages.

mod ask;
mod bundle;
mod demo;
mod golden;
mod gpu;
mod gpu_measure;
mod gpu_software;
mod hosts;
mod onnxruntime;
mod packages;
mod product;
mod run;
mod setup;
mod tasks;
mod wheel;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  setup [--yes]     Get what diffwav needs to run at its best: looks for the system's tools and fetches ONNX Runtime.
                    Says what it is going to do and asks first, unless --yes is given or CI is set
  setup --cuda|--webgpu [--yes]
                    Get the libraries for graphics cards too: 250 MB for CUDA and 487 MB more where the system has no
                    CUDA 13; 25 MB for WebGPU
  demo [--yes]      Set up, build, clean a real noisy recording, and show the report and a picture
  test [--quick]    Everything that must hold: format, lints, documentation and all tests (--quick: only the tests)
  soak [MINUTES]    Live mode on a real sound server for a long time, 20 minutes unless said otherwise
  test --gpu-software
                    The tests that need a graphics card, with WebGPU on a software one (Debian: fetches 36 MB)
  gpu-measure --device cuda|webgpu [--yes]
                    Measure a graphics card: equality with the CPU, files by channels and frames a call, real time
  bench [ARGS]      Build for release and measure the model: diffwav bench ARGS
  bundle [--release] [--install] [--no-standalone] [--yes]
                    Build the plugin: target/bundled/diffwav.clap, diffwav.vst3 and the standalone program; --install
                    puts the plugins where hosts look
  hosts [--all]     Bundle the plugin and try it in real hosts (fetched from PyPI into target/hosts); --all: also in Ardour
                    and with its window open on a virtual screen (installs Debian packages)
  golden            Prove the model that ships against its golden files: the engines, and NumPy where Python is installed
  man [--out DIR]   Write the man pages [default: target/man]
  help              This text
";

/// What a task comes to: a message for the person on failure.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match (task, rest) {
        ("setup", []) => setup::setup(false),
        ("setup", [yes]) if yes == "--yes" => setup::setup(true),
        ("setup", [what, rest @ ..]) if what == "--cuda" && asked(rest) => {
            gpu::cuda(!rest.is_empty())
        }
        ("setup", [what, rest @ ..]) if what == "--webgpu" && asked(rest) => {
            gpu::webgpu(!rest.is_empty())
        }
        ("gpu-measure", [option, device, rest @ ..]) if option == "--device" && asked(rest) => {
            gpu_measure::measure(device, !rest.is_empty())
        }
        ("demo", []) => demo::demo(false),
        ("demo", [yes]) if yes == "--yes" => demo::demo(true),
        ("test", []) => tasks::test(false),
        ("test", [quick]) if quick == "--quick" => tasks::test(true),
        ("soak", []) => tasks::soak("20"),
        ("soak", [minutes]) => tasks::soak(minutes),
        ("test", [software]) if software == "--gpu-software" => gpu_software::test(true),
        ("bench", arguments) => tasks::bench(arguments),
        ("bundle", arguments) => bundle::Options::parse(arguments).and_then(|o| bundle::bundle(&o)),
        ("hosts", []) => hosts::hosts(false),
        ("hosts", [all]) if all == "--all" => hosts::hosts(true),
        ("golden", []) => golden::golden(),
        ("man", []) => tasks::man("target/man"),
        ("man", [out, folder]) if out == "--out" => tasks::man(folder),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!(
                "error: cargo xtask {} is not known\n\n{HELP}",
                arguments.join(" ")
            );
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Whether what is left of the command line is nothing or `--yes`.
fn asked(rest: &[String]) -> bool {
    rest.is_empty() || (rest.len() == 1 && rest[0] == "--yes")
}

//! What a person would do by hand twice: set-up, demo, test, bench, golden files, man pages.

mod ask;
mod bundle;
mod demo;
mod golden;
mod hosts;
mod onnxruntime;
mod packages;
mod run;
mod setup;
mod tasks;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  setup [--yes]     Get what diffwav needs to run at its best: looks for the system's tools and fetches ONNX Runtime.
                    Says what it is going to do and asks first, unless --yes is given or CI is set
  demo [--yes]      Set up, build, clean a real noisy recording, and show the report and a picture
  test [--quick]    Everything that must hold: format, lints, documentation and all tests (--quick: only the tests)
  bench [ARGS]      Build for release and measure the model: diffwav bench ARGS
  bundle [--release] [--install] [--no-standalone] [--yes]
                    Build the plugin: target/bundled/diffwav.clap, diffwav.vst3 and the standalone program; --install
                    puts the plugins where hosts look
  hosts [--all]     Bundle the plugin and try it in real hosts (fetched from PyPI into target/hosts); --all: also in Ardour
                    and with its window open on a virtual screen (installs Debian packages)
  golden            Prove the model that ships against its reference: the golden files, and PyTorch where it is installed
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
        ("demo", []) => demo::demo(false),
        ("demo", [yes]) if yes == "--yes" => demo::demo(true),
        ("test", []) => tasks::test(false),
        ("test", [quick]) if quick == "--quick" => tasks::test(true),
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

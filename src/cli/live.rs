//! `diffwav live`: the microphone, cleaned while it speaks.

#[cfg(feature = "live")]
mod json;
#[cfg(feature = "live")]
mod lines;
#[cfg(feature = "live")]
mod order;
#[cfg(feature = "live")]
mod terminal;

use super::args::Live;
use super::exit::Outcome;

/// Runs until Ctrl-C, q or the end of the duration.
#[cfg(feature = "live")]
pub fn run(typed: &Live) -> Outcome {
    use std::io::IsTerminal;

    use crate::live;

    super::cancel::listen();
    let order = order::make(typed)?;
    let people = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let summary = if typed.json {
        live::run(&order, &mut json::Json::new())
    } else if people {
        let mut screen = terminal::Terminal::open()?;
        let outcome = live::run(&order, &mut screen);
        // Messages belong on the terminal itself, after the screen is gone.
        let said = screen.close();
        eprint!("{said}");
        outcome
    } else {
        live::run(&order, &mut lines::Lines::default())
    }?;
    let said = lines::summary(&summary);
    if typed.json {
        json::summary(&summary);
    } else {
        super::report::print(&format!("{said}\n"), &mut std::io::stdout())?;
    }
    Ok(())
}

/// This build cannot.
#[cfg(not(feature = "live"))]
pub fn run(_: &Live) -> Outcome {
    Err(crate::Error::Device {
        device: "diffwav live".into(),
        problem: "this build has no live mode".into(),
        remedy: "build it with `cargo build --release --features live` (on Debian with libasound2-dev and pkg-config)"
            .into(),
    }
    .into())
}

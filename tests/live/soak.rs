//! Long runs: `cargo xtask soak`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::server::Server;
use crate::session::{Session, last};
use crate::signals::{RATE, noise, write};

/// Resident memory in MiB, open descriptors and threads of a process.
fn resources(pid: u32) -> (f64, usize, usize) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let number = |key: &str| -> f64 {
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let open = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .count();
    (number("VmRSS:") / 1024.0, open, number("Threads:") as usize)
}

fn minutes() -> f64 {
    std::env::var("DIFFWAV_SOAK_MINUTES").map_or(20.0, |minutes| minutes.parse().unwrap())
}

#[test]
#[ignore = "takes 20 minutes: cargo xtask soak"]
fn blocks_of_64_with_the_other_core_busy() {
    let server = Server::start();
    write(&server.path("noise.wav"), &noise(9, 60 * RATE, 0.1));
    let busy = Arc::new(AtomicBool::new(true));
    let other = Arc::clone(&busy);
    let load = std::thread::spawn(move || {
        while other.load(Relaxed) {
            std::hint::spin_loop();
        }
    });
    let mut session = Session::start(&server, &["--block", "64"]);
    let pid = session.process.0.id();
    session.run_for(20.0);
    let began = resources(pid);
    println!(
        "after 20 s: {:.1} MiB, {} descriptors, {} threads",
        began.0, began.1, began.2
    );
    let rounds = (minutes() * 60.0 / 20.0).ceil() as usize;
    for round in 0..rounds {
        let speaking = (round % 3 == 0).then(|| server.speak(&server.path("noise.wav")));
        session.run_for(20.0);
        drop(speaking);
        let (memory, open, threads) = resources(pid);
        let status = last(&session.said, "status");
        println!(
            "{:4} s: {memory:.1} MiB, {open} descriptors, {threads} threads, late {} times, {} frames, load {:.2}, underruns {}, drift {:.0} ppm",
            20 * (round + 2),
            status["late_events"],
            status["late_frames"],
            status["load"].as_f64().unwrap(),
            status["underruns"],
            status["drift_ppm"].as_f64().unwrap(),
        );
        assert!(
            memory < began.0 + 24.0,
            "memory grows: {} to {memory} MiB",
            began.0
        );
        assert_eq!(
            (open, threads),
            (began.1, began.2),
            "descriptors or threads leak"
        );
    }
    busy.store(false, Relaxed);
    load.join().unwrap();
    let (status, said) = session.interrupt();
    assert!(status.success());
    println!("{}", last(&said, "ended"));
}

#[test]
#[ignore = "takes minutes: cargo xtask soak"]
fn many_reconnections_leak_nothing() {
    let mut server = Server::start();
    let mut session = Session::start(&server, &[]);
    let pid = session.process.0.id();
    let mut first = None;
    for round in 0..8 {
        server.down();
        session.until("lost");
        server.up();
        session.until("started");
        session.run_for(2.0);
        let (memory, open, threads) = resources(pid);
        println!(
            "connection {}: {memory:.1} MiB, {open} descriptors, {threads} threads",
            round + 2
        );
        let (memory_then, open_then, threads_then) = *first.get_or_insert((memory, open, threads));
        // An attempt that meets a server half way up waits in a thread of cpal that lives on for a while, with a socket;
        // what is lost with every connection would be more.
        let allowed = round / 2;
        assert!(
            open <= open_then + 3 * allowed + 3 && threads <= threads_then + allowed + 1,
            "a leak"
        );
        assert!(memory < memory_then + 48.0, "memory grows");
    }
    let (status, _) = session.interrupt();
    assert!(status.success());
}

#[test]
#[ignore = "takes minutes: cargo xtask soak"]
fn many_starts_and_stops() {
    let server = Server::start();
    for _ in 0..25 {
        let (status, said) = Session::start(&server, &[]).interrupt();
        assert!(status.success(), "{said:?}");
    }
    let modules = server.pactl(&["list", "short", "modules"]).unwrap();
    assert!(!modules.contains("diffwav."));
}

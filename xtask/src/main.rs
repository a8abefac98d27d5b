//! What a person would do by hand twice: set-up, demo, test, bench, man pages.
fn main() {}

//! The command line: parse → plan → run → report.

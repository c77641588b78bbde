//! The command line of genai-eval: arguments → plan → read → engine → report → verdict.
//!
//! The scoring itself is in `genai-metrics`; what is here reads files, spreads the work over
//! threads and writes reports. [`run`] is the whole program but for its exit code.

mod aggregate;
mod commands;
mod engine;
mod examination;
mod gate;
mod messages;
mod output;
pub mod read;
mod report;
mod resampling;
mod samples;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

/// The tool and its version, as reports name it.
pub const TOOL: &str = concat!("genai-eval ", env!("CARGO_PKG_VERSION"));

/// The version as signatures name it.
const SIGNED_VERSION: &str = concat!("genai-eval-", env!("CARGO_PKG_VERSION"));

/// How a command ended, if it came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Success, or the gate passed.
    Success,
    /// The gate failed.
    GateFailed,
    /// The gate could not judge.
    NoVerdict,
}

impl Outcome {
    /// The exit code: 0, 1 or 2.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::GateFailed => 1,
            Self::NoVerdict => 2,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// Runs the command line. Results go to standard output or to the files named in it.
///
/// # Errors
/// Whatever keeps the command from a result: usage, unreadable or mismatched inputs, outputs that
/// cannot be written. Nothing has been written to standard output then, but by `doctor`, whose
/// findings are its result even where they are errors.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Outcome> {
    commands::run(&commands::command().try_get_matches_from(arguments)?)
}

/// What to print for an error: one or two lines, and whether they are an answer to `--help` or
/// `--version` rather than an error.
pub fn explain(error: &anyhow::Error) -> (String, bool) {
    if let Some(wrong) = error.downcast_ref::<clap::Error>() {
        return usage::explain(wrong);
    }
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<read::InputError>()?.hint());
    let hint = hint.map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
    // A file's name may hold anything; what reaches the terminal is one line.
    let mut message = String::new();
    for c in format!("error: {error:#}").chars() {
        if c.is_control() { message.extend(c.escape_default()) } else { message.push(c) }
    }
    (format!("{message}\n{hint}"), false)
}

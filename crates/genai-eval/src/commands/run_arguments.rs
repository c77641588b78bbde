//! Where a command's result goes, and how the work is done.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, value_parser};

use crate::messages::Messages;
use crate::output::Output;

// Where a result goes, and how the work is done: the same for all. (A documentation comment would
// become that of the commands.)
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct RunArguments {
    /// Write to FILE instead of stdout; it appears whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Threads; the result does not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// No warnings, no progress
    #[arg(long)]
    pub(super) quiet: bool,
}

impl RunArguments {
    pub(super) fn messages(&self) -> Messages {
        Messages { quiet: self.quiet }
    }

    /// The output, tried before any work and found to replace none of what is read.
    pub(super) fn open_output(&self, files: &[String]) -> Result<Output> {
        let output = Output::open(self.output.as_deref())?;
        if let Some(file) = files.iter().find(|file| output.would_replace(file)) {
            bail!("{file} is read, and would be overwritten by the result");
        }
        Ok(output)
    }
}

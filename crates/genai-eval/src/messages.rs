//! What goes to standard error.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::read::Facts;

/// Warnings and progress, unless they are not wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages {
    /// Neither warnings nor progress.
    pub(crate) quiet: bool,
}

impl Messages {
    /// One line that says what is odd.
    pub(crate) fn warn(self, message: &str) {
        self.say("warning", message);
    }

    /// One line that says what was done.
    pub(crate) fn note(self, message: &str) {
        self.say("note", message);
    }

    /// Lines as they are.
    pub(crate) fn show(self, lines: &str) {
        if !self.quiet {
            let _ = write!(io::stderr(), "{lines}");
        }
    }

    /// Why a gate failed; said even if other messages are not wanted.
    pub(crate) fn fail(message: &str) {
        let _ = writeln!(io::stderr(), "gate failed: {message}");
    }

    fn say(self, kind: &str, message: &str) {
        if !self.quiet {
            // With standard error closed there is nobody to tell.
            let _ = writeln!(io::stderr(), "{kind}: {message}");
        }
    }

    /// A progress bar over the bytes of these files, on a terminal only.
    pub(crate) fn progress(self, files: Vec<Facts>) -> Progress {
        let size = files.iter().map(Facts::size).sum();
        let mut progress = self.progress_of(size, "segments");
        progress.files = files;
        progress
    }

    /// A progress bar over so many bytes of files that are told later, or over so many steps; none if
    /// their number is not known.
    pub(crate) fn progress_of(self, size: Option<u64>, what: &'static str) -> Progress {
        let shown = !self.quiet && io::stderr().is_terminal();
        Progress { files: Vec::new(), size, what, started: Instant::now(), shown, bar: None }
    }
}

/// A progress bar that appears when the work takes longer than a second.
#[derive(Debug)]
pub(crate) struct Progress {
    files: Vec<Facts>,
    size: Option<u64>,
    what: &'static str,
    started: Instant,
    shown: bool,
    bar: Option<ProgressBar>,
}

const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// Takes a file that is being read.
    pub(crate) fn follow(&mut self, file: Facts) {
        self.files.push(file);
    }

    /// Takes the number of segments that are done.
    pub(crate) fn update(&mut self, done: u64) {
        let template = if self.size.is_some() {
            "{wide_bar} {bytes}/{total_bytes} {msg} ETA {eta}"
        } else {
            "{spinner} {bytes} {msg}"
        };
        let message = format!("{done} {}", self.what);
        let bytes = self.files.iter().map(Facts::bytes).sum();
        if let Some(bar) = self.bar(template) {
            bar.set_message(message);
            bar.set_position(bytes);
        }
    }

    /// Takes the number of steps that are done.
    pub(crate) fn reach(&mut self, steps: u64) {
        let what = self.what;
        if let Some(bar) = self.bar("{wide_bar} {pos}/{len} {msg} ETA {eta}") {
            bar.set_message(what);
            bar.set_position(steps);
        }
    }

    /// The bar, once it is time to show one.
    fn bar(&mut self, template: &str) -> Option<&ProgressBar> {
        if !self.shown || (self.bar.is_none() && self.started.elapsed() < PATIENCE) {
            return None;
        }
        Some(self.bar.get_or_insert_with(|| {
            let target = ProgressDrawTarget::stderr_with_hz(5);
            let bar = ProgressBar::with_draw_target(self.size, target);
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar
        }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

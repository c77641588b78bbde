//! The program as users meet it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::format_collect,
    reason = "tests fail by panicking, say what they compared, and make small files of lines"
)]

mod alignment;
mod bpe;
mod ci_files;
mod commands;
mod compare;
mod confidence;
mod correlate;
mod determinism;
mod formats;
mod gate;
mod gold;
mod input_errors;
mod inputs;
mod outputs;
mod perplexity;
mod readme;
mod sandbox;
mod several;
mod subwords;

/// Runs a command line and compares everything that it shows with a snapshot of that name.
macro_rules! snapshot {
    ($name:expr, $sandbox:expr, $line:expr) => {{
        let line = $line;
        let shown = $sandbox.run(line).shown(line);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, shown);
        });
    }};
}
pub(crate) use snapshot;

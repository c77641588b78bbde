//! `genai-eval`: the exit code and the error message; see `lib.rs` for the rest.

use std::io::{self, Write};
use std::panic;
use std::process::{self, ExitCode};

/// No verdict: usage, or an input or output that is not right.
const NO_VERDICT: u8 = 2;

fn main() -> ExitCode {
    // A bug must never look like a failed gate, which is exit code 1.
    panic::set_hook(Box::new(|panic| {
        let _ = writeln!(io::stderr(), "error: internal error, please report it: {panic}");
        process::exit(NO_VERDICT.into());
    }));
    match genai_eval::run(std::env::args_os()) {
        Ok(outcome) => outcome.into(),
        Err(error) => match genai_eval::explain(&error) {
            (answer, true) => {
                let _ = write!(io::stdout(), "{answer}");
                ExitCode::SUCCESS
            }
            (message, false) => {
                let _ = write!(io::stderr(), "{message}");
                ExitCode::from(NO_VERDICT)
            }
        },
    }
}

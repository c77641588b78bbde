//! For people at a terminal: the texts that surprised the model most, token by token.

use std::fmt::Write;
use std::io::{self, IsTerminal};

use serde::Deserialize;

use crate::report::printable;

/// The worst texts of those that were added.
#[derive(Debug, Default)]
pub(super) struct Surprising {
    added: usize,
    /// Mean bits a token, the text's number from 1, and its tokens; the worst first.
    worst: Vec<(f64, usize, Tokens)>,
}

/// A text as the recorder of surprisals writes it.
#[derive(Debug, Deserialize)]
struct Tokens {
    tokens: Vec<String>,
    surprisal: Vec<Option<f64>>,
}

/// So many texts are shown.
const SHOWN: usize = 3;
/// And so many of their tokens.
const TOKENS: usize = 60;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

impl Surprising {
    /// Whether there is a terminal to show it on.
    pub(super) fn is_shown() -> bool {
        io::stdout().is_terminal() && io::stderr().is_terminal()
    }

    /// Adds the texts that come next, a line each.
    pub(super) fn add(&mut self, lines: &[u8]) {
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            self.added += 1;
            let Ok(text) = serde_json::from_slice::<Tokens>(line) else { continue };
            let known: Vec<f64> = text.surprisal.iter().copied().flatten().collect();
            if known.is_empty() {
                continue;
            }
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            let place = self.worst.partition_point(|(worse, ..)| *worse >= mean);
            if place < SHOWN {
                self.worst.insert(place, (mean, self.added, text));
                self.worst.truncate(SHOWN);
            }
        }
    }

    /// The worst texts, a line each: tokens of more than twice the mean surprisal stand out, those of
    /// more than one and a half times it a little.
    pub(super) fn lines(&self, coloured: bool) -> String {
        let mut lines = String::new();
        for (mean, number, text) in &self.worst {
            let mut line = format!("text {number}, {mean:.1} bits a token:");
            for (token, bits) in text.tokens.iter().zip(&text.surprisal).take(TOKENS) {
                let token = printable(if token.is_empty() { "</s>" } else { token.trim() });
                let bits = bits.unwrap_or(0.0);
                let colour = if bits > 2.0 * mean { RED } else { YELLOW };
                // Writing to a string does not fail.
                let _written = match (bits > 1.5 * mean, coloured) {
                    (true, true) => write!(line, " {colour}{token}{PLAIN}"),
                    (true, false) => write!(line, " {token}[{bits:.0}]"),
                    (false, _) => write!(line, " {token}"),
                };
            }
            if text.tokens.len() > TOKENS {
                line.push_str(" …");
            }
            lines.push_str(&line);
            lines.push('\n');
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_texts_come_first() {
        let mut surprising = Surprising::default();
        for (tokens, bits) in
            [(["a", " b"], [1.0, 9.0]), (["c", ""], [3.0, 3.5]), (["d", "e"], [0.5, 0.0])]
        {
            let line = serde_json::json!({"tokens": tokens, "surprisal": bits});
            surprising.add(format!("{line}\n").as_bytes());
        }
        let plain = "text 1, 5.0 bits a token: a b[9]\ntext 2, 3.2 bits a token: c </s>\n\
                     text 3, 0.2 bits a token: d[0] e\n";
        assert_eq!(surprising.lines(false), plain);
        assert!(surprising.lines(true).contains("a \x1b[33mb\x1b[0m"));
        surprising.add(br#"{"tokens": ["f"], "surprisal": [4.0]}"#);
        assert_eq!(
            surprising.worst.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(),
            [1, 4, 2]
        );
    }
}

//! Lines of a file with their numbers, none longer than is sensible.

use std::io::{BufRead, Read};

use super::super::error::{Error, ErrorKind};

/// Longer lines are no n-grams.
const LONGEST: u64 = 1 << 24;
/// So much of a line is shown in an error.
const SHOWN: usize = 60;

pub(super) struct Lines<'a, R> {
    reader: R,
    name: &'a str,
    line: Vec<u8>,
    number: u64,
    is_at_end: bool,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn new(reader: R, name: &'a str) -> Self {
        Self { reader, name, line: Vec::new(), number: 0, is_at_end: false }
    }

    /// The line without its end.
    pub(super) fn current(&self) -> &[u8] {
        &self.line
    }

    pub(super) fn is_blank(&self) -> bool {
        self.line.iter().all(u8::is_ascii_whitespace)
    }

    /// Goes to the next line, if there is one.
    pub(super) fn advance(&mut self) -> Result<bool, Error> {
        self.line.clear();
        self.number += 1;
        let mut reader = (&mut self.reader).take(LONGEST);
        let length = reader
            .read_until(b'\n', &mut self.line)
            .map_err(|source| Error::io(self.name, source))?;
        if length as u64 == LONGEST && self.line.last() != Some(&b'\n') {
            return Err(self.error("a line of less than 16 MiB"));
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            if self.line.last() == Some(&b'\r') {
                self.line.pop();
            }
        }
        self.is_at_end = length == 0;
        Ok(!self.is_at_end)
    }

    /// Goes to the next line that is not blank.
    pub(super) fn next_not_blank(
        &mut self,
        expected: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        while self.advance()? {
            if !self.is_blank() {
                return Ok(());
            }
        }
        Err(self.error(&expected()))
    }

    /// An error about the current line.
    pub(super) fn error(&self, expected: &str) -> Error {
        let found = if self.is_at_end {
            "the end of the file".to_owned()
        } else {
            let shown = &self.line[..self.line.len().min(SHOWN)];
            let more = if shown.len() < self.line.len() { "..." } else { "" };
            format!("'{}{more}'", String::from_utf8_lossy(shown).escape_debug())
        };
        let (file, expected) = (self.name.to_owned(), expected.to_owned());
        ErrorKind::Arpa { file, line: self.number, found, expected }.into()
    }
}

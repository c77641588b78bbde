//! Numbers, exactly as they are written.

use super::super::fault::{Fault, Result};
use super::{Cursor, Kind};

impl<'a> Cursor<'a> {
    fn digits(&mut self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        count
    }

    /// Takes a number by the grammar of JSON, or one of the words that Python has for those that
    /// JSON lacks.
    pub(super) fn number_text(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'I') => self.literal("Infinity")?,
            Some(b'N') if self.at == start => self.literal("NaN")?,
            _ => {
                let first = self.peek();
                let whole = self.digits();
                if whole == 0 {
                    return Err(self.broken("a digit"));
                }
                if whole > 1 && first == Some(b'0') {
                    self.at -= whole - 1;
                    return Err(self.broken("a number without a leading 0"));
                }
                if self.peek() == Some(b'.') {
                    self.at += 1;
                    if self.digits() == 0 {
                        return Err(self.broken("a digit"));
                    }
                }
                if let Some(b'e' | b'E') = self.peek() {
                    self.at += 1;
                    self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
                    if self.digits() == 0 {
                        return Err(self.broken("a digit"));
                    }
                }
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Takes a number, which is rounded correctly. NaN and infinities are what Python writes for them.
    pub(in super::super) fn number(&mut self, expected: &'static str) -> Result<f64> {
        if self.kind()? != Kind::Number {
            return Err(self.unexpected(expected));
        }
        let text = self.number_text()?;
        parse(text).ok_or_else(|| Fault::new(format!("is {}", shortened(text)), expected))
    }

    /// Takes a number that counts something.
    pub(in super::super) fn count(&mut self) -> Result<u64> {
        const EXPECTED: &str = "a count";
        if self.kind()? != Kind::Number {
            return Err(self.unexpected(EXPECTED));
        }
        let text = self.number_text()?;
        let count = text.parse().ok().filter(|&count: &u64| count <= 1 << 53);
        count.ok_or_else(|| Fault::new(format!("is {}", shortened(text)), EXPECTED))
    }
}

/// The number that a text of JSON or Python is; none if it is too large for one, or no number.
pub(in super::super) fn parse(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    // Only the word is infinite: digits that come to that are a mistake.
    let is_word = || !text.ends_with(|last: char| last.is_ascii_digit() || last == '.');
    (number.is_finite() || is_word()).then_some(number)
}

/// As much of a number as an error may have.
pub(in super::super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_serde_json() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "1",
            "-1.5",
            "1e5",
            "-1E-5",
            "1.25e+3",
            "01",
            "-01",
            ".5",
            "1.",
            "-",
            "+1",
            "1e",
            "1e+",
            "0x1",
            "5e-324",
            "-745.2",
            "0.1",
            "1e999",
            "-1e999",
            "123456789012345678901234567890",
            "2.2250738585072011e-308",
            "-3.8939351137903713",
        ] {
            let mut cursor = Cursor::new(text);
            let ours = cursor.number("x").and_then(|number| cursor.end().map(|()| number)).ok();
            let theirs = serde_json::from_str::<f64>(text).ok();
            assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn pythons_words_are_numbers() {
        let number = |text| Cursor::new(text).number("x").ok();
        assert_eq!(number("-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(number("Infinity"), Some(f64::INFINITY));
        assert!(number("NaN").is_some_and(f64::is_nan));
        assert_eq!(number("-NaN"), None);
        assert_eq!(number("-Inf"), None);
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!(Cursor::new("12").count().ok(), Some(12));
        for text in ["-1", "1.0", "1e3", "99999999999999999999", "\"1\"", "9007199254740993"] {
            assert!(Cursor::new(text).count().is_err(), "{text}");
        }
    }
}

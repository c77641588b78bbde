//! Strings: found, checked and decoded.

use std::borrow::Cow;

use super::super::fault::{Fault, Result};
use super::{Cursor, Kind};

/// How many bytes from `at` on stand for themselves within a string.
fn plain(bytes: &[u8], at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let rest = &bytes[at..];
    let mut length = 0;
    for word in rest.chunks_exact(8) {
        let word = u64::from_le_bytes([
            word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
        ]);
        // A byte's high bit is set where the byte is below 0x20, a quote or a backslash. A borrow can
        // set one too many, but only above one that is right, and the lowest is what counts.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = word ^ (ONES * u64::from(b'"'));
        let escape = word ^ (ONES * u64::from(b'\\'));
        let marks =
            (control | (quote.wrapping_sub(ONES) & !quote) | (escape.wrapping_sub(ONES) & !escape))
                & HIGHS;
        if marks != 0 {
            return length + marks.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let ends = |&&byte: &&u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    length + rest[length..].iter().take_while(ends).count()
}

impl<'a> Cursor<'a> {
    /// The four digits of an escape.
    fn hex(&mut self) -> Result<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| self.broken("four hexadecimal digits"))?;
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }

    /// What the escape after a backslash stands for.
    fn escape(&mut self) -> Result<char> {
        let simple = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) {
                    let pair = self.text.as_bytes()[self.at..].starts_with(b"\\u");
                    let low = if pair {
                        self.at += 2;
                        self.hex()?
                    } else {
                        0
                    };
                    // Anything else stays a surrogate, which no character is.
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    }
                }
                return char::from_u32(code).ok_or_else(|| {
                    Fault::new(
                        format!("has half of a surrogate pair before byte {}", self.at + 1),
                        "characters",
                    )
                });
            }
            _ => return Err(self.broken("an escape of JSON")),
        };
        self.at += 1;
        Ok(simple)
    }

    /// Goes through a string from behind its first quote: stretches that stand for themselves, and
    /// characters that were escaped.
    fn pieces(
        &mut self,
        mut stretch: impl FnMut(&'a str),
        mut escaped: impl FnMut(char),
    ) -> Result<()> {
        let text = self.text;
        loop {
            let start = self.at;
            self.at += plain(text.as_bytes(), start);
            // Both ends are beside bytes of ASCII.
            stretch(text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    escaped(self.escape()?);
                }
                _ => return Err(self.broken("the end of a string")),
            }
        }
    }

    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.at += 1;
        self.pieces(|_| (), |_| ())
    }

    /// Takes a string and adds it to `bytes`.
    pub(in super::super) fn string_into(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        if self.kind()? != Kind::String {
            return Err(self.unexpected("a string"));
        }
        self.at += 1;
        let into = std::cell::RefCell::new(bytes);
        self.pieces(
            |stretch| into.borrow_mut().extend_from_slice(stretch.as_bytes()),
            |escaped| {
                into.borrow_mut().extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
            },
        )
    }

    /// Takes a string.
    pub(in super::super) fn string(&mut self) -> Result<Cow<'a, str>> {
        if self.kind()? != Kind::String {
            return Err(self.unexpected("a string"));
        }
        let (text, start) = (self.text, self.at + 1);
        let end = start + plain(text.as_bytes(), start);
        if text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(text.get(start..end).unwrap_or_default()));
        }
        let mut bytes = Vec::new();
        self.string_into(&mut bytes)?;
        // Stretches of a `str` and characters are UTF-8.
        Ok(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_stretches_end_where_they_should_wherever_that_is() {
        for mark in [b'"', b'\\', 0, 0x1f] {
            for before in 0..20 {
                for filler in [b'a', 0x20, 0x7f, 0x80, 0xff, b'!', b'#', b'[', b']'] {
                    let mut bytes = vec![filler; before];
                    bytes.push(mark);
                    bytes.extend([mark, filler, 0x21, 0x22, 0x23, 0x5c, 0x5d, 0x1f, 0x20]);
                    assert_eq!(plain(&bytes, 0), before, "{mark} after {before} of {filler}");
                }
            }
        }
    }

    #[test]
    fn strings_are_those_of_serde_json() {
        for text in [
            r#""""#,
            r#""plain""#,
            r#""é \u00e9 \ud83d\ude00 😀""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
            r#""\ud83d\ud83d\ude00""#,
            r#""\x41""#,
            r#""\u12g4""#,
            r#""\u12"#,
            "\"a\nb\"",
            "\"open",
            "\"open\\",
            "\"nul\0\"",
        ] {
            let ours = Cursor::new(text).string().ok().map(Cow::into_owned);
            let theirs = serde_json::from_str::<String>(text).ok();
            assert_eq!(ours, theirs, "{text}");
            let mut skipped = Cursor::new(text);
            assert_eq!(skipped.skip().is_ok(), theirs.is_some(), "{text}");
        }
    }
}

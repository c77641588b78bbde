//! Leaving a value out: most bytes of most records.

use super::super::fault::{Fault, Result};
use super::{Cursor, DEPTH};

impl Cursor<'_> {
    /// Takes a value of any kind, checks it, and gives nothing.
    pub(in super::super) fn skip(&mut self) -> Result<()> {
        // A bit for each open bracket, the innermost lowest: set for an object.
        let mut open = 0_u128;
        let mut depth = 0;
        loop {
            self.space();
            match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    self.at += 1;
                    if self.depth + depth >= DEPTH {
                        return Err(Fault::new(
                            "nests too deeply",
                            format!("at most {DEPTH} levels"),
                        ));
                    }
                    let object = bracket == b'{';
                    if !self.takes(if object { b'}' } else { b']' }) {
                        depth += 1;
                        open = open << 1 | u128::from(object);
                        if object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => self.skip_string()?,
                Some(b'-' | b'0'..=b'9' | b'N' | b'I') => {
                    self.number_text()?;
                }
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                _ => return Err(self.broken("a value")),
            }
            // Behind a value: brackets may close, as many as there are.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let object = open & 1 == 1;
                self.space();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.at += 1,
                    Some(b']') if !object => self.at += 1,
                    _ if object => return Err(self.broken("',' or '}'")),
                    _ => return Err(self.broken("',' or ']'")),
                }
                open >>= 1;
                depth -= 1;
            }
        }
    }

    fn skip_key(&mut self) -> Result<()> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.broken("a key in double quotes"));
        }
        self.skip_string()?;
        if self.takes(b':') { Ok(()) } else { Err(self.broken("':'")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_checked() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let objects =
            |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        for text in [
            "{}",
            "[]",
            " [ ] ",
            "[1,2]",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "[}",
            "{]",
            "[[1],{\"a\":[{}]}]",
            "tru",
            "true",
            "nul",
            "falsey",
            "\"",
            "",
            " ",
            "{1:2}",
            "[\"\\u123\"]",
            "[1]]",
            "{\"a\":[1,{\"b\":null}],\"c\":\"\\n\"}",
            &nested(127),
            &nested(128),
            &objects(127),
            &objects(128),
            &nested(100_000),
            &objects(100_000),
        ] {
            let mut cursor = Cursor::new(text);
            let ours = cursor.skip().and_then(|()| cursor.end()).is_ok();
            assert_eq!(ours, serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text:.80}");
        }
    }
}

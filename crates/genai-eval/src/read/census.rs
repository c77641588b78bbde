//! What a text holds that line counts and scores can stumble over.

use super::{Input, InputError};

/// Counts of the characters that some tools take for line ends and others do not.
///
/// Fed with the bytes of a text in pieces of any size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Line feeds.
    pub line_feeds: u64,
    /// Carriage returns right before a line feed.
    pub carriage_return_line_feeds: u64,
    /// Carriage returns that are not.
    pub lone_carriage_returns: u64,
    /// Vertical tabs, form feeds and the separators U+001C to U+001E.
    pub control_separators: u64,
    /// U+0085, next line.
    pub next_lines: u64,
    /// U+2028 and U+2029, line and paragraph separators.
    pub line_separators: u64,
    /// Empty lines, but for a carriage return, at the end of the text.
    pub trailing_blank_lines: u64,
    /// Whether the last line lacks its line feed.
    pub unterminated: bool,
    /// Bytes so far of the line under way, carriage returns not counted.
    line_bytes: u64,
    /// The last bytes, for what spans two pieces.
    last: [u8; 3],
    bytes: u64,
}

impl Census {
    /// Reads a whole file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of_file(name: &str) -> Result<Self, InputError> {
        let (mut input, mut census, mut bytes) =
            (Input::open(name, false)?, Self::default(), vec![]);
        while input.append(&mut bytes, 1 << 16)? > 0 {
            census.feed(&bytes);
            bytes.clear();
        }
        Ok(census)
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.step(byte);
        }
        self.bytes += bytes.len() as u64;
        self.unterminated = self.bytes > 0 && self.last[2] != b'\n';
    }

    fn step(&mut self, byte: u8) {
        let [_, before_last, last] = self.last;
        match (last, byte) {
            (_, b'\n') => {
                self.line_feeds += 1;
                if last == b'\r' {
                    self.carriage_return_line_feeds += 1;
                    self.lone_carriage_returns -= 1;
                }
                if self.line_bytes == 0 {
                    self.trailing_blank_lines += 1;
                } else {
                    self.trailing_blank_lines = 0;
                }
                self.line_bytes = 0;
            }
            (_, b'\r') => self.lone_carriage_returns += 1,
            (_, 0x0b | 0x0c | 0x1c..=0x1e) => {
                self.control_separators += 1;
                self.line_bytes += 1;
            }
            (0xc2, 0x85) => self.next_lines += 1,
            (0x80, 0xa8 | 0xa9) if before_last == 0xe2 => self.line_separators += 1,
            _ => self.line_bytes += 1,
        }
        self.last = [before_last, last, byte];
    }

    /// The lines as this tool counts them.
    pub fn lines(&self) -> u64 {
        self.line_feeds + u64::from(self.unterminated)
    }

    /// Blank lines at the end, the unterminated one not counted.
    pub fn blank_lines_at_the_end(&self) -> u64 {
        if self.line_bytes > 0 { 0 } else { self.trailing_blank_lines }
    }

    /// The lines as Python's `str.splitlines()` would count them.
    pub fn python_lines(&self) -> u64 {
        let ended_by_other = matches!(
            self.last,
            [.., b'\r' | 0x0b | 0x0c | 0x1c..=0x1e] | [_, 0xc2, 0x85] | [0xe2, 0x80, 0xa8 | 0xa9]
        );
        self.line_feeds
            + self.lone_carriage_returns
            + self.control_separators
            + self.next_lines
            + self.line_separators
            + u64::from(self.unterminated && !ended_by_other)
    }

    /// The characters inside lines that other tools take for line ends, as people would say it.
    pub fn other_line_ends(&self) -> Option<String> {
        let kinds = [
            (self.lone_carriage_returns, "lone carriage return"),
            (
                self.control_separators,
                "control character that Python splits at (VT, FF, FS, GS, RS)",
            ),
            (self.next_lines, "NEL (U+0085)"),
            (self.line_separators, "line or paragraph separator (U+2028, U+2029)"),
        ];
        let found: Vec<String> = kinds
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} × {what}"))
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    }
}

/// Why files that should have equal numbers of lines may not have: of each its name, its lines,
/// and what was found in it.
pub(super) fn diagnose(files: &[(String, u64, Census)]) -> Option<String> {
    // The most telling difference first: blank lines at the end that make up for it exactly.
    for (name, lines, census) in files {
        let others =
            || files.iter().filter(|(other, ..)| other != name).map(|(_, count, _)| *count);
        let blank = census.blank_lines_at_the_end();
        let fits =
            |cut: &u64| others().next().is_some() && others().all(|count| count == lines - cut);
        if let Some(cut) = (1..=blank).find(fits) {
            let (s, them) = if cut == 1 { ("", "it") } else { ("s", "them") };
            return Some(format!(
                "{name} ends in {cut} blank line{s}, which count as segments; without {them} it \
                 would match"
            ));
        }
    }
    for (name, _, census) in files {
        if let Some(found) = census.other_line_ends() {
            let python = census.python_lines();
            let matching = files.iter().find(|(other, count, _)| other != name && *count == python);
            let tail = matching
                .map_or_else(String::new, |(other, ..)| format!(", as many as {other} has"));
            return Some(format!(
                "{name} holds {found}; lines end at line feeds only, Python's splitlines() would \
                 give {python} lines{tail}"
            ));
        }
    }
    files.iter().find(|(_, _, census)| census.blank_lines_at_the_end() > 0).map(
        |(name, _, census)| {
            format!(
                "{name} ends in {} blank line(s), which count as segments",
                census.blank_lines_at_the_end()
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(text: &str) -> Census {
        let mut census = Census::default();
        // One byte at a time: no character may be missed between pieces.
        text.as_bytes().chunks(1).for_each(|byte| census.feed(byte));
        let mut whole = Census::default();
        whole.feed(text.as_bytes());
        assert_eq!(census, whole);
        census
    }

    #[test]
    fn counts_lines_as_python_does() {
        for (text, lines, python) in [
            ("", 0, 0),
            ("a", 1, 1),
            ("a\n", 1, 1),
            ("a\r\nb\r\n", 2, 2),
            ("a\rb\n", 1, 2),
            ("a\u{2028}b\nc\u{85}d", 2, 4),
            ("a\u{b}b\u{1c}", 1, 2),
            ("é\u{2029}", 1, 1),
            ("é\u{2029}\u{3028}", 1, 2),
            ("a\n\n\n", 3, 3),
        ] {
            let census = census(text);
            assert_eq!((census.lines(), census.python_lines()), (lines, python), "{text:?}");
        }
    }

    #[test]
    fn sees_blank_lines_at_the_end() {
        for (text, blank) in [
            ("a\n", 0),
            ("a\n\n", 1),
            ("a\n\r\n\n", 2),
            ("a\n\nb\n\n", 1),
            ("a\n\nb", 0),
            ("\n", 1),
        ] {
            assert_eq!(census(text).blank_lines_at_the_end(), blank, "{text:?}");
        }
    }
}

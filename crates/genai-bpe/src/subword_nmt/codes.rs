//! Codes files: a line per merge, lowest rank first.

use crate::Error;

/// How the end of a word is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// By a symbol of its own.
    V01,
    /// As part of the last symbol.
    V02,
}

/// What a codes file holds.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    pub(super) version: Version,
    /// Pairs by rank, as they stand in the file: also those that are there twice.
    pub(super) pairs: Vec<(Box<str>, Box<str>)>,
}

/// What ends the last symbol of a word.
pub(super) const END_OF_WORD: &str = "</w>";

/// What the first line starts with, unless the version is 0.1.
const VERSION: &str = "#version:";

/// What `strip` takes off lines.
pub(super) const AROUND_LINES: [char; 3] = ['\r', '\n', ' '];

impl Codes {
    /// The lines of a file that holds these pairs.
    pub(super) fn write(&self) -> String {
        let mut lines = match self.version {
            Version::V01 => String::new(),
            Version::V02 => format!("{VERSION} 0.2\n"),
        };
        for (left, right) in &self.pairs {
            lines.extend([left, " ", right, "\n"]);
        }
        lines
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let place = format!("byte {}", error.valid_up_to());
            Error::malformed(place, "what is not UTF-8", "codes of subword-nmt in UTF-8")
        })?;
        let (version, rest, first) = if text.starts_with(VERSION) {
            let (line, rest) = first_line(text);
            (read_version(line)?, rest, 2)
        } else {
            (Version::V01, text, 1)
        };
        let lines = rest.trim_end_matches('\n').split('\n');
        let pairs = lines
            .zip(first..)
            .map(|(line, number)| read_pair(line, number))
            .collect::<Result<_, _>>()?;
        Ok(Self { version, pairs })
    }
}

/// The first line and what is after it. Python's reader of files in UTF-8 knows more line ends than
/// one, and only this line is read by it.
fn first_line(text: &str) -> (&str, &str) {
    let ends = |character| {
        matches!(
            character,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let Some(end) = text.find(ends) else { return (text, "") };
    let (line, rest) = text.split_at(end);
    let mut characters = rest.chars();
    let first = characters.next();
    let after = characters.as_str();
    (line, if first == Some('\r') { after.strip_prefix('\n').unwrap_or(after) } else { after })
}

fn read_version(line: &str) -> Result<Version, Error> {
    let name = line[VERSION.len()..].trim();
    let number = name.split_whitespace().next_back().unwrap_or_default();
    let mut parts: Vec<&str> = number.split('.').collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_zero(part)) {
        parts.pop();
    }
    match parts[..] {
        [major, "1"] if is_zero(major) => Ok(Version::V01),
        [major, "2"] if is_zero(major) => Ok(Version::V02),
        _ => Err(Error::unsupported("version of subword-nmt codes", name)),
    }
}

fn is_zero(number: &str) -> bool {
    !number.is_empty() && number.bytes().all(|digit| digit == b'0')
}

fn read_pair(line: &str, number: usize) -> Result<(Box<str>, Box<str>), Error> {
    let line = line.trim_matches(AROUND_LINES);
    match line.split_once(' ') {
        Some((left, right)) if !right.contains(' ') => Ok((left.into(), right.into())),
        _ => {
            let found = format!("{:?}", line.chars().take(40).collect::<String>());
            Err(Error::malformed(
                format!("line {number}"),
                found,
                "two symbols with a space between them",
            ))
        }
    }
}

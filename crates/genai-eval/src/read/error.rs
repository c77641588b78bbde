//! What can be wrong with an input: where, and what was expected.

use std::io;

use thiserror::Error;

/// An input that cannot be scored. Prints as one line; [`InputError::hint`] is the next step.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InputError {
    /// There is no such file.
    #[error("{name}: no such file")]
    NotFound {
        /// The file as it was named.
        name: String,
    },
    /// A directory where a file was expected.
    #[error("{name} is a directory, expected a file")]
    Directory {
        /// The path as it was named.
        name: String,
    },
    /// The file cannot be opened or read.
    #[error("{name}: {cause}")]
    Unreadable {
        /// The file as it was named.
        name: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Compressed data that stops before its end.
    #[error(
        "{name}: the {format} data ends early: the file is truncated, or other data follows it"
    )]
    Truncated {
        /// The file as it was named.
        name: String,
        /// The compression.
        format: &'static str,
    },
    /// Compressed data that is damaged.
    #[error("{name}: the {format} data is damaged: {cause}")]
    Damaged {
        /// The file as it was named.
        name: String,
        /// The compression.
        format: &'static str,
        /// What the decoder said.
        cause: io::Error,
    },
    /// A format that is recognised but not read.
    #[error("{name} is {format}, expected UTF-8 text, plain or compressed by gzip or zstd")]
    Unsupported {
        /// The file as it was named.
        name: String,
        /// What it is.
        format: &'static str,
        /// How to make it readable.
        hint: &'static str,
    },
    /// Bytes that are not UTF-8.
    #[error("{name}:{line}: byte {byte} of the line, 0x{value:02X}, is not valid UTF-8")]
    NotUtf8 {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The byte within the line, from 1.
        byte: usize,
        /// Its value.
        value: u8,
    },
    /// A file without a line.
    #[error("{name} is empty, expected one segment a line")]
    Empty {
        /// The file as it was named.
        name: String,
    },
    /// Files that should have a line for each segment, but have different numbers of lines.
    #[error("the files have different numbers of lines: {}", each(.counts))]
    LineCounts {
        /// Each file and its lines.
        counts: Vec<(String, u64)>,
        /// What may be the cause.
        diagnosis: Option<String>,
    },
    /// Standard input named more than once.
    #[error("standard input (-) is named more than once, but can be read only once")]
    StandardInputTwice,
    /// A line without an end in sight.
    #[error("{name}:{line}: the line is longer than {limit} bytes")]
    LineTooLong {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// Two systems with one name.
    #[error("two systems are called '{name}'")]
    SystemTwice {
        /// The name.
        name: String,
        /// The option that gave it.
        option: &'static str,
        /// The file or field that came with it.
        value: String,
    },
    /// A line that is no JSON.
    #[error("{name}:{line}: column {column}: {message}")]
    Json {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The column in bytes, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// A record without a field that was asked for, or with something else in it.
    #[error("{name}:{line}: {message}")]
    Record {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what was expected.
        message: String,
    },
    /// The fields of the hypothesis or the reference are not given, and not evident.
    #[error("{name}: {message}")]
    Fields {
        /// The file as it was named.
        name: String,
        /// What is not evident.
        message: String,
        /// A command line that would say it.
        hint: String,
    },
    /// A segment that the metric cannot take.
    #[error("{name}:{line}: {cause}")]
    Segment {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: u64,
        /// Why.
        cause: genai_metrics::Error,
    },
}

fn each(counts: &[(String, u64)]) -> String {
    let parts: Vec<String> = counts.iter().map(|(name, lines)| format!("{name} {lines}")).collect();
    parts.join(", ")
}

impl InputError {
    /// A file that could not be read on, compressed in that format if there is one.
    pub(super) fn reading(name: String, format: &'static str, cause: io::Error) -> Self {
        match (format, cause.kind()) {
            ("", io::ErrorKind::IsADirectory) => Self::Directory { name },
            ("", _) => Self::Unreadable { name, cause },
            (_, io::ErrorKind::UnexpectedEof) => Self::Truncated { name, format },
            _ => Self::Damaged { name, format, cause },
        }
    }

    pub(super) fn utf16(name: &str) -> Self {
        let hint = "convert it first, for example: iconv -f UTF-16 -t UTF-8 FILE";
        Self::Unsupported { name: name.to_owned(), format: "UTF-16 text", hint }
    }

    /// What to do about it, if that can be said.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unsupported { hint, .. } => (*hint).to_owned(),
            Self::NotUtf8 { name, .. } => {
                format!("convert it first, for example: iconv -f LATIN1 -t UTF-8 {name}")
            }
            Self::LineCounts { diagnosis, .. } => diagnosis.clone()?,
            Self::SystemTwice { option, value, .. } => {
                format!("give one of them another name: {option} other={value}")
            }
            Self::Fields { hint, .. } => hint.clone(),
            _ => return None,
        })
    }
}

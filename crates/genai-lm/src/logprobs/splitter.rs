//! A file's records, one after the other, without holding more than one.

use std::io::{self, BufRead, Read};

use thiserror::Error as ThisError;

/// The longest record; one that is longer is rather a bracket that nothing closes.
const LONGEST: usize = 1 << 30;

/// Hands out the records of a file: the lines of JSON Lines; the elements of a JSON list, as of
/// responses that were saved with `json.dump`; JSON texts of several lines, one behind the other; or
/// lines of numbers. Which it is shows at the start of the file. Blank lines are passed over, but where
/// the first line is a single number: there a text has a number a line, and a blank line ends it.
///
/// ```
/// use genai_lm::logprobs::Splitter;
/// let mut splitter = Splitter::new(&b"[\n  {\"id\": 1},\n  {\"id\": 2}\n]\n"[..]);
/// let mut record = Vec::new();
/// let first = splitter.next_record(&mut record)?;
/// assert_eq!((first.map(|place| place.line), &record[..]), (Some(2), &b"{\"id\": 1}"[..]));
/// record.clear();
/// assert_eq!(splitter.next_record(&mut record)?.map(|place| place.line), Some(3));
/// assert_eq!(splitter.next_record(&mut record)?, None);
/// # Ok::<(), genai_lm::logprobs::SplitError>(())
/// ```
#[derive(Debug)]
pub struct Splitter<R> {
    input: R,
    form: Form,
    /// The line that is being read, from 1.
    line: u64,
}

/// Where a record is in its file.
///
/// ```
/// use genai_lm::logprobs::Place;
/// assert_eq!(Place { line: 3 }.line, 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line that it starts in, from 1.
    pub line: u64,
}

/// Why a file cannot be split into records.
///
/// ```
/// use genai_lm::logprobs::{SplitError, Splitter};
/// let error = Splitter::new(&b"-1.5\n-2 -3\n"[..]).next_record(&mut Vec::new()).unwrap_err();
/// assert!(matches!(error, SplitError::Form { line: 2, .. }));
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum SplitError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// It is not as its start says.
    #[error("line {line} {found}, expected {expected}")]
    Form {
        /// The line, from 1.
        line: u64,
        /// What is there.
        found: String,
        /// What would have been right.
        expected: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Not known yet.
    Start,
    /// A record a line.
    Lines,
    /// A number a line.
    NumberLines,
    /// JSON texts, whatever the lines; within a list its elements.
    Texts { list: Option<Within> },
}

/// Where in a list of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Before the first.
    First,
    /// Behind one.
    Behind,
}

impl<R: BufRead> Splitter<R> {
    /// The records of a file from its start.
    pub fn new(input: R) -> Self {
        Self { input, form: Form::Start, line: 1 }
    }

    /// Adds the next record to `record`, and says where it is; none at the end. A record that is cut off or
    /// broken is handed out as it is: its reader says what is wrong.
    ///
    /// # Errors
    /// If the file cannot be read, a list is not closed or its elements are not separated, a line among
    /// those of a number each has several, or a record has more than a gibibyte.
    pub fn next_record(&mut self, record: &mut Vec<u8>) -> Result<Option<Place>, SplitError> {
        let start = record.len();
        loop {
            let place = match self.form {
                Form::Start => self.first(record)?,
                Form::Lines => self.whole_line(record)?,
                Form::NumberLines => self.numbers(record)?,
                Form::Texts { list } => self.text(list, record)?,
            };
            let Some(place) = place else { return Ok(None) };
            if record.len() > start {
                return Ok(Some(place));
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        loop {
            match self.input.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next byte that is not white space, which is left where it is.
    fn space(&mut self) -> Result<Option<u8>, SplitError> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(byte));
            }
            self.line += u64::from(byte == b'\n');
            self.input.consume(1);
        }
        Ok(None)
    }

    fn first(&mut self, record: &mut Vec<u8>) -> Result<Option<Place>, SplitError> {
        if self.peek()? == Some(0xef) && !self.takes_byte_order_mark(record)? {
            self.form = Form::Lines;
            return self.read_line(record).map(Some);
        }
        let start = record.len();
        let Some(byte) = self.space()? else { return Ok(None) };
        if !matches!(byte, b'{' | b'[') {
            let place = self.read_line(record)?;
            let line = record.get(start..).unwrap_or_default();
            if words(line) == 1 && is_number_start(byte) {
                self.form = Form::NumberLines;
                self.more_numbers(start, record)?;
            } else {
                self.form = Form::Lines;
            }
            return Ok(Some(place));
        }
        self.form = Form::Texts { list: None };
        let place = self.text(None, record)?;
        if self.form == (Form::Texts { list: None }) && place == Some(self.place()) {
            self.form = Form::Lines;
            // Anything but the end of the line is the record's mistake.
            self.read_line(record)?;
        }
        Ok(place)
    }

    /// U+FEFF at the start of a file is a mark of some editors, and no part of it. What is something else is
    /// the start of a record.
    fn takes_byte_order_mark(&mut self, record: &mut Vec<u8>) -> Result<bool, SplitError> {
        let start = record.len();
        (&mut self.input).take(3).read_to_end(record)?;
        let found = record.get(start..) == Some("\u{feff}".as_bytes());
        if found {
            record.truncate(start);
        }
        Ok(found)
    }

    fn place(&self) -> Place {
        Place { line: self.line }
    }

    /// Adds the rest of a line without its end, and white space around it stripped at the end.
    fn read_line(&mut self, record: &mut Vec<u8>) -> Result<Place, SplitError> {
        let place = self.place();
        let start = record.len();
        let limit = LONGEST as u64 + 1;
        let read = (&mut self.input).take(limit).read_until(b'\n', record)?;
        if read as u64 == limit {
            return Err(too_long(place));
        }
        if record.len() > start && record.last() == Some(&b'\n') {
            self.line += 1;
        }
        while record.len() > start && record.last().is_some_and(u8::is_ascii_whitespace) {
            record.pop();
        }
        Ok(place)
    }

    /// A line; it may be blank.
    fn whole_line(&mut self, record: &mut Vec<u8>) -> Result<Option<Place>, SplitError> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        self.read_line(record).map(Some)
    }

    fn numbers(&mut self, record: &mut Vec<u8>) -> Result<Option<Place>, SplitError> {
        if self.space()?.is_none() {
            return Ok(None);
        }
        let place = self.place();
        self.more_numbers(record.len(), record)?;
        Ok(Some(place))
    }

    /// Adds the lines up to a blank one to a record that begins at `first`.
    fn more_numbers(&mut self, first: usize, record: &mut Vec<u8>) -> Result<(), SplitError> {
        loop {
            let before = record.len();
            if before > first {
                record.push(b'\n');
            }
            let start = record.len();
            let is_end = self.peek()?.is_none();
            let place = self.read_line(record)?;
            let words = words(record.get(start..).unwrap_or_default());
            if words == 0 || is_end {
                record.truncate(before);
                return Ok(());
            }
            if words > 1 {
                return Err(SplitError::Form {
                    line: place.line,
                    found: format!("has {words} numbers, and the first line has one"),
                    expected: "one number a line with blank lines between texts, or the numbers of a text in brackets",
                });
            }
            if record.len() - first > LONGEST {
                return Err(too_long(place));
            }
        }
    }

    /// The next JSON text, or element of a list of them.
    fn text(
        &mut self,
        list: Option<Within>,
        record: &mut Vec<u8>,
    ) -> Result<Option<Place>, SplitError> {
        let mut list = list;
        loop {
            let Some(byte) = self.space()? else {
                return match list {
                    Some(_) => Err(self.broken("is the end of the file within a list", "']'")),
                    None => Ok(None),
                };
            };
            match (list, byte) {
                (Some(Within::Behind), b']') => {
                    self.input.consume(1);
                    list = None;
                    self.form = Form::Texts { list };
                }
                (Some(Within::Behind), b',') => {
                    self.input.consume(1);
                    list = Some(Within::First);
                }
                (Some(Within::Behind), _) => {
                    return Err(self.broken("goes on after an element of a list", "',' or ']'"));
                }
                (None, b'[') => {
                    let place = self.place();
                    self.input.consume(1);
                    if let Some(b'{' | b'[') = self.space()? {
                        list = Some(Within::First);
                        continue;
                    }
                    // A list of numbers is one record.
                    record.push(b'[');
                    self.rest_of_value(1, place, record)?;
                    return Ok(Some(place));
                }
                _ => {
                    let place = self.place();
                    self.rest_of_value(0, place, record)?;
                    self.form = Form::Texts { list: list.map(|_| Within::Behind) };
                    return Ok(Some(place));
                }
            }
        }
    }

    fn broken(&self, found: &str, expected: &'static str) -> SplitError {
        SplitError::Form { line: self.line, found: found.to_owned(), expected }
    }

    /// Adds what is left of a value within so many brackets. Only brackets and quotes are looked at.
    fn rest_of_value(
        &mut self,
        depth: u64,
        place: Place,
        record: &mut Vec<u8>,
    ) -> Result<(), SplitError> {
        let start = record.len();
        let (mut depth, mut in_string, mut is_escaped) = (depth, false, false);
        loop {
            if self.peek()?.is_none() {
                return Ok(());
            }
            let bytes = self.input.fill_buf()?;
            let mut taken = bytes.len();
            let mut ended = false;
            for (at, &byte) in bytes.iter().enumerate() {
                if in_string {
                    match byte {
                        _ if is_escaped => is_escaped = false,
                        b'\\' => is_escaped = true,
                        b'"' => in_string = false,
                        // No string goes on in the next line: this one was cut off.
                        b'\n' => (taken, ended) = (at, true),
                        _ => continue,
                    }
                } else {
                    match byte {
                        b'"' => in_string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth > 0 => depth -= 1,
                        b'\n' if depth > 0 => self.line += 1,
                        b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                            // A number or a word ends before this. A bracket that none has opened is taken
                            // along if there is nothing before it, so that it goes on.
                            taken = if record.len() == start && at == 0 { 1 } else { at };
                            ended = true;
                        }
                        _ => continue,
                    }
                    if depth == 0 && matches!(byte, b'}' | b']') && !ended {
                        (taken, ended) = (at + 1, true);
                    }
                }
                if ended {
                    break;
                }
            }
            record.extend_from_slice(&bytes[..taken]);
            self.input.consume(taken);
            if ended {
                return Ok(());
            }
            if record.len() - start > LONGEST {
                return Err(too_long(place));
            }
        }
    }
}

fn too_long(place: Place) -> SplitError {
    SplitError::Form {
        line: place.line,
        found: "begins a record of more than a gibibyte".to_owned(),
        expected: "its end: a bracket may not be closed",
    }
}

/// How many words a line has, by the white space and the commas between them.
fn words(line: &[u8]) -> usize {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
    line.split(is_between).filter(|word| !word.is_empty()).count()
}

fn is_number_start(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'n' | b'N')
}

#[cfg(test)]
mod tests;

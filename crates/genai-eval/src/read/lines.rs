//! Bytes to lines, a block at a time.

use memchr::memchr_iter;
use memchr::memmem::Finder;

use super::{BLOCK_SEGMENTS, Census, Facts, Input, InputError};

/// How much is asked of the system at once.
const CHUNK: usize = 1 << 18;
/// A block ends early beyond this, so that long lines don't pile up.
const BLOCK_BYTES: usize = 1 << 18;
/// A line that has not ended by then never will: a device, or no text.
const LONGEST_LINE: usize = 512 << 20;
/// What is looked at to tell whether it is text.
const SAMPLE: usize = 4096;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Some lines of a file, as they were read.
#[derive(Debug, Default)]
pub struct LineBlock {
    bytes: Vec<u8>,
    /// Where each line ends, its line feed not counted.
    ends: Vec<usize>,
    /// Bytes of the file's first line that were taken off before.
    taken_off: usize,
}

impl LineBlock {
    /// The number of lines.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of bytes.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The lines as bytes, without line feeds.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let line = &self.bytes[start..end];
            start = end + 1;
            line
        })
    }

    /// The lines as one text with their line ends, as they were read.
    ///
    /// # Errors
    /// As [`LineBlock::texts`].
    pub fn text(&self, name: &str, first: u64) -> Result<&str, InputError> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let at = error.valid_up_to();
            let index = self.ends.partition_point(|&end| end < at);
            let start = if index == 0 { 0 } else { self.ends[index - 1] + 1 };
            self.not_utf8(name, first, index, at - start, self.bytes[at])
        })
    }

    /// The lines as text, without line feeds and without one carriage return before each.
    ///
    /// # Errors
    /// [`InputError::NotUtf8`], for a file of that name whose line `first` (from 0) is the first.
    pub fn texts(
        &self,
        name: &str,
        first: u64,
    ) -> Result<impl Iterator<Item = &str> + '_, InputError> {
        let text = self.text(name, first)?;
        let mut start = 0;
        Ok(self.ends.iter().map(move |&end| {
            let line = &text[start..end];
            start = end + 1;
            line.strip_suffix('\r').unwrap_or(line)
        }))
    }
}

impl LineBlock {
    /// The same lines with a line feed in place of each mark, if there is a mark. They are still
    /// as many, since a line of a block may hold line feeds. Beside them, how many had a mark.
    pub(super) fn with_newlines(&self, mark: &Finder<'_>) -> Option<(Self, u64)> {
        // Most blocks of most files hold none: one fast search tells.
        mark.find(&self.bytes)?;
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut ends = Vec::with_capacity(self.ends.len());
        let mut marked = 0;
        for line in self.lines() {
            // A carriage return that `texts` takes off is not the mark's.
            let kept = line.strip_suffix(b"\r").unwrap_or(line);
            let mut copied = 0;
            for at in mark.find_iter(kept) {
                bytes.extend_from_slice(&line[copied..at]);
                bytes.push(b'\n');
                copied = at + mark.needle().len();
            }
            marked += u64::from(copied > 0);
            bytes.extend_from_slice(&line[copied..]);
            ends.push(bytes.len());
            bytes.push(b'\n');
        }
        Some((Self { bytes, ends, taken_off: self.taken_off }, marked))
    }

    /// The error for a byte of one of the lines, both from 0, as an editor would count them.
    fn not_utf8(&self, name: &str, first: u64, index: usize, at: usize, value: u8) -> InputError {
        let before = if index == 0 { self.taken_off } else { 0 };
        let line = first + index as u64 + 1;
        InputError::NotUtf8 { name: name.to_owned(), line, byte: before + at + 1, value }
    }

    /// The lines as bytes that are known to be UTF-8, or the error for one that is not.
    pub(super) fn checked_lines(
        &self,
        name: &str,
        first: u64,
    ) -> impl Iterator<Item = Result<&[u8], InputError>> {
        self.lines().enumerate().map(move |(index, line)| match std::str::from_utf8(line) {
            Ok(_) => Ok(line),
            Err(error) => {
                let at = error.valid_up_to();
                Err(self.not_utf8(name, first, index, at, line[at]))
            }
        })
    }
}

/// Reads a file by lines. A line ends at a line feed and nowhere else; the last one needs none.
pub struct Lines {
    input: Input,
    /// What has been read, of which the bytes before `start` have been handed out.
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    count: u64,
    /// Kept only of what cannot be read a second time.
    census: Option<Census>,
    byte_order_mark: bool,
}

impl Lines {
    /// Opens a file, or standard input if the name is `-`.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn open(name: &str, hashed: bool) -> Result<Self, InputError> {
        Self::new(Input::open(name, hashed)?)
    }

    /// The lines of an input from its beginning.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn new(input: Input) -> Result<Self, InputError> {
        let census = (!input.again).then(Census::default);
        let mut lines = Self {
            input,
            buffer: Vec::with_capacity(CHUNK),
            start: 0,
            ended: false,
            count: 0,
            census,
            byte_order_mark: false,
        };
        while lines.buffer.len() < SAMPLE && lines.fill()? {}
        if is_utf16(&lines.buffer) {
            return Err(InputError::utf16(lines.name()));
        }
        if lines.buffer.starts_with(BYTE_ORDER_MARK) {
            lines.start = BYTE_ORDER_MARK.len();
            lines.byte_order_mark = true;
        }
        Ok(lines)
    }

    /// The name that the user gave.
    pub fn name(&self) -> &str {
        self.input.name()
    }

    /// What is or will be known of the file.
    pub fn facts(&self) -> &Facts {
        self.input.facts()
    }

    /// Whether the file began with a byte-order mark, which was taken off.
    pub fn had_byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }

    /// How many lines have been read.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What the file was found to hold, if it was watched because it can't be read again.
    pub(super) fn census(&self) -> Option<&Census> {
        self.census.as_ref()
    }

    /// Reads up to `at_most` lines, fewer if they are long, none at the end.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_block(&mut self, at_most: usize) -> Result<LineBlock, InputError> {
        self.block(at_most, BLOCK_BYTES)
    }

    /// Reads lines of about so many bytes, fewer only at the end: at least one line.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_bytes(&mut self, about: usize) -> Result<LineBlock, InputError> {
        self.block(usize::MAX, about)
    }

    /// Reads that many lines, fewer only at the end.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_lines(&mut self, lines: usize) -> Result<LineBlock, InputError> {
        self.block(lines, usize::MAX)
    }

    /// How many lines lie within a block's bytes, up to `at_most`: at least one, unless none is left.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn ready(&mut self, at_most: usize) -> Result<usize, InputError> {
        let (mut lines, mut searched, mut end) = (0, 0, 0);
        loop {
            let unread = &self.buffer[self.start..];
            for at in memchr_iter(b'\n', &unread[searched..]).take(at_most - lines) {
                lines += 1;
                end = searched + at + 1;
            }
            searched = unread.len();
            let enough = lines == at_most || (searched >= BLOCK_BYTES && lines > 0);
            // Reading the line will tell that it never ends.
            if enough || searched > LONGEST_LINE {
                return Ok(lines.max(1));
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            if !self.fill()? {
                return Ok(lines + usize::from(end < searched));
            }
        }
    }

    fn block(&mut self, at_most: usize, enough_bytes: usize) -> Result<LineBlock, InputError> {
        let mut ends: Vec<usize> = Vec::with_capacity(at_most.min(BLOCK_SEGMENTS));
        let mut searched = 0;
        let length = loop {
            let unread = &self.buffer[self.start..];
            let found = memchr_iter(b'\n', &unread[searched..]).take(at_most - ends.len());
            ends.extend(found.map(|at| searched + at));
            searched = unread.len();
            let full = ends.len() == at_most || (searched >= enough_bytes && !ends.is_empty());
            if let (true, Some(last)) = (full, ends.last()) {
                break last + 1;
            }
            if searched - ends.last().map_or(0, |last| last + 1) > LONGEST_LINE {
                let (name, line) = (self.name().to_owned(), self.count + ends.len() as u64 + 1);
                return Err(InputError::LineTooLong { name, line, limit: LONGEST_LINE });
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            if !self.fill()? {
                if ends.last().map_or(0, |last| last + 1) < searched {
                    ends.push(searched);
                }
                break searched;
            }
        };
        let bytes = self.buffer[self.start..self.start + length].to_vec();
        self.start += length;
        let taken_off =
            if self.count == 0 && self.byte_order_mark { BYTE_ORDER_MARK.len() } else { 0 };
        self.count += ends.len() as u64;
        Ok(LineBlock { bytes, ends, taken_off })
    }

    /// The lines that are left as one text, each ended by one line feed.
    ///
    /// # Errors
    /// If the file cannot be read or is not UTF-8.
    pub fn text_of_rest(&mut self) -> Result<String, InputError> {
        let mut text = String::new();
        loop {
            let first = self.count;
            let block = self.next_block(BLOCK_SEGMENTS)?;
            if block.is_empty() {
                return Ok(text);
            }
            for line in block.texts(self.name(), first)? {
                text.extend([line, "\n"]);
            }
        }
    }

    /// Counts the lines that are left.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn count_rest(&mut self) -> Result<u64, InputError> {
        while !self.next_block(1 << 14)?.is_empty() {}
        Ok(self.count)
    }

    /// Reads the next chunk; false at the end.
    fn fill(&mut self) -> Result<bool, InputError> {
        if self.ended {
            return Ok(false);
        }
        let old = self.buffer.len();
        let read = self.input.append(&mut self.buffer, CHUNK)?;
        if let Some(census) = &mut self.census {
            census.feed(&self.buffer[old..]);
        }
        self.ended = read == 0;
        Ok(read > 0)
    }
}

/// Whether it is text in UTF-16 without a byte-order mark: a quarter of its bytes are zero, which
/// no text in UTF-8 comes near.
fn is_utf16(bytes: &[u8]) -> bool {
    const FEWEST: usize = 64;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = memchr_iter(0, sample).count();
    sample.len() >= FEWEST && zeros * 4 >= sample.len()
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines")
            .field("input", &self.input)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in pieces of these sizes, again and again.
    struct InPieces {
        bytes: Vec<u8>,
        sizes: Vec<usize>,
        turn: usize,
    }

    impl Read for InPieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size =
                self.sizes[self.turn % self.sizes.len()].min(buffer.len()).min(self.bytes.len());
            self.turn += 1;
            buffer[..size].copy_from_slice(&self.bytes[..size]);
            self.bytes.drain(..size);
            Ok(size)
        }
    }

    proptest! {
        /// Whatever the pieces and the blocks, the lines are what splitting at line feeds gives.
        #[test]
        fn blocks_hold_every_line(
            text in "(\u{feff}?([ab\r\n\u{2028}\u{85}é]{0,40}|\n{0,5}))",
            sizes in prop::collection::vec(1..7usize, 1..4),
            at_most in 1..5usize,
        ) {
            let reader = InPieces { bytes: text.clone().into_bytes(), sizes, turn: 0 };
            let mut lines = Lines::new(Input::from_reader("text", reader)).unwrap();
            let (mut found, mut last) = (Vec::new(), 0);
            loop {
                let block = lines.next_block(at_most).unwrap();
                prop_assert!(block.len() <= at_most);
                if block.is_empty() {
                    break;
                }
                found.extend(block.texts("text", last).unwrap().map(str::to_owned));
                last = lines.count();
            }
            let plain = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let mut expected: Vec<&str> = plain.split('\n').collect();
            if expected.last() == Some(&"") {
                expected.pop();
            }
            let without_return = |line: &str| line.strip_suffix('\r').unwrap_or(line).to_owned();
            prop_assert_eq!(found, expected.into_iter().map(without_return).collect::<Vec<_>>());
            prop_assert_eq!(lines.had_byte_order_mark(), text.starts_with('\u{feff}'));
        }
    }
}

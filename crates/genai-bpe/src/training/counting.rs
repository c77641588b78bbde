//! Texts cut into words and counted, in parallel, the same on any number of threads.

use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::words::Words;
use crate::error::Error;
use crate::pretokenizer::Pattern;

/// How texts become words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut {
    /// Pieces of a pattern.
    Pattern(Pattern),
    /// What stands between white space.
    WhiteSpace,
}

/// Counts words of texts.
#[derive(Debug)]
pub(super) struct Counter {
    cut: Cut,
    /// One table for each thread that was at work at the same time.
    tables: Mutex<Vec<Words>>,
    /// Chunks of text so far; with a word's number within its chunk, this tells which came first.
    chunks: u64,
    bytes: u64,
}

/// Bytes of lines that are cut on one thread at a time.
const CHUNK: usize = 1 << 17;
/// Chunks of a file that are read at a time for each thread, unless a line is longer.
const CHUNKS: usize = 16;

impl Counter {
    pub(super) fn new(cut: Cut) -> Self {
        Self { cut, tables: Mutex::default(), chunks: 0, bytes: 0 }
    }

    /// The pattern of words, if there is one.
    pub(super) fn pattern(&self) -> Option<Pattern> {
        match self.cut {
            Cut::Pattern(pattern) => Some(pattern),
            Cut::WhiteSpace => None,
        }
    }

    /// Bytes counted so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts the words of one text.
    pub(super) fn add_text(&mut self, text: &str) {
        self.add_chunks(&[text], false);
    }

    /// Counts the words of each line, its newline being part of it.
    pub(super) fn add_lines(&mut self, text: &str) {
        let mut chunks = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let least = rest.len().min(CHUNK);
            let newline = memchr::memchr(b'\n', &rest.as_bytes()[least - 1..]);
            let (chunk, after) = rest.split_at(newline.map_or(rest.len(), |place| least + place));
            chunks.push(chunk);
            rest = after;
        }
        self.add_chunks(&chunks, true);
    }

    /// As [`Counter::add_lines`]; calls `report` as it goes.
    pub(super) fn add_reader(
        &mut self,
        mut reader: impl Read,
        mut report: impl FnMut(u64),
    ) -> Result<(), Error> {
        let batch = CHUNK * CHUNKS * rayon::current_num_threads();
        let mut buffer = Vec::new();
        let (mut filled, mut lines) = (0, 0);
        loop {
            // What is left of the last batch has no newline: it grows until it has one.
            buffer.resize(filled.max(batch / 2) * 2, 0);
            let start = filled;
            let is_end = fill(&mut reader, &mut buffer, &mut filled)?;
            let newline = memchr::memrchr(b'\n', &buffer[start..filled]);
            let end = if is_end { filled } else { newline.map_or(0, |place| start + place + 1) };
            let text = str::from_utf8(&buffer[..end]).map_err(|error| {
                let valid = &buffer[..error.valid_up_to()];
                let line = lines + memchr::memchr_iter(b'\n', valid).count() + 1;
                Error::malformed(format!("line {line}"), "bytes that are not UTF-8", "UTF-8")
            })?;
            self.add_lines(text);
            lines += memchr::memchr_iter(b'\n', text.as_bytes()).count();
            report(self.bytes);
            buffer.copy_within(end..filled, 0);
            filled -= end;
            if is_end {
                return Ok(());
            }
        }
    }

    /// Counts a word that somebody else counted.
    pub(super) fn add_word(&mut self, word: &str, count: u64) {
        if !word.is_empty() && count > 0 {
            let tables = self.tables.get_mut().unwrap_or_else(PoisonError::into_inner);
            if tables.is_empty() {
                tables.push(Words::default());
            }
            tables[0].add(word, count, self.chunks << 32);
            self.chunks += 1;
        }
    }

    fn add_chunks(&mut self, chunks: &[&str], by_line: bool) {
        let (cut, tables, before) = (self.cut, &self.tables, self.chunks);
        chunks.par_iter().enumerate().for_each(|(number, chunk)| {
            let idle = tables.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut words = idle.unwrap_or_default();
            let mut place = (before + number as u64) << 32;
            let mut count = |word: &str| {
                words.add(word, 1, place);
                place += 1;
            };
            if by_line {
                chunk.split_inclusive('\n').for_each(|line| cut.for_each_word(line, &mut count));
            } else {
                cut.for_each_word(chunk, &mut count);
            }
            tables.lock().unwrap_or_else(PoisonError::into_inner).push(words);
        });
        self.chunks += chunks.len() as u64;
        self.bytes += chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
    }

    /// All words, in no order.
    pub(super) fn finish(self) -> Words {
        let tables = self.tables.into_inner().unwrap_or_else(PoisonError::into_inner);
        let larger_first = |mut left: Words, mut right: Words| {
            if left.len() < right.len() {
                std::mem::swap(&mut left, &mut right);
            }
            left.append(&right);
            left
        };
        tables.into_par_iter().reduce(Words::default, larger_first)
    }
}

impl Cut {
    #[inline]
    fn for_each_word(self, text: &str, mut visit: impl FnMut(&str)) {
        match self {
            Self::Pattern(pattern) => {
                let _whole = pattern.for_each_piece(text, |start, end| {
                    visit(&text[start..end]);
                    ControlFlow::Continue(())
                });
            }
            Self::WhiteSpace => text.split_whitespace().for_each(visit),
        }
    }
}

/// Reads until the buffer is full; returns whether the end was reached.
fn fill(reader: &mut impl Read, buffer: &mut [u8], filled: &mut usize) -> Result<bool, Error> {
    while *filled < buffer.len() {
        match reader.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(true),
            Ok(read) => *filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

//! Texts of files to results: read in order, worked on in parallel, taken in order.

use std::fs;

use anyhow::Result;
use clap::Args;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::engine::{self, BATCH_BYTES, BLOCKS_A_THREAD};
use crate::messages::Messages;
use crate::read::{
    BLOCK_SEGMENTS, Facts, InputError, LineBlock, Lines, STANDARD_INPUT, byte_order_mark_warning,
};

// The texts of a command that takes any. (Not for documentation, which would be the command's.)
#[derive(Args, Debug)]
pub(super) struct TextArguments {
    /// The texts, one a line, plain or compressed by gzip or zstd; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    pub(super) files: Vec<String>,
    /// Each FILE is one text, line ends included
    #[arg(long)]
    pub(super) whole: bool,
}

/// What is read, and how.
pub(super) struct Reading<'a> {
    pub(super) files: &'a [String],
    /// A file is one text, rather than a text a line.
    pub(super) whole: bool,
    /// Files are hashed as they are read.
    pub(super) hashed: bool,
    /// No block of a file is worked on before all those of the file before it are taken.
    pub(super) one_by_one: bool,
    pub(super) threads: Option<u16>,
    pub(super) messages: Messages,
}

/// Some texts of one file.
pub(super) struct Texts {
    /// Which of the files, from 0.
    pub(super) file: usize,
    /// As it was named.
    pub(super) name: String,
    /// How many lines of it come before.
    first: u64,
    block: LineBlock,
    whole: bool,
}

impl Texts {
    /// The texts with their lines, from 1.
    ///
    /// # Errors
    /// If they are not UTF-8.
    pub(super) fn numbered(&self) -> Result<impl Iterator<Item = (u64, &str)>, InputError> {
        let Self { name, first, block, .. } = self;
        let whole = if self.whole { Some((1, block.text(name, *first)?)) } else { None };
        let lines = if self.whole { None } else { Some(block.texts(name, *first)?) };
        Ok(whole.into_iter().chain((first + 1..).zip(lines.into_iter().flatten())))
    }

    /// What is wrong with one of the texts.
    pub(super) fn error(&self, line: u64, message: String) -> InputError {
        InputError::Record { name: self.name.clone(), line, message }
    }
}

/// What is wanted after some texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// More of the same file.
    More,
    /// Nothing more of this file.
    OtherFile,
    /// Nothing more.
    Nothing,
}

/// A file after reading.
#[derive(Debug, Serialize)]
pub(super) struct FileRead {
    /// As it was named.
    pub(super) path: String,
    /// In hexadecimal; none if it was not asked for, or not all of the file was read.
    pub(super) sha256: Option<String>,
}

impl Reading<'_> {
    /// Hands every block of texts to `work`, on any thread, and what it makes of them to `take`, in
    /// order.
    ///
    /// # Errors
    /// The first in the order of the input, whatever the number of threads.
    pub(super) fn each<T: Send>(
        &self,
        work: impl Fn(&Texts) -> Result<T> + Sync,
        mut take: impl FnMut(&Texts, T) -> Result<Next>,
    ) -> Result<Vec<FileRead>> {
        if self.files.iter().filter(|file| *file == STANDARD_INPUT).count() > 1 {
            return Err(InputError::StandardInputTwice.into());
        }
        let pool = engine::pool(self.threads)?;
        let size = |file: &String| fs::metadata(file).ok().filter(fs::Metadata::is_file);
        let sizes = self.files.iter().map(|file| Some(size(file)?.len())).sum();
        let mut progress =
            self.messages.progress_of(sizes, if self.whole { "texts" } else { "lines" });
        let mut reader = Reader::new(self, pool.current_num_threads() * BLOCKS_A_THREAD);
        let mut batch = reader.batch();
        let mut done = 0;
        'reading: while !batch.is_empty() {
            let ahead = batch.failure.is_none();
            let (next, results) = pool.install(|| {
                rayon::join(
                    || ahead.then(|| reader.batch()),
                    || batch.blocks.par_iter().map(&work).collect::<Vec<_>>(),
                )
            });
            let mut skipped = Vec::new();
            for (texts, result) in batch.blocks.iter().zip(results) {
                if skipped.contains(&texts.file) {
                    continue;
                }
                done += if self.whole { 1 } else { texts.block.len() as u64 };
                match take(texts, result?)? {
                    Next::More => {}
                    Next::OtherFile => skipped.push(texts.file),
                    Next::Nothing => break 'reading,
                }
            }
            if let Some((file, error)) = batch.failure
                && !skipped.contains(&file)
            {
                return Err(error.into());
            }
            reader.facts.iter().skip(reader.followed).cloned().for_each(|f| progress.follow(f));
            reader.followed = reader.facts.len();
            progress.update(done);
            batch = next.unwrap_or_default();
            for file in skipped {
                reader.skip(file);
                batch.skip(file);
            }
            if batch.is_empty() {
                batch = reader.batch();
            }
        }
        drop(progress);
        for file in &reader.marked {
            self.messages.warn(&byte_order_mark_warning(&self.files[*file]));
        }
        Ok(reader.read(self.files))
    }
}

/// Blocks that are worked on together, and what came of reading the one after them.
#[derive(Default)]
struct Batch {
    blocks: Vec<Texts>,
    failure: Option<(usize, InputError)>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.failure.is_none()
    }

    fn skip(&mut self, file: usize) {
        self.blocks.retain(|texts| texts.file != file);
        self.failure = self.failure.take().filter(|(failed, _)| *failed != file);
    }
}

/// What reading on came to.
enum Step {
    Texts(Texts),
    FileEnd,
    End,
}

struct Reader<'a> {
    reading: &'a Reading<'a>,
    blocks: usize,
    /// The file to be opened next.
    next: usize,
    current: Option<Lines>,
    facts: Vec<Facts>,
    /// How many of them the progress bar knows.
    followed: usize,
    /// Files that were read to their end.
    complete: Vec<bool>,
    /// Files that begin with a byte-order mark.
    marked: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(reading: &'a Reading<'a>, blocks: usize) -> Self {
        Self {
            reading,
            blocks,
            next: 0,
            current: None,
            facts: Vec::new(),
            followed: 0,
            complete: vec![false; reading.files.len()],
            marked: Vec::new(),
        }
    }

    /// The next blocks; none at the end of the last file.
    fn batch(&mut self) -> Batch {
        let mut batch = Batch::default();
        let mut bytes = 0;
        while batch.blocks.len() < self.blocks && bytes < BATCH_BYTES {
            match self.step() {
                Ok(Step::Texts(texts)) => {
                    bytes += texts.block.bytes();
                    batch.blocks.push(texts);
                }
                Ok(Step::FileEnd) if self.reading.one_by_one && !batch.blocks.is_empty() => break,
                Ok(Step::FileEnd) => {}
                Ok(Step::End) => break,
                Err(error) => {
                    self.current = None;
                    batch.failure = Some((self.next - 1, error));
                    break;
                }
            }
        }
        batch
    }

    fn step(&mut self) -> Result<Step, InputError> {
        let whole = self.reading.whole;
        let Some(lines) = &mut self.current else {
            let Some(name) = self.reading.files.get(self.next) else { return Ok(Step::End) };
            self.next += 1;
            let mut lines = Lines::open(name, self.reading.hashed)?;
            let file = self.next - 1;
            self.facts.resize(file, Facts::default());
            self.facts.push(lines.facts().clone());
            if lines.had_byte_order_mark() {
                self.marked.push(file);
            }
            if whole {
                // An empty file is an empty text.
                let block = lines.next_lines(usize::MAX)?;
                self.complete[file] = true;
                return Ok(Step::Texts(Texts { file, name: name.clone(), first: 0, block, whole }));
            }
            self.current = Some(lines);
            return self.step();
        };
        let (file, first) = (self.next - 1, lines.count());
        let block = lines.next_block(BLOCK_SEGMENTS)?;
        if block.is_empty() {
            self.complete[file] = true;
            self.current = None;
            return Ok(Step::FileEnd);
        }
        Ok(Step::Texts(Texts { file, name: lines.name().to_owned(), first, block, whole }))
    }

    /// Reads no more of a file. That it may have been read to its end depends on the threads.
    fn skip(&mut self, file: usize) {
        self.complete[file] = false;
        if self.current.is_some() && self.next == file + 1 {
            self.current = None;
        }
    }

    fn read(self, files: &[String]) -> Vec<FileRead> {
        let facts = self.facts.iter().map(Some).chain(std::iter::repeat(None));
        files
            .iter()
            .zip(facts)
            .zip(self.complete)
            .map(|((path, facts), complete)| FileRead {
                path: path.clone(),
                sha256: facts.filter(|_| complete).and_then(Facts::sha256),
            })
            .collect()
    }
}

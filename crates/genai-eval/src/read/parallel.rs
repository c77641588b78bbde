//! Parallel text files: line `i` of every file belongs to segment `i`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::memmem::Finder;

use super::census::diagnose;
use super::{
    BLOCK_SEGMENTS, Block, Census, Facts, FileRole, InputError, LineBlock, Lines, STANDARD_INPUT,
    SegmentTexts, Source,
};

/// Reference files and hypothesis files read in lockstep.
pub struct ParallelFiles {
    /// References first, then hypotheses.
    files: Vec<Lines>,
    names: Arc<[String]>,
    references: usize,
    systems: Vec<String>,
    newline_mark: Option<Arc<Finder<'static>>>,
    /// In how many lines of each file a mark was found so far.
    marked: Arc<[AtomicU64]>,
    read: u64,
}

impl ParallelFiles {
    /// Opens the files; hypotheses are `(system, file)`.
    ///
    /// # Errors
    /// If one cannot be opened, or standard input is named twice.
    pub fn open(
        references: &[String],
        hypotheses: &[(String, String)],
        hashed: bool,
    ) -> Result<Self, InputError> {
        let names: Arc<[String]> =
            references.iter().chain(hypotheses.iter().map(|(_, file)| file)).cloned().collect();
        if names.iter().filter(|name| *name == STANDARD_INPUT).count() > 1 {
            return Err(InputError::StandardInputTwice);
        }
        let files = names.iter().map(|name| Lines::open(name, hashed)).collect::<Result<_, _>>()?;
        let systems = hypotheses.iter().map(|(system, _)| system.clone()).collect();
        let references = references.len();
        let marked = names.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Self { files, names, references, systems, newline_mark: None, marked, read: 0 })
    }

    /// Takes each `mark` in a line for a newline within the segment; an empty one marks nothing.
    #[must_use]
    pub fn with_newline_mark(mut self, mark: &str) -> Self {
        self.newline_mark = (!mark.is_empty()).then(|| Arc::new(Finder::new(mark).into_owned()));
        self
    }

    /// The error for files of different lengths: all are read to their ends and counted.
    fn mismatch(&mut self) -> Result<InputError, InputError> {
        let mut found = Vec::new();
        for file in &mut self.files {
            let lines = file.count_rest()?;
            let census = match file.census() {
                Some(census) => census.clone(),
                None => Census::of_file(file.name())?,
            };
            found.push((file.name().to_owned(), lines, census));
        }
        let diagnosis = diagnose(&found);
        let counts = found.into_iter().map(|(name, lines, _)| (name, lines)).collect();
        Ok(InputError::LineCounts { counts, diagnosis })
    }
}

impl Source for ParallelFiles {
    type Block = ParallelBlock;

    fn next_block(&mut self) -> Result<Option<ParallelBlock>, InputError> {
        // The file with the longest lines says how many make a block, so that none grows beyond it.
        let ready: Vec<usize> = self
            .files
            .iter_mut()
            .map(|file| file.ready(BLOCK_SEGMENTS))
            .collect::<Result<_, _>>()?;
        if let (0, Some(empty)) = (self.read, ready.iter().position(|&lines| lines == 0)) {
            return Err(InputError::Empty { name: self.names[empty].clone() });
        }
        let lines = ready.iter().copied().min().unwrap_or(0);
        if lines == 0 && ready.iter().any(|&lines| lines > 0) {
            return Err(self.mismatch()?);
        }
        let columns: Vec<LineBlock> =
            self.files.iter_mut().map(|file| file.next_lines(lines)).collect::<Result<_, _>>()?;
        let first = self.read;
        self.read += lines as u64;
        let (names, references) = (Arc::clone(&self.names), self.references);
        let newline_mark = self.newline_mark.clone();
        let marked = Arc::clone(&self.marked);
        let block = ParallelBlock { first, columns, names, references, newline_mark, marked };
        Ok((lines > 0).then_some(block))
    }

    fn systems(&self) -> &[String] {
        &self.systems
    }

    fn files(&self) -> Vec<(FileRole, String, Facts)> {
        let role =
            |i| if i < self.references { FileRole::References } else { FileRole::Hypotheses };
        self.files
            .iter()
            .enumerate()
            .map(|(i, file)| (role(i), file.name().to_owned(), file.facts().clone()))
            .collect()
    }

    fn warnings(&self) -> Vec<String> {
        let marked = self.files.iter().filter(|file| file.had_byte_order_mark());
        marked.map(|file| byte_order_mark_warning(file.name())).collect()
    }

    fn notes(&self) -> Vec<String> {
        let Some(mark) = &self.newline_mark else { return Vec::new() };
        let mark = String::from_utf8_lossy(mark.needle());
        let counted = self.names.iter().zip(self.marked.iter());
        let counted = counted.map(|(name, marked)| (name, marked.load(Ordering::Relaxed)));
        let found = counted.filter(|(_, lines)| *lines > 0);
        found.map(|(name, n)| format!("{name}: {mark} stands for a newline in {n} lines")).collect()
    }
}

pub(crate) fn byte_order_mark_warning(name: &str) -> String {
    format!("{name} begins with a byte-order mark, which was taken off")
}

/// The same lines of every file.
#[derive(Debug)]
pub struct ParallelBlock {
    first: u64,
    columns: Vec<LineBlock>,
    names: Arc<[String]>,
    references: usize,
    newline_mark: Option<Arc<Finder<'static>>>,
    marked: Arc<[AtomicU64]>,
}

impl Block for ParallelBlock {
    fn bytes(&self) -> usize {
        self.columns.iter().map(LineBlock::bytes).sum()
    }

    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError> {
        let mark = self.newline_mark.as_deref();
        let rewrite = |(column, marked): (&LineBlock, &AtomicU64)| {
            let (rewritten, lines) = column.with_newlines(mark?)?;
            marked.fetch_add(lines, Ordering::Relaxed);
            Some(rewritten)
        };
        let rewritten: Vec<Option<LineBlock>> =
            self.columns.iter().zip(self.marked.iter()).map(rewrite).collect();
        let named = self.columns.iter().zip(&rewritten).zip(self.names.iter());
        let mut columns = named
            .map(|((column, rewritten), name)| {
                // Bytes that are no text are at their places in the file, not behind the marks.
                let texts = column.texts(name, self.first)?;
                rewritten.as_ref().map_or(Ok(texts), |column| column.texts(name, self.first))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (mut references, mut hypotheses) = (Vec::new(), Vec::new());
        for i in 0..self.columns[0].len() {
            references.clear();
            hypotheses.clear();
            for (column, texts) in columns.iter_mut().enumerate() {
                // Every column has as many lines as the first.
                let text = texts.next().unwrap_or_default();
                if column < self.references {
                    references.push(Some(text));
                } else {
                    hypotheses.push(text);
                }
            }
            let (references, hypotheses) = (&references, &hypotheses);
            visit(SegmentTexts { references, hypotheses, id: None, labels: &[] }).map_err(
                |cause| InputError::Segment {
                    name: self.names[0].clone(),
                    line: self.first + i as u64 + 1,
                    cause,
                },
            )?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for ParallelFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParallelFiles").field("names", &self.names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::Input;

    fn files(texts: &[Vec<u8>], mark: Option<&str>) -> ParallelFiles {
        let names: Arc<[String]> = (0..texts.len()).map(|i| format!("file {i}")).collect();
        let inputs = names.iter().zip(texts.to_vec());
        let files = inputs.map(|(name, text)| {
            Lines::new(Input::from_reader(name, std::io::Cursor::new(text))).unwrap()
        });
        let files = ParallelFiles {
            files: files.collect(),
            names: Arc::clone(&names),
            references: 1,
            systems: names[1..].to_vec(),
            newline_mark: None,
            marked: (0..texts.len()).map(|_| AtomicU64::new(0)).collect(),
            read: 0,
        };
        match mark {
            Some(mark) => files.with_newline_mark(mark),
            None => files,
        }
    }

    /// All segments' texts, references first.
    fn read(mut files: ParallelFiles) -> Result<Vec<Vec<String>>, InputError> {
        let mut segments = Vec::new();
        while let Some(block) = files.next_block()? {
            block.visit(&mut |segment| {
                let texts = segment.references.iter().flatten().chain(segment.hypotheses);
                segments.push(texts.map(|text| (*text).to_owned()).collect());
                Ok(())
            })?;
        }
        Ok(segments)
    }

    proptest! {
        /// Marks come to what `str::replace` makes of each line, whatever blocks they are in.
        #[test]
        fn marks_are_newlines(
            lines in prop::collection::vec(
                ("[<n>\\\\\r é]{0,12}", "([a-c]{0,3}(<n>|<n|n>|\r|<<n>>)?){0,4}"),
                1..20,
            ),
            times in prop::sample::select(vec![1, 60]),
            mark in prop::sample::select(vec!["<n>", "\\n", "<", "é", "\r", "n>\r", ""]),
        ) {
            let lines: Vec<(String, String)> =
                lines.iter().cycle().take(lines.len() * times).cloned().collect();
            let text = |column: fn(&(String, String)) -> &String| -> Vec<u8> {
                lines.iter().flat_map(|line| [column(line), "\n"].concat().into_bytes()).collect()
            };
            let texts = [text(|line| &line.0), text(|line| &line.1)];
            let plain = read(files(&texts, None)).unwrap();
            let marked = read(files(&texts, Some(mark))).unwrap();
            let replaced = |text: &String| {
                if mark.is_empty() { text.clone() } else { text.replace(mark, "\n") }
            };
            let expected: Vec<Vec<String>> =
                plain.iter().map(|texts| texts.iter().map(replaced).collect()).collect();
            prop_assert_eq!(marked, expected);
        }
    }

    /// The longest lines of any file bound a block.
    #[test]
    fn long_lines_make_small_blocks() {
        let text = |length: usize| [vec![b'a'; length], vec![b'\n']].concat().repeat(600);
        let texts = [text(1), text(1 << 16)];
        let mut read = files(&texts, None);
        let mut lines = 0;
        while let Some(block) = read.next_block().unwrap() {
            assert!(block.bytes() < 1 << 20, "{}", block.bytes());
            lines += block.columns[0].len();
        }
        assert_eq!(lines, 600);
    }

    #[test]
    fn errors_are_where_they_are_in_the_file() {
        let good = b"one\ntwo\nthree\n".to_vec();
        let bad = b"one<n>1\n<n>tw<n>\xffo\nthree\n".to_vec();
        let error = read(files(&[good, bad], Some("<n>"))).unwrap_err();
        assert_eq!(error.to_string(), "file 1:2: byte 9 of the line, 0xFF, is not valid UTF-8");
    }
}

//! Parallel text files: line `i` of every file belongs to segment `i`.

use std::sync::Arc;

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
        Ok(Self { files, names, references: references.len(), systems, read: 0 })
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
        let mut columns = Vec::with_capacity(self.files.len());
        for (i, file) in self.files.iter_mut().enumerate() {
            columns.push(if i == 0 {
                file.next_block(BLOCK_SEGMENTS)?
            } else {
                // Where the first file has ended, one line shows whether another goes on.
                let lines = LineBlock::len(&columns[0]);
                file.next_lines(lines.max(1))?
            });
        }
        if self.read == 0
            && let Some(empty) = columns.iter().position(LineBlock::is_empty)
        {
            return Err(InputError::Empty { name: self.names[empty].clone() });
        }
        let lines = columns[0].len();
        if columns.iter().any(|column| column.len() != lines) {
            return Err(self.mismatch()?);
        }
        let first = self.read;
        self.read += lines as u64;
        let (names, references) = (Arc::clone(&self.names), self.references);
        Ok((lines > 0).then_some(ParallelBlock { first, columns, names, references }))
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
}

pub(super) fn byte_order_mark_warning(name: &str) -> String {
    format!("{name} begins with a byte-order mark, which was taken off")
}

/// The same lines of every file.
#[derive(Debug)]
pub struct ParallelBlock {
    first: u64,
    columns: Vec<LineBlock>,
    names: Arc<[String]>,
    references: usize,
}

impl Block for ParallelBlock {
    fn bytes(&self) -> usize {
        self.columns.iter().map(LineBlock::bytes).sum()
    }

    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError> {
        let named = self.columns.iter().zip(self.names.iter());
        let mut columns = named
            .map(|(column, name)| column.texts(name, self.first))
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
            visit(SegmentTexts { references: &references, hypotheses: &hypotheses, id: None })
                .map_err(|cause| InputError::Segment {
                    name: self.names[0].clone(),
                    line: self.first + i as u64 + 1,
                    cause,
                })?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for ParallelFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParallelFiles").field("names", &self.names).finish_non_exhaustive()
    }
}

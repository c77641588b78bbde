//! Files with records of log-probabilities: a record is a segment's only text.

use std::io::{self, BufReader};
use std::sync::Arc;

use genai_lm::logprobs::{Records, SplitError, Splitter};

use super::json::Cell;
use super::{
    BLOCK_SEGMENTS, Block, Facts, FileRole, Input, InputError, STANDARD_INPUT, SegmentTexts, Source,
};

/// A block ends early beyond this: records may be long.
const BLOCK_BYTES: usize = 1 << 20;
const BUFFER: usize = 1 << 18;

/// Files of records read in lockstep, a system each.
pub(crate) struct LogProbFiles {
    files: Vec<RecordFile>,
    names: Arc<[String]>,
    systems: Vec<String>,
    with_ids: bool,
    read: u64,
}

struct RecordFile {
    name: String,
    format: &'static str,
    splitter: Splitter<BufReader<Input>>,
    facts: Facts,
    /// The first record, which was read to find out what the file is.
    first: Option<(u64, Vec<u8>)>,
}

impl LogProbFiles {
    /// Opens the files, given as `(system, file)`, and reads the first record of each. With `with_ids`
    /// segments have the records' ids.
    ///
    /// # Errors
    /// If one cannot be opened or has no record, or standard input is named twice.
    pub(crate) fn open(
        files: &[(String, String)],
        hashed: bool,
        with_ids: bool,
    ) -> Result<Self, InputError> {
        let names: Arc<[String]> = files.iter().map(|(_, file)| file.clone()).collect();
        if names.iter().filter(|name| *name == STANDARD_INPUT).count() > 1 {
            return Err(InputError::StandardInputTwice);
        }
        let systems = files.iter().map(|(system, _)| system.clone()).collect();
        let open = |name: &String| {
            let input = Input::open(name, hashed)?;
            let (format, facts) = (input.format(), input.facts().clone());
            let splitter = Splitter::new(BufReader::with_capacity(BUFFER, input));
            let name = name.clone();
            let mut file = RecordFile { name, format, splitter, facts, first: None };
            let mut record = Vec::new();
            let Some(line) = file.next(&mut record)? else {
                return Err(InputError::Empty { name: file.name });
            };
            file.first = Some((line, record));
            Ok(file)
        };
        let files = names.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { files, names, systems, with_ids, read: 0 })
    }

    /// The first record of each file, by which its layout is told.
    ///
    /// # Errors
    /// If one is not UTF-8.
    pub(crate) fn first_records(&self) -> Result<Vec<(&str, u64, &str)>, InputError> {
        let read = self.files.iter().filter_map(|file| {
            let (line, record) = file.first.as_ref()?;
            Some(text(&file.name, *line, record).map(|text| (file.name.as_str(), *line, text)))
        });
        read.collect()
    }
}

impl RecordFile {
    /// Appends the next record and says its line.
    fn next(&mut self, record: &mut Vec<u8>) -> Result<Option<u64>, InputError> {
        if let Some((line, first)) = self.first.take() {
            record.extend_from_slice(&first);
            return Ok(Some(line));
        }
        let name = || self.name.clone();
        let next = self.splitter.next_record(record);
        next.map(|place| place.map(|place| place.line)).map_err(|error| match error {
            SplitError::Read(cause) => InputError::reading(name(), self.format, cause),
            SplitError::Form { line, found, expected } => InputError::Record {
                name: name(),
                line,
                message: format!("{found}, expected {expected}"),
            },
            other => InputError::Unreadable { name: name(), cause: io::Error::other(other) },
        })
    }
}

fn text<'b>(name: &str, line: u64, record: &'b [u8]) -> Result<&'b str, InputError> {
    std::str::from_utf8(record).map_err(|error| {
        let (name, at) = (name.to_owned(), error.valid_up_to());
        InputError::NotUtf8 { name, line, byte: at + 1, value: record[at] }
    })
}

impl Source for LogProbFiles {
    type Block = RecordBlock;

    fn next_block(&mut self) -> Result<Option<RecordBlock>, InputError> {
        let columns = self.files.iter().map(|_| Column::default()).collect();
        let names = Arc::clone(&self.names);
        let mut block = RecordBlock { columns, names, with_ids: self.with_ids };
        let mut count = 0;
        while count < BLOCK_SEGMENTS && block.bytes() < BLOCK_BYTES {
            let mut ended = 0;
            for (file, column) in self.files.iter_mut().zip(&mut block.columns) {
                match file.next(&mut column.bytes)? {
                    Some(line) => {
                        column.ends.push(column.bytes.len());
                        column.lines.push(line);
                    }
                    None => ended += 1,
                }
            }
            if ended == self.files.len() {
                break;
            }
            if ended > 0 {
                let more = block.columns.iter().map(|column| column.ends.len() as u64);
                return Err(self.mismatch(&more.collect::<Vec<_>>())?);
            }
            count += 1;
        }
        self.read += count as u64;
        Ok((count > 0).then_some(block))
    }

    fn systems(&self) -> &[String] {
        &self.systems
    }

    fn files(&self) -> Vec<(FileRole, String, Facts)> {
        let one = |file: &RecordFile| (FileRole::Data, file.name.clone(), file.facts.clone());
        self.files.iter().map(one).collect()
    }

    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

impl LogProbFiles {
    /// The error for files of different numbers of records, of which the last block has so many: all
    /// are read to their ends.
    fn mismatch(&mut self, of_block: &[u64]) -> Result<InputError, InputError> {
        let mut counts = Vec::new();
        for (file, of_block) in self.files.iter_mut().zip(of_block) {
            let mut records = self.read + of_block;
            let mut record = Vec::new();
            while file.next(&mut record)?.is_some() {
                record.clear();
                records += 1;
            }
            counts.push((file.name.clone(), records));
        }
        Ok(InputError::LineCounts { counts, diagnosis: None })
    }
}

/// The same records of every file.
#[derive(Debug)]
pub(crate) struct RecordBlock {
    columns: Vec<Column>,
    names: Arc<[String]>,
    with_ids: bool,
}

#[derive(Debug, Default)]
struct Column {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// The line of each, from 1.
    lines: Vec<u64>,
}

impl Column {
    fn record(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[index]]
    }
}

impl Block for RecordBlock {
    fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.bytes.len()).sum()
    }

    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError> {
        for index in 0..self.columns[0].ends.len() {
            let named = self.names.iter().zip(&self.columns);
            let hypotheses: Vec<&str> = named
                .map(|(name, column)| text(name, column.lines[index], column.record(index)))
                .collect::<Result<_, _>>()?;
            let id =
                hypotheses.first().filter(|_| self.with_ids).and_then(|text| Records::id(text));
            let id = id.map(Cell::Text);
            let id = id.as_ref();
            visit(SegmentTexts { references: &[], hypotheses: &hypotheses, id, labels: &[] })
                .map_err(|cause| {
                    let file = cause.hypothesis().min(self.names.len() - 1);
                    let (name, line) = (self.names[file].clone(), self.columns[file].lines[index]);
                    InputError::Segment { name, line, cause }
                })?;
        }
        Ok(())
    }
}

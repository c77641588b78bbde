//! Segments to sums: the one loop that every scoring command runs.
//!
//! Blocks are read one after the other and measured in parallel. Their results are taken in the
//! order of the blocks, so neither a number nor the first error depends on the threads.

use std::collections::HashMap;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, anyhow, bail};
use genai_metrics::{Measurer, Scorer, Table, add_row};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use sha2::{Digest, Sha256};

use crate::read::json::Cell;
use crate::read::{Block, InputError, Source};

/// Threads, as many as asked for, or as there are cores.
///
/// # Errors
/// If the system has none to give.
pub(crate) fn pool(threads: Option<u16>) -> Result<ThreadPool> {
    // Many more threads than cores only cost their start.
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    ThreadPoolBuilder::new()
        .num_threads(threads.map_or(cores, usize::from).min(cores.max(4) * 4))
        .build()
        .map_err(|error| anyhow!("cannot start threads: {error}"))
}

/// What a run keeps beside the sums of all segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    /// One row of statistics for each segment and system, and the segments' ids and labels.
    pub(crate) rows: bool,
    /// What each segment's references hash to.
    pub(crate) digests: bool,
}

/// A field's value in each segment, by number: documents, languages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    /// The values, in the order in which they first come.
    pub(crate) values: Vec<String>,
    /// For each segment the number of its value.
    pub(crate) of: Vec<u32>,
    numbers: HashMap<String, u32>,
}

impl Labels {
    pub(crate) fn push(&mut self, value: &str) {
        let known = self.numbers.get(value).copied();
        self.of.push(known.unwrap_or_else(|| {
            let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            self.numbers.insert(value.to_owned(), number);
            self.values.push(value.to_owned());
            number
        }));
    }

    fn append(&mut self, next: &Self) {
        for &number in &next.of {
            self.push(&next.values[number as usize]);
        }
    }
}

/// The statistics of some segments.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// For each system, the sum of its rows; the metrics' columns lie side by side.
    pub(crate) sums: Vec<Vec<f64>>,
    /// For each system, its rows, if they were to be kept.
    pub(crate) rows: Vec<Table>,
    /// Each segment's id, if rows were to be kept and the input has ids.
    pub(crate) ids: Vec<Cell>,
    /// For each field that segments are told apart by its values, if rows were to be kept.
    pub(crate) labels: Vec<Labels>,
    /// What each segment's references hash to, if that was to be kept: 32 bytes a segment.
    pub(crate) digests: Vec<u8>,
    /// How many segments there are.
    pub(crate) segments: u64,
    /// For each system and metric the numbers of [`Scorer::text_value`], if it has them.
    pub(crate) text_values: Vec<Vec<Vec<f64>>>,
    /// For each recorder what it kept of the segments, in their order.
    records: Vec<Vec<u8>>,
    /// For each system, how many hypotheses end in a full stop set off by a space.
    pub(crate) detached_full_stops: Vec<u64>,
    /// The fewest and the most references that a segment has.
    references: Option<(usize, usize)>,
}

impl Measured {
    fn none(systems: usize, workers: &Workers<'_>) -> Self {
        let width = workers.columns.last().map_or(0, |columns| columns.end);
        Self {
            sums: vec![vec![0.0; width]; systems],
            rows: (0..systems).map(|_| Table::new(width)).collect(),
            ids: Vec::new(),
            labels: Vec::new(),
            digests: Vec::new(),
            text_values: vec![vec![Vec::new(); workers.scorers.len()]; systems],
            records: vec![Vec::new(); workers.recorders],
            segments: 0,
            detached_full_stops: vec![0; systems],
            references: None,
        }
    }

    /// Rows that were not measured but dealt out anew, and what tells their segments apart.
    pub(crate) fn of_rows(rows: Vec<Table>, labels: Vec<Labels>) -> Self {
        let segments = rows.first().map_or(0, Table::len) as u64;
        let sums = rows.iter().map(Table::sum).collect();
        Self { sums, rows, labels, segments, ..Self::default() }
    }

    /// Takes in other systems' statistics of the same segments.
    ///
    /// # Errors
    /// If there are more or fewer segments.
    pub(crate) fn beside(&mut self, other: Self) -> Result<()> {
        if self.segments != other.segments {
            bail!(
                "{} segments beside {}, expected the same segments of every system",
                other.segments,
                self.segments
            );
        }
        self.sums.extend(other.sums);
        self.rows.extend(other.rows);
        self.text_values.extend(other.text_values);
        self.detached_full_stops.extend(other.detached_full_stops);
        Ok(())
    }

    /// Takes in the rows of another system, which were kept from another run.
    pub(crate) fn add_system(&mut self, rows: Table) {
        self.sums.push(rows.sum());
        self.rows.push(rows);
        self.text_values.push(
            self.text_values.first().map_or_else(Vec::new, |values| vec![Vec::new(); values.len()]),
        );
        self.detached_full_stops.push(0);
    }

    /// The number of references, if it is the same for all segments.
    pub(crate) fn references(&self) -> Option<usize> {
        self.references.filter(|(fewest, most)| fewest == most).map(|(fewest, _)| fewest)
    }

    fn count_references(&mut self, fewest: usize, most: usize) {
        let so_far = self.references.unwrap_or((fewest, most));
        self.references = Some((so_far.0.min(fewest), so_far.1.max(most)));
    }

    /// Adds the segments that come next.
    fn append(&mut self, next: Self) {
        for (sum, part) in self.sums.iter_mut().zip(&next.sums) {
            add_row(sum, part);
        }
        for (table, part) in self.rows.iter_mut().zip(&next.rows) {
            table.append(part);
        }
        for (count, part) in self.detached_full_stops.iter_mut().zip(next.detached_full_stops) {
            *count += part;
        }
        for (values, part) in
            self.text_values.iter_mut().flatten().zip(next.text_values.into_iter().flatten())
        {
            values.extend(part);
        }
        self.ids.extend(next.ids);
        if self.labels.is_empty() {
            self.labels = next.labels;
        } else {
            self.labels.iter_mut().zip(&next.labels).for_each(|(own, next)| own.append(next));
        }
        self.digests.extend(next.digests);
        self.segments += next.segments;
        if let Some((fewest, most)) = next.references {
            self.count_references(fewest, most);
        }
    }
}

/// Blocks read ahead for each thread, so that none waits while others have work.
pub(crate) const BLOCKS_A_THREAD: usize = 16;

/// Who is told how far a run is, and gets what metrics keep of segments beside their rows.
pub(crate) trait Observer {
    /// So many segments are measured.
    fn progress(&mut self, segments: u64);

    /// How many recorders are asked of each segment.
    fn recorders(&self) -> usize {
        0
    }

    /// What a recorder kept of the segments that come next.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn keep(&mut self, recorder: usize, records: &[u8]) -> io::Result<()> {
        let _ = (recorder, records);
        Ok(())
    }
}

/// Measures everything that the source has, on as many threads as the rayon pool in which it is
/// called.
///
/// # Errors
/// The first one in the order of the input.
pub(crate) fn measure<S: Source>(
    source: &mut S,
    scorers: &[&dyn Scorer],
    keep: Keep,
    observer: &mut dyn Observer,
) -> Result<Measured> {
    let systems = source.systems().len();
    let workers = Workers::new(scorers, keep, observer.recorders());
    let blocks = rayon::current_num_threads() * BLOCKS_A_THREAD;
    let mut measured = Measured::none(systems, &workers);
    let (mut batch, mut failure) = read_batch(source, blocks);
    while !batch.is_empty() {
        let failed = failure.is_some();
        let (next, results) = rayon::join(
            || if failed { (Vec::new(), None) } else { read_batch(source, blocks) },
            || -> Vec<_> {
                batch.par_iter().map(|block| workers.measure(block, systems)).collect()
            },
        );
        for result in results {
            let part = result?;
            for (recorder, records) in part.records.iter().enumerate() {
                observer.keep(recorder, records)?;
            }
            measured.append(part);
        }
        observer.progress(measured.segments);
        batch = next.0;
        failure = failure.or(next.1);
    }
    failure.map_or(Ok(measured), |error| Err(error.into()))
}

/// Enough read ahead to keep threads busy, whatever the length of lines.
pub(crate) const BATCH_BYTES: usize = 32 << 20;

/// Reads up to that many blocks; an error comes beside the blocks before it.
fn read_batch<S: Source>(source: &mut S, blocks: usize) -> (Vec<S::Block>, Option<InputError>) {
    let mut batch = Vec::with_capacity(blocks);
    let mut bytes = 0;
    while batch.len() < blocks && bytes < BATCH_BYTES {
        match source.next_block() {
            Ok(Some(block)) => {
                bytes += block.bytes();
                batch.push(block);
            }
            Ok(None) => break,
            Err(error) => return (batch, Some(error)),
        }
    }
    (batch, None)
}

/// What the references of a segment hash to, so that none can be taken for others.
fn digest(references: &[Option<&str>]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for reference in references.iter().flatten() {
        hash.update((reference.len() as u64).to_le_bytes());
        hash.update(reference.as_bytes());
    }
    hash.finalize().into()
}

/// The measurers of threads that are between two blocks.
struct Workers<'m> {
    scorers: &'m [&'m dyn Scorer],
    /// Which columns of a row are each scorer's.
    columns: Vec<Range<usize>>,
    keep: Keep,
    recorders: usize,
    idle: Mutex<Vec<Measurer<'m>>>,
}

impl<'m> Workers<'m> {
    fn new(scorers: &'m [&'m dyn Scorer], keep: Keep, recorders: usize) -> Self {
        let mut next = 0;
        let columns = scorers.iter().map(|scorer| {
            let columns = next..next + scorer.columns().len();
            next = columns.end;
            columns
        });
        Self { scorers, columns: columns.collect(), keep, recorders, idle: Mutex::new(Vec::new()) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Measurer<'m>) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let new = || Measurer::new(self.scorers.iter().copied());
        let mut measurer = waiting.unwrap_or_else(new);
        let result = work(&mut measurer);
        idle().push(measurer);
        result
    }

    fn measure(&self, block: &impl Block, systems: usize) -> Result<Measured, InputError> {
        self.with(|measurer| self.measure_block(block, measurer, systems))
    }

    fn measure_block(
        &self,
        block: &impl Block,
        measurer: &mut Measurer<'_>,
        systems: usize,
    ) -> Result<Measured, InputError> {
        let mut part = Measured::none(systems, self);
        let mut row = vec![0.0; measurer.width()];
        block.visit(&mut |segment| {
            let mut prepared = measurer.prepare(segment.references)?;
            for (system, hypothesis) in segment.hypotheses.iter().enumerate() {
                let wrong = |error: genai_metrics::Error| error.of_hypothesis(system);
                prepared.measure(hypothesis, &mut row).map_err(wrong)?;
                add_row(&mut part.sums[system], &row);
                if self.keep.rows {
                    part.rows[system].push(&row);
                }
                let own = self.scorers.iter().zip(&self.columns);
                for ((scorer, columns), values) in own.zip(&mut part.text_values[system]) {
                    values.extend(scorer.text_value(&row[columns.clone()]));
                }
                for (recorder, records) in part.records.iter_mut().enumerate() {
                    prepared.record(recorder, records);
                }
                part.detached_full_stops[system] += u64::from(hypothesis.ends_with(" ."));
            }
            if let (true, Some(id)) = (self.keep.rows, segment.id) {
                part.ids.push(id.clone());
            }
            if self.keep.rows {
                part.labels.resize_with(segment.labels.len(), Labels::default);
                for (labels, label) in part.labels.iter_mut().zip(segment.labels) {
                    labels.push(&label.plain());
                }
            }
            if self.keep.digests {
                part.digests.extend(digest(segment.references));
            }
            let references = segment.references.iter().flatten().count();
            part.count_references(references, references);
            part.segments += 1;
            Ok(())
        })?;
        Ok(part)
    }
}

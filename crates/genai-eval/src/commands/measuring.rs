//! A source measured: progress on the terminal, what metrics keep of segments, what was read.

use std::io::{self, Seek, SeekFrom, Write};

use anyhow::{Context, Result};
use genai_metrics::Scorer;
use tempfile::SpooledTempFile;

use crate::engine::{self, Keep, Measured, Observer};
use crate::messages::{Messages, Progress};
use crate::read::{FileRole, InputError, Source};
use crate::report::{InputFile, Inputs};

/// Who gets what a recorder keeps, some segments at a time.
pub(super) type Listener<'l> = &'l mut (dyn FnMut(&[u8]) + Send);

/// How a source is measured.
pub(super) struct Run<'a> {
    pub(super) scorers: &'a [&'a dyn Scorer],
    pub(super) keep: Keep,
    pub(super) threads: Option<u16>,
    /// How many recorders are asked of each segment.
    pub(super) recorders: usize,
    pub(super) messages: Messages,
}

impl Run<'_> {
    /// Measures everything, says what the source warns of, and knows what was read.
    ///
    /// # Errors
    /// Of the input, in its order.
    pub(super) fn measure<S: Source>(
        &self,
        source: &mut S,
        listener: Option<Listener<'_>>,
    ) -> Result<MeasuredRun> {
        let pool = engine::pool(self.threads)?;
        let facts = source.files().into_iter().map(|(_, _, facts)| facts).collect();
        let mut watch = Watch {
            progress: self.messages.progress(facts),
            listener,
            records: (0..self.recorders).map(|_| SpooledTempFile::new(IN_MEMORY)).collect(),
        };
        let measured =
            pool.install(|| engine::measure(source, self.scorers, self.keep, &mut watch))?;
        let Watch { progress, mut records, listener: _ } = watch;
        drop(progress);
        for kept in &mut records {
            kept.seek(SeekFrom::Start(0)).context("cannot read a temporary file")?;
        }
        let mut warnings = source.warnings();
        warnings.dedup();
        for warning in &warnings {
            self.messages.warn(warning);
        }
        source.notes().iter().for_each(|note| self.messages.note(note));
        if measured.segments == 0 {
            let name = source.files().swap_remove(0).1;
            return Err(InputError::Empty { name }.into());
        }
        let mut inputs = Inputs {
            segments: measured.segments,
            references: measured.references(),
            ..Inputs::default()
        };
        for (role, path, facts) in source.files() {
            let file = InputFile { path, sha256: facts.sha256() };
            match role {
                FileRole::References => inputs.refs.push(file),
                FileRole::Hypotheses => inputs.hyps.push(file),
                FileRole::Data => inputs.data.push(file),
            }
        }
        Ok((measured, source.systems().to_vec(), inputs, records))
    }
}

/// What a run comes to: rows, systems, what was read, and what recorders kept.
pub(super) type MeasuredRun = (Measured, Vec<String>, Inputs, Vec<SpooledTempFile>);

/// What fits in memory before records wait in a temporary file.
const IN_MEMORY: usize = 16 << 20;

/// The progress on the terminal, and what recorders keep.
struct Watch<'l> {
    progress: Progress,
    listener: Option<Listener<'l>>,
    records: Vec<SpooledTempFile>,
}

impl Observer for Watch<'_> {
    fn progress(&mut self, segments: u64) {
        self.progress.update(segments);
    }

    fn recorders(&self) -> usize {
        self.records.len() + usize::from(self.listener.is_some())
    }

    fn keep(&mut self, recorder: usize, records: &[u8]) -> io::Result<()> {
        match (self.records.get_mut(recorder), &mut self.listener) {
            (Some(kept), _) => kept.write_all(records),
            (None, Some(listener)) => {
                listener(records);
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }
}

//! The scores of single segments, made from their rows when they are written.

use std::ops::Range;

use genai_metrics::{Score, Scorer, Table};

use super::SystemResult;
use crate::read::json::Cell;

/// The segments of one system under one metric.
pub(crate) struct Sentences<'a> {
    /// The signature of the scores, which can differ from the corpus's.
    pub(crate) signature: String,
    /// The metric as it scores single segments.
    pub(crate) scorer: &'a dyn Scorer,
    /// The system's rows.
    pub(crate) rows: &'a Table,
    /// Which columns are the metric's.
    pub(crate) columns: Range<usize>,
    /// The segments' ids, or none.
    pub(crate) ids: &'a [Cell],
}

impl std::fmt::Debug for Sentences<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sentences").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// One segment's score.
#[derive(Debug)]
pub(crate) struct Sentence<'a> {
    /// Its number, from 0.
    pub(crate) index: usize,
    /// Its id, if it has one.
    pub(crate) id: Option<&'a Cell>,
    /// Its score.
    pub(crate) score: Score,
}

impl Sentence<'_> {
    /// What people know the segment by.
    pub(super) fn name(&self) -> String {
        self.id.map_or_else(|| self.index.to_string(), Cell::plain)
    }
}

impl<'a> Sentences<'a> {
    /// The segments in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Sentence<'a>> + use<'a> {
        let (ids, scorer, columns) = (self.ids, self.scorer, self.columns.clone());
        self.rows.rows().enumerate().map(move |(index, row)| Sentence {
            index,
            id: ids.get(index),
            score: scorer.score(&row[columns.clone()]),
        })
    }
}

/// The segments of one system, each under all metrics.
pub(super) fn side_by_side<'a>(
    results: &[SystemResult<'a>],
) -> impl Iterator<Item = Vec<Sentence<'a>>> + use<'a> {
    let of_metrics = results.iter().filter_map(|result| result.sentences.as_ref());
    let mut of_metrics: Vec<_> = of_metrics.map(Sentences::iter).collect();
    std::iter::from_fn(move || {
        let segment: Option<Vec<_>> = of_metrics.iter_mut().map(Iterator::next).collect();
        segment.filter(|segment| !segment.is_empty())
    })
}

//! A metric's score of each row and of each system: as the file has them, or computed from texts.

use std::ops::Range;

use anyhow::{Result, bail};
use genai_metrics::agreement::drawn_mean;
use genai_metrics::resample::Statistic;
use genai_metrics::{Direction, Measurer, Signature, Table};
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::arguments::InputArguments;
use super::judgements::{Judgements, Texts};
use crate::SIGNED_VERSION;
use crate::commands::chosen::Chosen;
use crate::commands::metric_choice::{Choice, Measure};
use crate::read::InputError;

/// A metric beside the human scores. Scores are turned so that more is better.
#[derive(Debug)]
pub(super) struct MetricScores<'c> {
    /// The field, or the metric's name.
    pub(super) name: String,
    /// As people write it.
    pub(super) title: String,
    /// Which way was better before.
    pub(super) direction: Direction,
    /// The signature, of metrics that were computed.
    pub(super) signature: Option<String>,
    /// The score of each row.
    pub(super) scores: Vec<f64>,
    /// The rows from which a corpus is scored; a metric from the file has the mean instead.
    corpus: Option<(Statistic<'c>, &'c Table)>,
}

/// More is better in the result.
fn turned(score: f64, direction: Direction) -> f64 {
    match direction {
        Direction::Higher => score,
        Direction::Lower => -score,
    }
}

impl MetricScores<'_> {
    /// The score of a system, of whose rows each stands there so many times: of texts that of the
    /// corpus that they make. None if no row stands there.
    pub(super) fn of_system(&self, rows: &[usize], times: &impl Fn(usize) -> u32) -> Option<f64> {
        let Some((statistic, table)) = &self.corpus else {
            return drawn_mean(rows.iter().map(|&row| (self.scores[row], times(row))));
        };
        // The columns of other metrics stay as they are.
        let Range { start, end } = statistic.columns;
        let mut sum = vec![0.0; table.width()];
        let mut is_empty = true;
        for &row in rows.iter().filter(|row| times(**row) > 0) {
            is_empty = false;
            let times = f64::from(times(row));
            let columns = table.rows().nth(row).unwrap_or_default();
            for (sum, column) in sum[start..end].iter_mut().zip(&columns[start..end]) {
                *sum += column * times;
            }
        }
        (!is_empty).then(|| turned(statistic.value(&sum), self.direction))
    }
}

/// The metrics of the file's fields, and then those that were computed.
///
/// # Errors
/// If two have one name.
pub(super) fn all<'c>(
    input: &InputArguments,
    judgements: &Judgements,
    computed: Option<&'c (Choice, Table)>,
) -> Result<Vec<MetricScores<'c>>> {
    let mut metrics: Vec<MetricScores<'c>> = Vec::new();
    for (field, scores) in input.metric_fields.iter().zip(&judgements.given) {
        let is_lower = input.lower_is_better.contains(field);
        let direction = if is_lower { Direction::Lower } else { Direction::Higher };
        metrics.push(MetricScores {
            name: field.clone(),
            title: field.clone(),
            direction,
            signature: None,
            scores: scores.iter().map(|&score| turned(score, direction)).collect(),
            corpus: None,
        });
    }
    let Some((choice, table)) = computed else { return Ok(metrics) };
    let references = references(&judgements.texts);
    for measure in &choice.measures {
        let Measure { name, metric, part } = measure;
        if metrics.iter().any(|metric| metric.name == *name) {
            bail!("'{name}' is both a field and a metric, expected one of them");
        }
        let chosen = &choice.metrics[*metric];
        let spec = chosen.corpus.spec();
        let corpus = choice.statistic(measure);
        let sentence = Statistic { scorer: &*chosen.sentence, ..corpus.clone() };
        let signature = spec.signature.of_run(references, &Signature::default(), SIGNED_VERSION);
        metrics.push(MetricScores {
            name: name.clone(),
            title: part.map_or(spec.title, |_| name.clone()),
            direction: spec.direction,
            signature: Some(signature.to_string()),
            scores: table.rows().map(|row| turned(sentence.value(row), spec.direction)).collect(),
            corpus: Some((corpus, table)),
        });
    }
    Ok(metrics)
}

/// How many references each row has, if all have as many.
fn references(texts: &[Texts]) -> Option<usize> {
    let mut counts = texts.iter().map(|texts| texts.references.iter().flatten().count());
    let first = counts.next()?;
    counts.all(|count| count == first).then_some(first)
}

/// The rows of all texts, in order; the metrics' columns lie side by side. On the rayon pool in which
/// it is called.
///
/// # Errors
/// At the first row that a metric cannot measure.
pub(super) fn measure(
    metrics: &[Chosen],
    texts: &[Texts],
    file: &str,
) -> Result<Table, InputError> {
    const BLOCK: usize = 256;
    let measurer = || Measurer::new(metrics.iter().map(|metric| &*metric.corpus));
    let block = |texts: &[Texts]| -> Result<Table, InputError> {
        let mut measurer = measurer();
        let mut table = Table::new(measurer.width());
        let mut row = vec![0.0; measurer.width()];
        for Texts { hypothesis, references, line } in texts {
            let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
            let result = measurer
                .prepare(&references)
                .and_then(|mut prepared| prepared.measure(hypothesis, &mut row));
            let (name, line) = (file.to_owned(), *line);
            result.map_err(|cause| InputError::Segment { name, line, cause })?;
            table.push(&row);
        }
        Ok(table)
    };
    let blocks: Vec<Result<Table, InputError>> = texts.par_chunks(BLOCK).map(block).collect();
    let mut table = Table::new(measurer().width());
    for block in blocks {
        table.append(&block?);
    }
    Ok(table)
}

//! One metric over a stream of segments.

use std::fmt;

use crate::error::Error;
use crate::measurer::Measurer;
use crate::metric::{Metric, Row};
use crate::score::Score;
use crate::segment::Segment;
use crate::table::{Table, add_row};

/// Scores a stream of segments with one metric, keeping their sum and nothing else.
///
/// Statistics can be kept, added and scored later, in this process or another: they are plain
/// rows of numbers, and the sum of any split is the whole to the bit.
///
/// ```
/// use genai_metrics::{Bleu, Evaluator, Segment};
/// let bleu = Bleu::default();
/// let (mut whole, mut first, mut second) =
///     (Evaluator::new(&bleu), Evaluator::new(&bleu), Evaluator::new(&bleu));
/// let one = Segment { hypothesis: "A cat sat down here.", references: &[Some("A cat sat down.")] };
/// let two = Segment { hypothesis: "It rains a lot.", references: &[Some("It rains a lot.")] };
/// whole.add(&one)?;
/// whole.add(&two)?;
/// let stats = first.add(&one)?;
/// assert_eq!((stats.hypothesis_length, stats.reference_length), (6, 5));
/// second.add(&two)?;
/// first.merge(&second.total());
/// assert_eq!(first.score(), whole.score());
/// # Ok::<(), genai_metrics::Error>(())
/// ```
pub struct Evaluator<'m, M: Metric> {
    metric: &'m M,
    measurer: Measurer<'m>,
    /// Where each segment's row is written.
    measured: Vec<f64>,
    total: Vec<f64>,
}

impl<'m, M: Metric> Evaluator<'m, M> {
    /// An evaluator that has seen no segment.
    pub fn new(metric: &'m M) -> Self {
        let measurer = Measurer::new([metric as _]);
        let zeros = vec![0.0; measurer.width()];
        Self { metric, measurer, measured: zeros.clone(), total: zeros }
    }

    /// Measures a segment, adds its statistics to the sum and returns them.
    ///
    /// # Errors
    /// [`ErrorKind::NoReference`](crate::ErrorKind::NoReference) if all references are missing,
    /// [`ErrorKind::SegmentTooLong`](crate::ErrorKind::SegmentTooLong); the sum is then as before.
    pub fn add(&mut self, segment: &Segment<'_>) -> Result<M::Stats, Error> {
        let Segment { hypothesis, references } = *segment;
        self.measurer.prepare(references)?.measure(hypothesis, &mut self.measured)?;
        add_row(&mut self.total, &self.measured);
        Ok(M::Stats::read(&self.measured))
    }

    /// Adds statistics that were measured elsewhere, with the same options.
    pub fn merge(&mut self, stats: &M::Stats) {
        stats.write(&mut self.measured);
        add_row(&mut self.total, &self.measured);
    }

    /// Adds statistics that were measured elsewhere, as a row of the metric's columns.
    ///
    /// # Panics
    /// If the row has another number of columns.
    pub fn merge_row(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.total.len(), "the row of another metric or of other options");
        add_row(&mut self.total, row);
    }

    /// The sum so far, as a row of the metric's columns.
    pub fn total_row(&self) -> &[f64] {
        &self.total
    }

    /// The sum so far.
    pub fn total(&self) -> M::Stats {
        M::Stats::read(&self.total)
    }

    /// The score of the sum so far.
    pub fn score(&self) -> Score {
        self.metric.score(&self.total())
    }
}

impl<M: Metric> fmt::Debug for Evaluator<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").field("total", &self.total).finish_non_exhaustive()
    }
}

/// Scores in one call; every [`Metric`] has it.
///
/// ```
/// use genai_metrics::{Bleu, Evaluate, Segment};
/// let segment = Segment { hypothesis: "the cat sat on a mat", references: &[Some("the cat sat on the mat")] };
/// let score = Bleu::default().corpus([segment])?;
/// assert_eq!(score, Bleu::default().sentence("the cat sat on a mat", &["the cat sat on the mat"])?);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
pub trait Evaluate: Metric + Sized {
    /// The score of a whole corpus, from a slice, an iterator, or anything that yields segments.
    ///
    /// # Errors
    /// As [`Evaluator::add`].
    fn corpus<'a>(&self, segments: impl IntoIterator<Item = Segment<'a>>) -> Result<Score, Error> {
        let mut evaluator = Evaluator::new(self);
        for segment in segments {
            evaluator.add(&segment)?;
        }
        Ok(evaluator.score())
    }

    /// The rows of a corpus's segments, to be drawn from; see [`resample`](crate::resample).
    ///
    /// # Errors
    /// As [`Evaluator::add`].
    fn table<'a>(&self, segments: impl IntoIterator<Item = Segment<'a>>) -> Result<Table, Error> {
        let mut evaluator = Evaluator::new(self);
        let mut table = Table::new(self.columns().len());
        let mut row = vec![0.0; table.width()];
        for segment in segments {
            evaluator.add(&segment)?.write(&mut row);
            table.push(&row);
        }
        Ok(table)
    }

    /// The score of a corpus of hypotheses that have one reference each.
    ///
    /// # Errors
    /// As [`Evaluator::add`].
    fn pairs<'a>(
        &self,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Score, Error> {
        let mut evaluator = Evaluator::new(self);
        for (hypothesis, reference) in pairs {
            evaluator.add(&Segment { hypothesis, references: &[Some(reference)] })?;
        }
        Ok(evaluator.score())
    }

    /// The score of one hypothesis against its references, with the metric's options as they are:
    /// BLEU, for one, wants `effective_order` for short sentences.
    ///
    /// # Errors
    /// As [`Evaluator::add`].
    fn sentence(&self, hypothesis: &str, references: &[&str]) -> Result<Score, Error> {
        let references: Vec<Option<&str>> = references.iter().copied().map(Some).collect();
        self.corpus([Segment { hypothesis, references: &references }])
    }
}

impl<M: Metric> Evaluate for M {}

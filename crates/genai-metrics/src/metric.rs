//! The contract: a metric is two pure functions with a sum between them.

use std::fmt::Debug;

use crate::error::Error;
use crate::score::Score;
use crate::segment::{References, Text};
use crate::spec::Spec;

/// What the author of a metric writes.
///
/// `self` is the metric's configuration: built once, never changed. A metric never sees a file, a
/// thread, a random number or a loop over segments; a sentence, a corpus, a slice, a bootstrap
/// resample and a merged shard differ only in which rows are summed.
///
/// ```
/// use genai_metrics::{Direction, Evaluator, Metric, References, Row, Score, Segment, Signature, Spec, Text};
///
/// /// The share of segments that equal one of their references.
/// struct ExactMatch;
///
/// #[derive(Clone, Debug)]
/// struct ExactMatchStats { equal: f64, segments: f64 }
///
/// impl Row for ExactMatchStats {
///     fn read(row: &[f64]) -> Self { Self { equal: row[0], segments: row[1] } }
///     fn write(&self, row: &mut [f64]) { row.copy_from_slice(&[self.equal, self.segments]); }
/// }
///
/// impl Metric for ExactMatch {
///     type Prepared = ();
///     type Stats = ExactMatchStats;
///     fn spec(&self) -> Spec {
///         Spec { name: "exact-match", title: "exact match".into(), tokenizer: None, direction: Direction::Higher, scale: 1.0,
///                bootstrap: None, decimals: 4, signature: Signature::default() }
///     }
///     fn columns(&self) -> Vec<String> { vec!["equal".into(), "segments".into()] }
///     fn measure(&self, hypothesis: Text<'_>, references: References<'_>, (): &mut ()) -> ExactMatchStats {
///         let equal = references.iter().any(|reference| reference.raw == hypothesis.raw);
///         ExactMatchStats { equal: f64::from(u8::from(equal)), segments: 1.0 }
///     }
///     fn score(&self, sum: &ExactMatchStats) -> Score {
///         Score::new(if sum.segments > 0.0 { sum.equal / sum.segments } else { 0.0 })
///     }
/// }
///
/// let mut evaluator = Evaluator::new(&ExactMatch);
/// evaluator.add(&Segment { hypothesis: "a", references: &[Some("a")] })?;
/// evaluator.add(&Segment { hypothesis: "b", references: &[Some("a"), Some("c")] })?;
/// assert_eq!(evaluator.score().value, 0.5);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
pub trait Metric: Send + Sync {
    /// What the references of one segment boil down to, with the memory to compute it in. Made
    /// once for a segment, used for every system's hypothesis, overwritten by the next segment.
    type Prepared: Default + Send;
    /// The sufficient statistics of a segment, or of any sum of segments.
    type Stats: Row;

    /// Name, tokenizer, direction, scale and signature.
    fn spec(&self) -> Spec;

    /// The names of the columns of a row of statistics, in order.
    fn columns(&self) -> Vec<String>;

    /// What a row depends on, in words that no other kind of rows has, if other metrics may have the
    /// same: of metrics that say the same, one is measured for all.
    fn rows(&self) -> Option<String> {
        None
    }

    /// Overwrites `prepared` with what `measure` needs of a segment's references.
    fn prepare(&self, references: References<'_>, prepared: &mut Self::Prepared) {
        let _ = (references, prepared);
    }

    /// The statistics of one hypothesis against the references that were prepared.
    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        prepared: &mut Self::Prepared,
    ) -> Self::Stats;

    /// The score of any sum of statistics; finite for any input.
    fn score(&self, sum: &Self::Stats) -> Score;

    /// The score's value alone, to the bit. Worth writing where the parts cost more than the value:
    /// [`resample`](crate::resample) asks for it in every trial.
    fn value(&self, sum: &Self::Stats) -> f64 {
        self.score(sum).value
    }

    /// Why the score of a sum is what one may not expect, and what one can do, for people.
    fn remarks(&self, sum: &Self::Stats) -> Vec<String> {
        let _ = sum;
        Vec::new()
    }

    /// The score's parts in a line, as people read them after the score itself.
    fn describe(&self, score: &Score) -> String {
        let _ = score;
        String::new()
    }
}

/// Statistics as a fixed-width row of numbers. Counts are exact below 2⁵³.
///
/// ```
/// use genai_metrics::{BleuStats, Row};
/// let row = [3.0, 4.0, 2.0, 1.0, 3.0, 2.0]; // lengths, matches and totals up to bigrams
/// let stats = BleuStats::read(&row);
/// assert_eq!((stats.hypothesis_length, stats.matches[1]), (3, 1));
/// let mut again = [0.0; 6];
/// stats.write(&mut again);
/// assert_eq!(again, row);
/// ```
pub trait Row: Clone + Debug + Send {
    /// Takes the statistics from a row of the metric's width.
    fn read(row: &[f64]) -> Self;
    /// Writes the statistics over a row of the metric's width.
    fn write(&self, row: &mut [f64]);
}

/// A metric as the engine runs it: any [`Metric`] over plain rows, behind one pointer.
///
/// Every metric is both; import the one you need, since their methods share names.
///
/// ```
/// use genai_metrics::{Bleu, Scorer};
/// let scorer: Box<dyn Scorer> = Box::new(Bleu::default());
/// assert_eq!(scorer.columns()[..3], ["sys_len", "ref_len", "matches_1"]);
/// assert_eq!(scorer.score(&[4.0, 4.0, 4.0, 3.0, 2.0, 1.0, 4.0, 3.0, 2.0, 1.0]).value, 100.00000000000004);
/// ```
pub trait Scorer: Send + Sync {
    /// Name, tokenizer, direction, scale and signature.
    fn spec(&self) -> Spec;
    /// The names of the columns of a row.
    fn columns(&self) -> Vec<String>;
    /// What a row depends on; see [`Metric::rows`].
    fn rows(&self) -> Option<String> {
        None
    }
    /// The state in which one thread measures.
    fn worker(&self) -> Box<dyn Worker + '_>;
    /// The score of a row or of any sum of rows.
    fn score(&self, row: &[f64]) -> Score;
    /// The score's value alone, for those who need many.
    fn value(&self, row: &[f64]) -> f64 {
        self.score(row).value
    }
    /// The names of those parts of a score that are one number, also of parts that the score of
    /// nothing lacks.
    fn number_parts(&self) -> Vec<&'static str> {
        let nothing = self.score(&vec![0.0; self.columns().len()]);
        nothing.number_parts().map(|(name, _)| name).collect()
    }
    /// Why a score is what one may not expect; see [`Metric::remarks`].
    fn remarks(&self, row: &[f64]) -> Vec<String>;
    /// The score's parts as people read them; see [`Metric::describe`].
    fn describe(&self, score: &Score) -> String;

    /// Whether it compares with references; otherwise segments need none.
    fn needs_references(&self) -> bool {
        true
    }

    /// A segment's own number, where something of all of them is a part of the corpus's score that no
    /// sum gives, as a median.
    fn text_value(&self, row: &[f64]) -> Option<f64> {
        let _ = row;
        None
    }

    /// Adds what the numbers of [`Scorer::text_value`] of all segments say to the corpus's score.
    fn add_text_values(&self, score: &mut Score, values: &mut [f64]) {
        let _ = (score, values);
    }
}

/// One thread's part of a [`Scorer`]; a [`Measurer`](crate::Measurer) drives it.
pub trait Worker: Send {
    /// Prepares a segment's references.
    fn prepare(&mut self, references: References<'_>);
    /// Writes the row of one hypothesis against the prepared references.
    ///
    /// # Errors
    /// If the hypothesis cannot be measured.
    fn measure(
        &mut self,
        hypothesis: Text<'_>,
        references: References<'_>,
        row: &mut [f64],
    ) -> Result<(), Error>;

    /// Appends what is to be kept of the hypothesis that was measured last, beside its row.
    fn record(&mut self, recorder: usize, out: &mut Vec<u8>) {
        let _ = (recorder, out);
    }
}

impl<M: Metric> Scorer for M {
    fn spec(&self) -> Spec {
        Metric::spec(self)
    }

    fn columns(&self) -> Vec<String> {
        Metric::columns(self)
    }

    fn rows(&self) -> Option<String> {
        Metric::rows(self)
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(TypedWorker { metric: self, prepared: M::Prepared::default() })
    }

    fn score(&self, row: &[f64]) -> Score {
        Metric::score(self, &M::Stats::read(row))
    }

    fn value(&self, row: &[f64]) -> f64 {
        Metric::value(self, &M::Stats::read(row))
    }

    fn remarks(&self, row: &[f64]) -> Vec<String> {
        Metric::remarks(self, &M::Stats::read(row))
    }

    fn describe(&self, score: &Score) -> String {
        Metric::describe(self, score)
    }
}

struct TypedWorker<'m, M: Metric> {
    metric: &'m M,
    prepared: M::Prepared,
}

impl<M: Metric> Worker for TypedWorker<'_, M> {
    fn prepare(&mut self, references: References<'_>) {
        self.metric.prepare(references, &mut self.prepared);
    }

    fn measure(
        &mut self,
        hypothesis: Text<'_>,
        references: References<'_>,
        row: &mut [f64],
    ) -> Result<(), Error> {
        self.metric.measure(hypothesis, references, &mut self.prepared).write(row);
        Ok(())
    }
}

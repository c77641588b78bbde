//! What is computed of each resample.

use std::fmt;
use std::ops::Range;

use crate::metric::Scorer;
use crate::score::Part;

/// A metric's score, or one number among its parts, of rows in which several metrics' columns may lie
/// side by side.
///
/// ```
/// use genai_metrics::resample::Statistic;
/// use genai_metrics::Bleu;
/// let bleu = Bleu::default();
/// let row = [4.0, 5.0, 4.0, 3.0, 2.0, 1.0, 4.0, 3.0, 2.0, 1.0];
/// assert_eq!(Statistic::whole(&bleu).value(&row), 77.88007830714052);
/// let penalty = Statistic { part: Some("bp"), ..Statistic::whole(&bleu) };
/// assert_eq!(penalty.value(&row), 0.7788007830714049);
/// ```
#[derive(Clone)]
pub struct Statistic<'m> {
    /// The metric.
    pub scorer: &'m dyn Scorer,
    /// Which columns of a row are the metric's.
    pub columns: Range<usize>,
    /// Which number among the score's parts; none for the score itself.
    pub part: Option<&'static str>,
}

impl<'m> Statistic<'m> {
    /// The score of a metric whose rows are all there is.
    pub fn whole(scorer: &'m dyn Scorer) -> Self {
        Self { scorer, columns: 0..scorer.columns().len(), part: None }
    }

    /// The number for a row, or any sum of rows. A part that is not there, or is no
    /// single number, is NaN: nothing may take it for a good score.
    pub fn value(&self, row: &[f64]) -> f64 {
        let row = row.get(self.columns.clone()).unwrap_or_default();
        let Some(part) = self.part else { return self.scorer.value(row) };
        match self.scorer.score(row).part(part) {
            Some(Part::Count(number) | Part::Number(number)) => *number,
            _ => f64::NAN,
        }
    }
}

impl fmt::Debug for Statistic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statistic")
            .field("metric", &self.scorer.spec().name)
            .field("columns", &self.columns)
            .field("part", &self.part)
            .finish()
    }
}

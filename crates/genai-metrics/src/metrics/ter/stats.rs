//! What is summed over segments: edits, and lengths of references.

use std::ops::AddAssign;

use crate::exact::ExactSum;
use crate::metric::Row;

/// TER's sufficient statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{Evaluator, Segment, Ter, TerStats};
/// let ter = Ter::default();
/// let references = [Some("a b c d"), Some("a b c")];
/// let mut stats: TerStats =
///     Evaluator::new(&ter).add(&Segment { hypothesis: "c a b", references: &references })?;
/// assert_eq!((stats.edits, stats.reference_length()), (1, 3.5));
/// stats += stats;
/// assert_eq!((stats.edits, stats.reference_length()), (2, 7.0));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TerStats {
    /// The least edits for each segment, from its hypothesis to any of its references.
    pub edits: u64,
    /// In units of [`UNIT`] words.
    reference_length: ExactSum,
}

/// More words than a text can have, and a power of two: a length divided by it is less than 1, of
/// which an [`ExactSum`] holds many, and loses nothing that a mean of lengths has.
const UNIT: f64 = (1 << 27) as f64;

impl TerStats {
    /// The statistics of a segment whose references have so many words on average.
    pub(super) fn of_segment(edits: u64, reference_length: f64) -> Self {
        Self { edits, reference_length: ExactSum::from(reference_length / UNIT) }
    }

    /// The average length of each segment's references, summed, and rounded once.
    ///
    /// The reference implementation rounds after each segment. That is the same where the numbers
    /// of references are powers of two, and for single segments; else a long sum can differ in its
    /// last digits.
    pub fn reference_length(&self) -> f64 {
        self.reference_length.value() * UNIT
    }

    pub(super) fn columns() -> Vec<String> {
        std::iter::once("edits".to_owned()).chain(ExactSum::column_names("ref_length")).collect()
    }
}

impl AddAssign for TerStats {
    fn add_assign(&mut self, other: Self) {
        self.edits += other.edits;
        self.reference_length += other.reference_length;
    }
}

impl Row for TerStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        Self { edits: row[0] as u64, reference_length: ExactSum::read(&row[1..]) }
    }

    fn write(&self, row: &mut [f64]) {
        row[0] = self.edits as f64;
        self.reference_length.write(&mut row[1..]);
    }
}

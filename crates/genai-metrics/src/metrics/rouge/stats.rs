//! What is summed over segments: each one's precision, recall and F-measure.

use crate::bootstrap::Bootstrap;
use crate::exact::ExactSum;
use crate::metric::Row;
use crate::score::{Part, Score};
use crate::spec::Signature;

/// ROUGE's statistics, of one segment or of any number of them. The score of a corpus is the mean
/// over its segments, so each segment's numbers are summed, exactly.
///
/// ```
/// use genai_metrics::{Evaluator, Rouge, RougeType, Segment};
/// let rouge = Rouge::new(RougeType::N(1));
/// let mut evaluator = Evaluator::new(&rouge);
/// let stats = evaluator.add(&Segment { hypothesis: "a cat", references: &[Some("a cat sat")] })?;
/// assert_eq!((stats.precision.value(), stats.recall.value()), (1.0, 2.0 / 3.0));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RougeStats {
    /// The sum of the segments' precisions.
    pub precision: ExactSum,
    /// The sum of their recalls.
    pub recall: ExactSum,
    /// The sum of their F-measures.
    pub fmeasure: ExactSum,
    /// How many segments there are.
    pub segments: u64,
    /// How many of them have a text most of whose letters count for nothing.
    pub unread: u64,
    /// How many of them have a text of several sentences; counted where sentences matter.
    pub divided: u64,
}

/// The parts of a score and of a row, in the order of both.
pub(super) const PARTS: [&str; 3] = ["precision", "recall", "fmeasure"];

impl RougeStats {
    pub(super) fn columns() -> Vec<String> {
        let counts = ["segments", "unread", "divided"].map(str::to_owned);
        PARTS.into_iter().flat_map(ExactSum::column_names).chain(counts).collect()
    }

    /// The means over the segments; 0 if there is none.
    pub(super) fn score(&self) -> Score {
        let mean = |sum: &ExactSum| {
            if self.segments == 0 { 0.0 } else { sum.value() / self.segments as f64 }
        };
        let means = [&self.precision, &self.recall, &self.fmeasure].map(mean);
        let parts = PARTS.into_iter().zip(means.map(Part::Number)).collect();
        Score { value: means[2], parts }
    }
}

/// Signs what is made of the segments' scores.
pub(super) fn sign(bootstrap: Option<Bootstrap>, signature: &mut Signature) {
    let name = bootstrap.map_or_else(|| "mean".to_owned(), |bootstrap| bootstrap.to_string());
    signature.push("agg", name);
}

pub(super) fn describe(score: &Score, decimals: usize) -> String {
    let number = |name| score.part(name).map_or(0.0, |part| part.numbers()[0]);
    format!("P = {:.decimals$} R = {:.decimals$}", number("precision"), number("recall"))
}

impl Row for RougeStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        const WIDTH: usize = ExactSum::COLUMNS;
        Self {
            precision: ExactSum::read(&row[..WIDTH]),
            recall: ExactSum::read(&row[WIDTH..]),
            fmeasure: ExactSum::read(&row[2 * WIDTH..]),
            segments: row[3 * WIDTH] as u64,
            unread: row[3 * WIDTH + 1] as u64,
            divided: row[3 * WIDTH + 2] as u64,
        }
    }

    fn write(&self, row: &mut [f64]) {
        const WIDTH: usize = ExactSum::COLUMNS;
        self.precision.write(&mut row[..WIDTH]);
        self.recall.write(&mut row[WIDTH..]);
        self.fmeasure.write(&mut row[2 * WIDTH..]);
        let counts = [self.segments, self.unread, self.divided];
        row[3 * WIDTH..].iter_mut().zip(counts).for_each(|(cell, count)| *cell = count as f64);
    }
}

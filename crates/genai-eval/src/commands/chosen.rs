//! Metrics as they were asked for, their columns side by side.

use std::ops::Range;

use genai_metrics::Scorer;
use genai_metrics::resample::Statistic;

/// A metric as it was asked for; the rows are the same at both levels.
pub(super) struct Chosen {
    pub(super) corpus: Box<dyn Scorer>,
    pub(super) sentence: Box<dyn Scorer>,
    /// Which columns of a row are its own.
    pub(super) columns: Range<usize>,
}

impl Chosen {
    /// The metric's score, of rows in which all metrics' columns lie side by side.
    pub(super) fn statistic(&self) -> Statistic<'_> {
        Statistic { scorer: &*self.corpus, columns: self.columns.clone(), part: None }
    }
}

pub(super) fn chosen(corpus: Vec<Box<dyn Scorer>>, sentence: Vec<Box<dyn Scorer>>) -> Vec<Chosen> {
    let mut next = 0;
    let one = |(corpus, sentence): (Box<dyn Scorer>, _)| {
        let columns = next..next + corpus.columns().len();
        next = columns.end;
        Chosen { corpus, sentence, columns }
    };
    corpus.into_iter().zip(sentence).map(one).collect()
}

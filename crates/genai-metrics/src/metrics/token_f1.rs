//! Token F1: how many words of an answer are in its reference, and the other way round.
//!
//! From the scripts of `SQuAD`; see [`ExactMatch`](super::ExactMatch) for the papers.

use super::exact_match::SquadVersion;
use crate::exact::ExactSum;
use crate::kernel::CommonTokens;
use crate::metric::{Metric, Row};
use crate::metrics::Entry;
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};

/// Token F1 with its options, from 0 to 100: the harmonic mean of precision and recall of the
/// words that an answer shares with a reference, the best of its references, and the mean of that
/// over segments.
///
/// ```
/// use genai_metrics::{Evaluate, TokenF1};
/// let score = TokenF1::default().sentence("the big cat", &["a dog", "cat that is big"])?;
/// assert_eq!(score.value, 66.66666666666666);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenF1 {
    /// Whose rules hold for answers of which nothing is left.
    pub squad: SquadVersion,
}

/// Token F1's statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{Evaluator, Segment, TokenF1};
/// let metric = TokenF1::default();
/// let stats = Evaluator::new(&metric).add(&Segment { hypothesis: "x y", references: &[Some("x z")] })?;
/// assert_eq!((stats.f1.value(), stats.segments), (0.5, 1));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenF1Stats {
    /// The sum of the segments' F1.
    pub f1: ExactSum,
    /// How many segments there are.
    pub segments: u64,
}

impl Row for TokenF1Stats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        Self { f1: ExactSum::read(row), segments: row[ExactSum::COLUMNS] as u64 }
    }

    fn write(&self, row: &mut [f64]) {
        self.f1.write(row);
        row[ExactSum::COLUMNS] = self.segments as f64;
    }
}

impl TokenF1 {
    fn f1(self, common: u64, reference: usize, hypothesis: usize) -> f64 {
        if self.squad == SquadVersion::V2 && (reference == 0 || hypothesis == 0) {
            return f64::from(u8::from(reference == hypothesis));
        }
        if common == 0 {
            return 0.0;
        }
        // The order of operations is the scripts'.
        let precision = common as f64 / hypothesis as f64;
        let recall = common as f64 / reference as f64;
        (2.0 * precision * recall) / (precision + recall)
    }
}

impl Metric for TokenF1 {
    type Prepared = CommonTokens;
    type Stats = TokenF1Stats;

    fn spec(&self) -> Spec {
        let Self { squad } = self;
        let mut signature = Signature::default();
        signature.push("norm", "squad");
        signature.push("squad", squad.name());
        signature.push("multi", "max");
        Spec {
            name: ENTRY.name,
            title: "Token F1".to_owned(),
            tokenizer: Some(SquadVersion::tokenizer()),
            direction: Direction::Higher,
            scale: 100.0,
            bootstrap: None,
            decimals: 2,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        ExactSum::column_names("f1").chain(["segments".to_owned()]).collect()
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        common: &mut CommonTokens,
    ) -> TokenF1Stats {
        common.take_hypothesis(hypothesis.tokens, references.distinct());
        let f1 = |reference: Text<'_>| {
            let shared = common.with(reference.tokens);
            self.f1(shared, reference.tokens.len(), hypothesis.tokens.len())
        };
        let best = self.squad.counting(references).map(f1).fold(0.0, f64::max);
        TokenF1Stats { f1: best.into(), segments: 1 }
    }

    fn score(&self, sum: &TokenF1Stats) -> Score {
        let segments = sum.segments as f64;
        Score {
            value: if segments > 0.0 { 100.0 * sum.f1.value() / segments } else { 0.0 },
            parts: vec![("segments", Part::Count(segments))],
        }
    }
}

pub(super) const ENTRY: Entry = Entry {
    name: "token-f1",
    summary: "words shared with a reference, normalised as in SQuAD",
    reference: "SQuAD's scripts 2.0 and 1.1",
    about: "Token F1 (Rajpurkar et al. 2016): words that an answer shares with a reference, each as \
            often as both have it, by the words of the answer (precision) and of the reference \
            (recall); the harmonic mean of both, of the best reference, and its mean over segments, \
            in per cent, higher is better. Words are in lower case, without ASCII punctuation, and \
            without a, an and the, as SQuAD's scripts cut texts at white space.\n\n\
            The script of version 2.0, which is the default, gives two empty answers 1 and drops \
            references of which nothing is left where others are there; that of 1.1 gives them 0 \
            (--squad 1).",
    lines: false,
    variants: &[],
    options: &[SquadVersion::OPTION],
    alignment: None,
    build: |options, _| Ok(vec![Box::new(TokenF1 { squad: SquadVersion::from_options(options)? })]),
};

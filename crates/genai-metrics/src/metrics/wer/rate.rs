//! The rates that are made of hits, substitutions, deletions and insertions.

use std::cmp::Reverse;

use crate::kernel::{EditAlignment, EditCounts};
use crate::metric::{Metric, Row};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Scheme, Tokenizer, Transcript, Unit};

/// How many decimals people read.
const DECIMALS: usize = 4;

/// A rate of the WER family, over words or characters of which each is a hit (H), replaced (S),
/// left out (D) or added (I). A corpus's is that of its segments' sums.
///
/// Of several references the one with the fewest errors counts; of equals the longest, which is
/// the lower rate, and then the one with the most hits.
///
/// The numbers are jiwer 4.0's: Morris, Maier and Green 2004, *From WER and RIL to MER and WIL:
/// improved evaluation measures for connected speech recognition*.
///
/// ```
/// use genai_metrics::{ErrorRate, Evaluate, Part, RateKind};
/// let (hypothesis, reference) = ("the cat sat a mat", "the cat sat on the mat");
/// let wer = ErrorRate::new(RateKind::Wer).sentence(hypothesis, &[reference])?;
/// assert_eq!(wer.value, 2.0 / 6.0);
/// assert_eq!(wer.part("deletions"), Some(&Part::Count(1.0)));
/// let cer = ErrorRate::new(RateKind::Cer).sentence(hypothesis, &[reference])?;
/// assert_eq!(cer.value, 6.0 / 22.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRate {
    /// Which rate it is.
    pub kind: RateKind,
    /// How texts are normalised, and the unit of the rates that have no unit of their own.
    pub transcript: Transcript,
}

/// The rates of the WER family.
///
/// ```
/// use genai_metrics::{ErrorRate, Evaluate, RateKind};
/// let score = |kind| ErrorRate::new(kind).sentence("a b x", &["a b c d"]).map(|score| score.value);
/// assert_eq!(score(RateKind::Wer)?, 2.0 / 4.0);
/// assert_eq!(score(RateKind::Wip)?, 2.0 / 4.0 * (2.0 / 3.0));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// Word error rate, (S + D + I) / (H + S + D): from 0, and above 1 where much is added. If no
    /// reference has a word it is I.
    Wer,
    /// Character error rate: WER over characters.
    Cer,
    /// Match error rate, (S + D + I) / (H + S + D + I), from 0 to 1.
    Mer,
    /// Word information lost, 1 - WIP.
    Wil,
    /// Word information preserved, H / (H + S + D) · H / (H + S + I), from 0 to 1; higher is better.
    Wip,
}

impl RateKind {
    /// Every rate, in the order that lists show.
    pub const ALL: &[Self] = &[Self::Wer, Self::Cer, Self::Mer, Self::Wil, Self::Wip];

    /// The rates' names, in the same order.
    pub const NAMES: &[&str] = &["wer", "cer", "mer", "wil", "wip"];

    /// The name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wer => "wer",
            Self::Cer => "cer",
            Self::Mer => "mer",
            Self::Wil => "wil",
            Self::Wip => "wip",
        }
    }

    /// The unit that its name says; none if it can be of either.
    pub const fn unit(self) -> Option<Unit> {
        match self {
            Self::Wer => Some(Unit::Word),
            Self::Cer => Some(Unit::Character),
            Self::Mer | Self::Wil | Self::Wip => None,
        }
    }

    /// The rate of these counts, with jiwer's order of operations.
    fn of(self, counts: EditCounts) -> f64 {
        let [hits, errors] = [counts.hits as f64, counts.errors() as f64];
        let [reference, hypothesis] = [counts.of_reference() as f64, counts.of_hypothesis() as f64];
        let preserved = if reference > 0.0 && hypothesis > 0.0 {
            (hits / reference) * (hits / hypothesis)
        } else {
            // Silence that is recognised as such loses nothing.
            f64::from(u8::from(counts.of_reference() == counts.of_hypothesis()))
        };
        match self {
            Self::Wer | Self::Cer if reference > 0.0 => errors / reference,
            Self::Wer | Self::Cer => errors,
            Self::Mer if reference > 0.0 => errors / (hits + errors),
            Self::Mer => f64::from(u8::from(hypothesis > 0.0)),
            Self::Wil => 1.0 - preserved,
            Self::Wip => preserved,
        }
    }
}

/// What the rates are made of, for one segment or any number of them.
///
/// ```
/// use genai_metrics::{ErrorRate, Evaluator, RateKind, Segment};
/// let wer = ErrorRate::new(RateKind::Wer);
/// let stats = Evaluator::new(&wer).add(&Segment { hypothesis: "a b", references: &[Some("a c d")] })?;
/// assert_eq!((stats.0.hits, stats.0.substitutions, stats.0.deletions), (1, 1, 1));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorRateStats(pub EditCounts);

impl Row for ErrorRateStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        Self(EditCounts {
            hits: row[0] as u64,
            substitutions: row[1] as u64,
            deletions: row[2] as u64,
            insertions: row[3] as u64,
        })
    }

    fn write(&self, row: &mut [f64]) {
        let EditCounts { hits, substitutions, deletions, insertions } = self.0;
        let counts = [hits, substitutions, deletions, insertions];
        row.iter_mut().zip(counts).for_each(|(cell, count)| *cell = count as f64);
    }
}

/// The memory that a rate measures in.
#[derive(Debug, Default)]
pub struct ErrorRateReferences {
    alignment: EditAlignment,
}

/// By what the references of a segment are ordered, the one that counts first.
pub(super) fn closeness(counts: &EditCounts) -> impl Ord + use<> {
    (counts.errors(), Reverse(counts.of_reference()), Reverse(counts.hits))
}

impl ErrorRate {
    /// That rate of texts as they are.
    pub fn new(kind: RateKind) -> Self {
        Self { kind, transcript: Transcript::default() }
    }

    /// How texts are cut.
    fn cut(self) -> Transcript {
        Transcript { unit: self.kind.unit().unwrap_or(self.transcript.unit), ..self.transcript }
    }
}

impl Metric for ErrorRate {
    type Prepared = ErrorRateReferences;
    type Stats = ErrorRateStats;

    fn spec(&self) -> Spec {
        let cut = self.cut();
        let mut signature = Signature::default();
        cut.sign(&mut signature);
        signature.push("multi", "fewest-errors");
        let direction =
            if self.kind == RateKind::Wip { Direction::Higher } else { Direction::Lower };
        Spec {
            name: self.kind.name(),
            title: self.kind.name().to_uppercase(),
            tokenizer: Some(Tokenizer { scheme: Scheme::Transcript(cut), ..Tokenizer::default() }),
            direction,
            scale: 1.0,
            bootstrap: None,
            decimals: DECIMALS,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        ["hits", "substitutions", "deletions", "insertions"].map(str::to_owned).to_vec()
    }

    fn rows(&self) -> Option<String> {
        Some(format!("edits of {:?}", self.cut()))
    }

    fn prepare(&self, references: References<'_>, prepared: &mut ErrorRateReferences) {
        prepared.alignment.reset(references.distinct());
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        prepared: &mut ErrorRateReferences,
    ) -> ErrorRateStats {
        let counts =
            |reference: Text<'_>| prepared.alignment.counts(reference.tokens, hypothesis.tokens);
        let best = references.iter().map(counts).min_by_key(closeness);
        ErrorRateStats(best.unwrap_or_default())
    }

    fn score(&self, sum: &ErrorRateStats) -> Score {
        let counts = sum.0;
        let part = |name, count: u64| (name, Part::Count(count as f64));
        Score {
            value: self.kind.of(counts),
            parts: vec![
                part("hits", counts.hits),
                part("substitutions", counts.substitutions),
                part("deletions", counts.deletions),
                part("insertions", counts.insertions),
                part("ref_len", counts.of_reference()),
                part("hyp_len", counts.of_hypothesis()),
            ],
        }
    }

    fn remarks(&self, sum: &ErrorRateStats) -> Vec<String> {
        let counts = sum.0;
        let is_rate = matches!(self.kind, RateKind::Wer | RateKind::Cer);
        if is_rate && counts.of_reference() == 0 && counts.insertions > 0 {
            return vec![
                "all references are empty, so the rate is the number of insertions".into(),
            ];
        }
        Vec::new()
    }

    fn describe(&self, score: &Score) -> String {
        let count = |name| score.part(name).map_or(0.0, |part| part.numbers()[0]);
        format!(
            "H = {} S = {} D = {} I = {} (ref_len = {} hyp_len = {})",
            count("hits"),
            count("substitutions"),
            count("deletions"),
            count("insertions"),
            count("ref_len"),
            count("hyp_len"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluator::Evaluate;

    #[test]
    fn empty_texts_are_as_in_jiwer() {
        let scores = |hypothesis: &str, reference: &str| -> Vec<f64> {
            RateKind::ALL
                .iter()
                .map(|&kind| ErrorRate::new(kind).sentence(hypothesis, &[reference]).unwrap().value)
                .collect()
        };
        assert_eq!(scores("", ""), [0.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(scores("a b", ""), [2.0, 3.0, 1.0, 1.0, 0.0]);
        assert_eq!(scores("", "a b"), [1.0, 1.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn the_reference_with_the_fewest_errors_counts() {
        let wer = ErrorRate::new(RateKind::Wer);
        let errors_of = |references: &[&str]| -> Vec<f64> {
            let score = wer.sentence("a b c", references).unwrap();
            let count = |name| score.part(name).unwrap().numbers()[0];
            let errors = ["substitutions", "deletions", "insertions"].map(count);
            vec![errors.iter().sum(), count("ref_len")]
        };
        assert_eq!(errors_of(&["x", "a b d", "a b c d e"]), [1.0, 3.0]);
        // As few errors among more words.
        assert_eq!(errors_of(&["a b", "a b c d"]), [1.0, 4.0]);
    }
}

//! Edit similarity: one less the Levenshtein distance as a share of the longer text.
//!
//! Levenshtein 1966, *Binary codes capable of correcting deletions, insertions, and reversals*. The
//! numbers are those of `RapidFuzz` 3.14's `Levenshtein.normalized_similarity`.

use crate::error::{Error, ErrorKind};
use crate::exact::ExactSum;
use crate::kernel::EditDistance;
use crate::metric::{Metric, Row};
use crate::metrics::Entry;
use crate::options::{OptionKind, OptionSpec, Options};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Scheme, Tokenizer, Transcript, Unit};

/// Edit similarity with its options, from 0 to 1: `1 - distance / length of the longer text`, and 1
/// of two empty texts; of several references the best counts, and a corpus's is the mean over its
/// segments.
///
/// Two other similarities go by this name: `rapidfuzz.fuzz.ratio`, which has no substitutions, and
/// difflib's, which has no shortest path.
///
/// ```
/// use genai_metrics::{EditSimilarity, Evaluate};
/// let score = EditSimilarity::default().sentence("kitten", &["sitting", "mitten"])?;
/// assert_eq!(score.value, 1.0 - 1.0 / 6.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditSimilarity {
    /// What distances and lengths are counted in: code points, which is the default, or what stands
    /// between white space.
    pub unit: Unit,
    /// Whether case is ignored.
    pub lowercase: bool,
}

impl Default for EditSimilarity {
    fn default() -> Self {
        Self { unit: Unit::Character, lowercase: false }
    }
}

/// Edit similarity's statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{EditSimilarity, Evaluator, Segment};
/// let metric = EditSimilarity::default();
/// let stats = Evaluator::new(&metric).add(&Segment { hypothesis: "ab", references: &[Some("ac")] })?;
/// assert_eq!((stats.similarity.value(), stats.segments), (0.5, 1));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EditSimilarityStats {
    /// The sum of the segments' similarities.
    pub similarity: ExactSum,
    /// How many segments there are.
    pub segments: u64,
}

impl Row for EditSimilarityStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        Self { similarity: ExactSum::read(row), segments: row[ExactSum::COLUMNS] as u64 }
    }

    fn write(&self, row: &mut [f64]) {
        self.similarity.write(row);
        row[ExactSum::COLUMNS] = self.segments as f64;
    }
}

/// The order of operations is `RapidFuzz`'s.
fn similarity(distance: usize, longest: usize) -> f64 {
    let share = if longest == 0 { 0.0 } else { distance as f64 / longest as f64 };
    1.0 - share
}

impl Metric for EditSimilarity {
    type Prepared = EditDistance;
    type Stats = EditSimilarityStats;

    fn spec(&self) -> Spec {
        let Self { unit, lowercase } = *self;
        let mut signature = Signature::default();
        signature.push("unit", unit.name());
        signature.push("case", if lowercase { "lc" } else { "mixed" });
        signature.push("multi", "max");
        let scheme = match unit {
            Unit::Word => Scheme::None,
            // Nothing is taken off a text here.
            Unit::Character => {
                Scheme::Transcript(Transcript { unit, trim: false, ..Transcript::default() })
            }
        };
        Spec {
            name: ENTRY.name,
            title: "Edit similarity".to_owned(),
            tokenizer: Some(Tokenizer { scheme, lowercase, ..Tokenizer::default() }),
            direction: Direction::Higher,
            scale: 1.0,
            bootstrap: None,
            decimals: 4,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        ExactSum::column_names("similarity").chain(["segments".to_owned()]).collect()
    }

    fn prepare(&self, references: References<'_>, distance: &mut EditDistance) {
        distance.reset(references.distinct());
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        distance: &mut EditDistance,
    ) -> EditSimilarityStats {
        let best = references
            .iter()
            .map(|reference| {
                let longest = reference.tokens.len().max(hypothesis.tokens.len());
                similarity(distance.between(reference.tokens, hypothesis.tokens), longest)
            })
            .fold(0.0, f64::max);
        EditSimilarityStats { similarity: best.into(), segments: 1 }
    }

    fn score(&self, sum: &EditSimilarityStats) -> Score {
        let segments = sum.segments as f64;
        Score {
            value: if segments > 0.0 { sum.similarity.value() / segments } else { 0.0 },
            parts: vec![("segments", Part::Count(segments))],
        }
    }
}

pub(super) const ENTRY: Entry = Entry {
    name: "edit-similarity",
    summary: "1 less the edit distance by the length of the longer text",
    reference: "RapidFuzz 3.14.6",
    about: "Edit similarity: 1 - distance / length of the longer text, where the Levenshtein \
            distance is the fewest characters (or words) that have to be replaced, left out or \
            added; 1 for two empty texts. From 0 to 1, higher is better; the best of several \
            references, and the mean over segments. The numbers are those of RapidFuzz's \
            Levenshtein.normalized_similarity. Characters are code points, white space included; \
            words are what stands between white space.\n\n\
            It is not rapidfuzz.fuzz.ratio, which has no substitutions, nor difflib's ratio.",
    lines: false,
    variants: &[],
    options: &[
        OptionSpec {
            name: "unit",
            kind: OptionKind::Choice(UNITS),
            default: Some("char"),
            help: "What is replaced, left out or added",
        },
        Tokenizer::LOWERCASE,
    ],
    alignment: None,
    build: |options, _| Ok(vec![Box::new(EditSimilarity::from_options(options)?)]),
};

/// The default first.
const UNITS: &[&str] = &["char", "word"];

impl EditSimilarity {
    fn from_options(options: &Options) -> Result<Self, Error> {
        let lowercase = options.flag(Tokenizer::LOWERCASE.name);
        let name = options.get("unit").unwrap_or(UNITS[0]);
        let unit = Unit::named(name).ok_or_else(|| {
            let name = name.to_owned();
            Error::new(ErrorKind::UnknownName { what: "unit", name, expected: UNITS })
        })?;
        Ok(Self { unit, lowercase })
    }
}

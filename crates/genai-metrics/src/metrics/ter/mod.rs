//! TER: how many edits turn a hypothesis into a reference, for each word of the reference.
//!
//! Snover, Dorr, Schwartz, Micciulla and Makhoul 2006, *A Study of Translation Edit Rate with
//! Targeted Human Annotation*. The numbers are those of sacreBLEU 2.6.0, to the bit, which follows
//! tercom, with its limits: a beam about the diagonal, shifts of up to 10 words and 50 places, and
//! an end to the search when 1000 shifts have been tried.
//!
//! The search is greedy. In each round every shift of words that the reference has elsewhere is
//! tried, and the one that brings the edit distance down most is made; when none does, the shifts
//! made and the distance left are the edits. Four things make it fast, and change no number: a
//! round that would try too many shifts is known before any is tried, and ends the search; words
//! that two texts share, in any order, say how far a distance can come down, so that most segments
//! need no search at all; of a table of distances only the rows are computed that a shift changes;
//! and references of up to 64 words have their rows in bits.

mod alignment;
mod beam;
mod bits;
mod distance;
mod search;
mod shifts;
mod stats;

pub use stats::TerStats;

use self::search::{Reference, Search};
use crate::metric::Metric;
use crate::metrics::Entry;
use crate::options::{OptionKind, OptionSpec};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Scheme, Tercom, Tokenizer};

/// TER with its options, in percent: 0 for a hypothesis that equals a reference, 100 for one edit a
/// word, and more where the hypothesis is longer. Insertions, deletions, substitutions and shifts
/// of phrases are one edit each.
///
/// With several references the edits are the least, and the length is the mean of all.
///
/// ```
/// use genai_metrics::text::Tercom;
/// use genai_metrics::{Evaluate, Ter};
/// let ter = Ter::default();
/// let score = ter.sentence("on the mat The cat sat", &["the cat sat on the mat"])?;
/// assert_eq!(score.value, 100.0 * (1.0 / 6.0));
/// let case_sensitive = Ter { case_sensitive: true, ..ter };
/// let score = case_sensitive.sentence("on the mat The cat sat", &["the cat sat on the mat"])?;
/// assert_eq!(score.value, 100.0 * (2.0 / 6.0));
/// let normalized = Ter { tercom: Tercom { normalized: true, ..Tercom::default() }, ..ter };
/// assert_eq!(normalized.sentence("cat, mat", &["mat, cat"])?.value, 100.0 * (2.0 / 3.0));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ter {
    /// Whether `The` and `the` are different words; they are not by default.
    pub case_sensitive: bool,
    /// What is done to a text before it is split at white space; nothing by default.
    pub tercom: Tercom,
}

/// A segment's references, and the memory to search in.
#[derive(Debug, Default)]
pub struct TerReferences {
    /// Those of the segment at hand come first; the others are memory.
    references: Vec<Reference>,
    used: usize,
    search: Search,
}

impl TerReferences {
    fn used(&self) -> &[Reference] {
        &self.references[..self.used]
    }
}

impl Metric for Ter {
    type Prepared = TerReferences;
    type Stats = TerStats;

    fn spec(&self) -> Spec {
        let Self { case_sensitive, tercom } = *self;
        let Tercom { normalized, no_punctuation, asian } = tercom;
        let word = |yes| if yes { "yes" } else { "no" };
        let mut signature = Signature::default();
        signature.push("case", if case_sensitive { "mixed" } else { "lc" });
        signature.push("tok", "tercom");
        signature.push("norm", word(normalized));
        signature.push("punct", word(!no_punctuation));
        signature.push("asian", word(asian));
        let tokenizer = Tokenizer {
            scheme: Scheme::Tercom(tercom),
            lowercase: !case_sensitive,
            ..Tokenizer::default()
        };
        Spec {
            name: ENTRY.name,
            title: "TER".to_owned(),
            tokenizer: Some(tokenizer),
            direction: Direction::Lower,
            scale: 100.0,
            bootstrap: None,
            decimals: 1,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        TerStats::columns()
    }

    fn prepare(&self, references: References<'_>, prepared: &mut TerReferences) {
        prepared.used = 0;
        for reference in references.iter() {
            if prepared.used == prepared.references.len() {
                prepared.references.push(Reference::default());
            }
            prepared.references[prepared.used].read(reference.tokens, references.distinct());
            prepared.used += 1;
        }
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        _: References<'_>,
        prepared: &mut TerReferences,
    ) -> TerStats {
        let TerReferences { references, used, search } = prepared;
        let mut best = u32::MAX;
        for reference in &references[..*used] {
            best = search.edits(hypothesis.tokens, reference, best);
        }
        let words: usize = prepared.used().iter().map(Reference::len).sum();
        TerStats::of_segment(u64::from(best), words as f64 / prepared.used as f64)
    }

    fn score(&self, sum: &TerStats) -> Score {
        let (edits, length) = (sum.edits as f64, sum.reference_length());
        let parts = vec![("num_edits", Part::Count(edits)), ("ref_length", Part::Number(length))];
        Score { value: Metric::value(self, sum), parts }
    }

    fn value(&self, sum: &TerStats) -> f64 {
        let (edits, length) = (sum.edits as f64, sum.reference_length());
        let rate = if length > 0.0 {
            edits / length
        } else if edits > 0.0 {
            1.0
        } else {
            0.0
        };
        100.0 * rate
    }

    fn remarks(&self, _: &TerStats) -> Vec<String> {
        let Tercom { normalized, no_punctuation, asian } = self.tercom;
        let idle = asian && !normalized && !no_punctuation;
        let remark = "--asian changes nothing without --normalized or --no-punct";
        idle.then(|| remark.to_owned()).into_iter().collect()
    }
}

const fn flag(name: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Flag, default: None, help }
}

pub(super) const ENTRY: Entry = Entry {
    name: "ter",
    summary: "edits and shifts of phrases for each word of the reference",
    reference: "sacreBLEU 2.6.0",
    about: "TER (Snover et al. 2006): how many words have to be inserted, deleted, substituted or, as \
            phrases, shifted to make a reference of a hypothesis, for each word of the reference, in \
            percent. The numbers are sacreBLEU 2.6.0's, to the last bit, and so are the limits of the \
            search, which are tercom's. Of several references the one with the fewest edits counts, \
            and the mean of their lengths. From 0, lower is better; above 100 there are more edits \
            than words.\n\n\
            Words are what stands between white space, in lower case, punctuation included, unless \
            the options say otherwise.",
    lines: false,
    variants: &[],
    options: &[
        flag("case-sensitive", "Take words that differ in case for different words"),
        flag(
            "normalized",
            "Split punctuation off words, decode four entities and join lines, as tercom does",
        ),
        flag("no-punct", "Take out . , ? : ; ! \" ( )"),
        flag(
            "asian",
            "With --normalized split Chinese characters from each other; with --no-punct take out \
             East Asian punctuation, too",
        ),
    ],
    alignment: None,
    build: |options, _| {
        Ok(vec![Box::new(Ter {
            case_sensitive: options.flag("case-sensitive"),
            tercom: Tercom {
                normalized: options.flag("normalized"),
                no_punctuation: options.flag("no-punct"),
                asian: options.flag("asian"),
            },
        })])
    },
};

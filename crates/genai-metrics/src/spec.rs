//! What identifies a metric and makes its scores comparable.

use std::fmt;

use crate::bootstrap::Bootstrap;
use crate::text::Tokenizer;

/// What a metric says of itself.
///
/// ```
/// use genai_metrics::{Bleu, Direction, Metric};
/// let spec = Metric::spec(&Bleu::default());
/// assert_eq!((spec.name, spec.direction, spec.scale), ("bleu", Direction::Higher, 100.0));
/// assert_eq!(spec.signature.to_string(), "case:mixed|eff:no|tok:13a|smooth:exp");
/// ```
#[derive(Clone, Debug)]
pub struct Spec {
    /// The name in reports and on the command line.
    pub name: &'static str,
    /// The name as people write it, with the options that belong to it, as in `chrF2++`.
    pub title: String,
    /// How the metric wants its texts cut; `None` if it reads them raw.
    pub tokenizer: Option<Tokenizer>,
    /// Which way is better.
    pub direction: Direction,
    /// The score of a perfect text if higher is better, else what 1 means: 100 for percentages,
    /// 1 for fractions.
    pub scale: f64,
    /// How the score of a corpus is made of its segments' scores, where it is not the score of
    /// their sum.
    pub bootstrap: Option<Bootstrap>,
    /// How many decimals people expect of a score.
    pub decimals: usize,
    /// The options, as far as they change a score.
    pub signature: Signature,
}

/// Which way is better.
///
/// ```
/// use genai_metrics::Direction;
/// assert_eq!(Direction::Higher.to_string(), "higher");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better, as for BLEU.
    Higher,
    /// Less is better, as for an error rate.
    Lower,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        })
    }
}

/// `key:value` pairs in order, joined by `|`: two scores may be compared only if their signatures
/// are equal.
///
/// ```
/// use genai_metrics::Signature;
/// let mut signature = Signature::default();
/// signature.push("nrefs", "2");
/// signature.push("case", "mixed");
/// assert_eq!(signature.to_string(), "nrefs:2|case:mixed");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature(Vec<(&'static str, String)>);

impl Signature {
    /// Adds a pair at the end.
    pub fn push(&mut self, key: &'static str, value: impl Into<String>) {
        self.0.push((key, value.into()));
    }

    /// The pairs in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(key, value)| (*key, value.as_str()))
    }

    /// The signature of a run: the number of references first (`var` if it varies from segment to
    /// segment, nothing if there are none), then how was drawn, if at all, then the metric's options, then the
    /// version of the tool.
    #[must_use]
    pub fn of_run(&self, references: Option<usize>, drawn: &Self, version: &str) -> Self {
        let mut run = Self::default();
        if references != Some(0) {
            run.push("nrefs", references.map_or_else(|| "var".to_owned(), |n| n.to_string()));
        }
        run.0.extend_from_slice(&drawn.0);
        run.0.extend_from_slice(&self.0);
        run.push("version", version);
        run
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.pairs().enumerate() {
            write!(f, "{}{key}:{value}", if i == 0 { "" } else { "|" })?;
        }
        Ok(())
    }
}

//! Exact match: the share of answers that equal one of their references.
//!
//! Rajpurkar, Zhang, Lopyrev and Liang 2016, *`SQuAD`: 100,000+ Questions for Machine Comprehension
//! of Text*, and Rajpurkar, Jia and Liang 2018, *Know What You Don't Know*, with the scripts that
//! score them.

use crate::error::{Error, ErrorKind};
use crate::metric::{Metric, Row};
use crate::metrics::Entry;
use crate::options::{OptionKind, OptionSpec, Options};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Scheme, Tokenizer};

/// Exact match with its options, from 0 to 100; with several references one of them is enough.
///
/// ```
/// use genai_metrics::{Evaluate, ExactMatch};
/// let references = ["The Beatles", "Beatles (band)"];
/// assert_eq!(ExactMatch::default().sentence("Beatles!", &references)?.value, 100.0);
/// let raw = ExactMatch { squad: None };
/// assert_eq!(raw.sentence("Beatles!", &references)?.value, 0.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExactMatch {
    /// As which of `SQuAD`'s scripts compares, after its normalisation; if none, texts have to be the
    /// same to the byte.
    pub squad: Option<SquadVersion>,
}

impl Default for ExactMatch {
    fn default() -> Self {
        Self { squad: Some(SquadVersion::default()) }
    }
}

/// Whose rules hold for answers of which normalisation leaves nothing.
///
/// ```
/// use genai_metrics::{Evaluate, SquadVersion, TokenF1};
/// let score = |squad| TokenF1 { squad }.sentence("", &[""]).map(|score| score.value);
/// assert_eq!(score(SquadVersion::V1)?, 0.0);
/// assert_eq!(score(SquadVersion::V2)?, 100.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SquadVersion {
    /// The script of version 1.1: two empty answers match exactly, and have a token F1 of 0.
    V1,
    /// The script of version 2.0: two empty answers have a token F1 of 1; a reference of which
    /// nothing is left does not count beside others.
    #[default]
    V2,
}

impl SquadVersion {
    /// The versions' names.
    pub const NAMES: &[&str] = &["2", "1"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
        }
    }

    /// The option that names the version.
    pub(super) const OPTION: OptionSpec = OptionSpec {
        name: "squad",
        kind: OptionKind::Choice(Self::NAMES),
        default: None,
        help: "Whose rules hold for empty answers: those of SQuAD's script 2.0 or 1.1 [default: 2]",
    };

    /// The version that was asked for.
    pub(super) fn from_options(options: &Options) -> Result<Self, Error> {
        match options.get(Self::OPTION.name) {
            None | Some("2") => Ok(Self::V2),
            Some("1") => Ok(Self::V1),
            Some(unknown) => Err(Error::new(ErrorKind::UnknownName {
                what: "version of SQuAD",
                name: unknown.to_owned(),
                expected: Self::NAMES,
            })),
        }
    }

    /// How both scripts normalise and cut.
    pub(super) fn tokenizer() -> Tokenizer {
        Tokenizer { scheme: Scheme::Answer, lowercase: true, ..Tokenizer::default() }
    }

    /// The references that count.
    pub(super) fn counting(self, references: References<'_>) -> impl Iterator<Item = Text<'_>> {
        let any_left = references.iter().any(|reference| !reference.tokens.is_empty());
        let drops_empty = self == Self::V2 && any_left;
        references.iter().filter(move |reference| !(drops_empty && reference.tokens.is_empty()))
    }
}

/// Exact match's statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{Evaluator, ExactMatch, Segment};
/// let metric = ExactMatch::default();
/// let stats = Evaluator::new(&metric).add(&Segment { hypothesis: "x", references: &[Some("X.")] })?;
/// assert_eq!((stats.equal, stats.segments), (1, 1));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactMatchStats {
    /// Segments that equal one of their references.
    pub equal: u64,
    /// All segments.
    pub segments: u64,
}

impl Row for ExactMatchStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        Self { equal: row[0] as u64, segments: row[1] as u64 }
    }

    fn write(&self, row: &mut [f64]) {
        let counts = [self.equal, self.segments];
        row.iter_mut().zip(counts).for_each(|(cell, count)| *cell = count as f64);
    }
}

impl Metric for ExactMatch {
    type Prepared = ();
    type Stats = ExactMatchStats;

    fn spec(&self) -> Spec {
        let Self { squad } = self;
        let mut signature = Signature::default();
        signature.push("norm", if squad.is_some() { "squad" } else { "none" });
        if let Some(version) = squad {
            signature.push("squad", version.name());
        }
        signature.push("multi", "max");
        Spec {
            name: ENTRY.name,
            title: "Exact match".to_owned(),
            tokenizer: squad.map(|_| SquadVersion::tokenizer()),
            direction: Direction::Higher,
            scale: 100.0,
            bootstrap: None,
            decimals: 2,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        ["equal", "segments"].map(str::to_owned).to_vec()
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        (): &mut (),
    ) -> ExactMatchStats {
        let is_equal = match self.squad {
            None => references.iter().any(|reference| reference.raw == hypothesis.raw),
            Some(version) => {
                version.counting(references).any(|reference| reference.tokens == hypothesis.tokens)
            }
        };
        ExactMatchStats { equal: u64::from(is_equal), segments: 1 }
    }

    fn score(&self, sum: &ExactMatchStats) -> Score {
        let [equal, segments] = [sum.equal as f64, sum.segments as f64];
        Score {
            value: if segments > 0.0 { 100.0 * equal / segments } else { 0.0 },
            parts: vec![("equal", Part::Count(equal)), ("segments", Part::Count(segments))],
        }
    }

    fn describe(&self, score: &Score) -> String {
        let count = |name| score.part(name).map_or(0.0, |part| part.numbers()[0]);
        format!("({} of {})", count("equal"), count("segments"))
    }
}

pub(super) const ENTRY: Entry = Entry {
    name: "exact-match",
    summary: "share of answers that equal a reference, normalised as in SQuAD",
    reference: "SQuAD's scripts 2.0 and 1.1",
    about: "Exact match (Rajpurkar et al. 2016): the share of segments that equal one of their \
            references, in per cent, higher is better. Texts are compared in lower case, without \
            ASCII punctuation, without a, an and the, and without regard to white space, as SQuAD's \
            scripts do it; --normalize none compares them as they are. The script of version 2.0, \
            which is the default, drops references of which nothing is left where others are there; \
            that of 1.1 keeps them (--squad 1).",
    lines: false,
    variants: &[],
    options: &[
        OptionSpec {
            name: "normalize",
            kind: OptionKind::Choice(NORMALIZATIONS),
            default: Some("squad"),
            help: "What is done to texts before they are compared: what SQuAD's scripts do, or nothing",
        },
        SquadVersion::OPTION,
    ],
    alignment: None,
    build: |options, _| {
        let squad = match options.get("normalize").unwrap_or("squad") {
            "squad" => Some(SquadVersion::from_options(options)?),
            "none" if options.is_given(SquadVersion::OPTION.name) => {
                return Err(Error::new(ErrorKind::NoEffect {
                    option: SquadVersion::OPTION.name,
                    expected: "--normalize squad beside it",
                }));
            }
            "none" => None,
            unknown => {
                return Err(Error::new(ErrorKind::UnknownName {
                    what: "normalization",
                    name: unknown.to_owned(),
                    expected: NORMALIZATIONS,
                }));
            }
        };
        Ok(vec![Box::new(ExactMatch { squad })])
    },
};

const NORMALIZATIONS: &[&str] = &["squad", "none"];

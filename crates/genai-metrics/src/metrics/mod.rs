//! The metrics, one file each, and their registry.
//!
//! Everything that goes over all metrics goes over [`METRICS`]: the command line's subcommands and
//! options, `genai-eval list`, the laws that every metric is tested against, and fuzzing.

mod bleu;
mod chrf;
mod edit_similarity;
mod exact_match;
mod perplexity;
mod rouge;
mod ter;
mod token_f1;
mod wer;

pub use bleu::{Bleu, BleuReferences, BleuStats, Smoothing};
pub use chrf::{Chrf, ChrfReferences, ChrfStats, OrderCounts};
pub use edit_similarity::{EditSimilarity, EditSimilarityStats};
pub use exact_match::{ExactMatch, ExactMatchStats, SquadVersion};
pub use perplexity::{
    Convention as PerplexityConvention, OnInfinite, Perplexity, PerplexityStats, Recorder,
};
pub use rouge::{
    LengthLimit, MultiReference, Rouge, Rouge155, Rouge155References, RougeReferences, RougeStats,
    RougeType, StemExceptions, StopWords,
};
pub use ter::{Ter, TerReferences, TerStats};
pub use token_f1::{TokenF1, TokenF1Stats};
pub use wer::{AlignedPart, AlignedText, ErrorRate, ErrorRateReferences, ErrorRateStats, RateKind};

use crate::error::Error;
use crate::metric::Scorer;
use crate::options::{Level, OptionSpec, Options};
use crate::text::Transcript;

/// Every metric that compares with references, in the order of lists.
pub const METRICS: &[Entry] = &[
    bleu::ENTRY,
    chrf::ENTRY,
    ter::ENTRY,
    rouge::ENTRY,
    wer::ENTRY,
    exact_match::ENTRY,
    token_f1::ENTRY,
    edit_similarity::ENTRY,
];

/// Metrics of a text alone, by a language model, which whoever builds them has to bring.
pub const TEXT_METRICS: &[Entry] = &[perplexity::ENTRY];

/// A metric in the registry.
///
/// ```
/// for entry in genai_metrics::metrics::METRICS {
///     println!("{:12} {}", entry.name, entry.summary);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name on the command line and in reports.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    /// The implementation that its numbers equal.
    pub reference: &'static str,
    /// What it computes and from which source, for `--help`.
    pub about: &'static str,
    /// Whether newlines within a segment mean something to it, so that text files need a mark for
    /// them.
    pub lines: bool,
    /// Names that it has with certain options.
    pub variants: &'static [Variant],
    /// What it can be asked for.
    pub options: &'static [OptionSpec],
    /// Of a metric whose numbers are counted on alignments: how texts are cut for those.
    pub alignment: Option<Align>,
    /// Makes the metric with these options, for scores of that level.
    pub build: Build,
}

/// A name that a metric has with certain options, beside its own.
///
/// ```
/// let chrf = genai_metrics::metrics::find("chrf").unwrap();
/// assert_eq!(chrf.variants[0].name, "chrf++");
/// assert_eq!(chrf.variants[0].options, [("word-order", "2")]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The name, as a user asks for it.
    pub name: &'static str,
    /// The options that it stands for, and their values.
    pub options: &'static [(&'static str, &'static str)],
}

/// Makes a metric, or each of a family that is asked for by one name, as ROUGE's types are; at
/// least one. The errors are those of its options.
pub type Build = fn(&Options, Level) -> Result<Vec<Box<dyn Scorer>>, Error>;

/// How texts are cut that a metric with these options aligns; [`AlignedText`] is then what its
/// numbers are counted on. The errors are those of the options.
pub type Align = fn(&Options) -> Result<Transcript, Error>;

/// The metric of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    METRICS.iter().chain(TEXT_METRICS).find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members of a family begin with its name, or are what its `--types` names.
    fn is_member(entry: &Entry, name: &str) -> bool {
        let types = entry.options.iter().find(|option| option.name == "types");
        let is_type = types.is_some_and(|types| match types.kind {
            crate::options::OptionKind::Names(names) => names.contains(&name),
            _ => false,
        });
        name.starts_with(entry.name) || is_type
    }

    #[test]
    fn entries_are_well_formed() {
        for (i, entry) in METRICS.iter().enumerate() {
            assert!(METRICS[..i].iter().all(|other| other.name != entry.name), "{}", entry.name);
            for level in [Level::Corpus, Level::Sentence] {
                let scorers = (entry.build)(&Options::default(), level).unwrap();
                assert!(!scorers.is_empty());
                for (i, scorer) in scorers.iter().enumerate() {
                    let name = scorer.spec().name;
                    assert!(is_member(entry, name), "{name}");
                    assert!(scorers[..i].iter().all(|other| other.spec().name != name), "{name}");
                    assert!(!scorer.columns().is_empty());
                }
            }
        }
    }

    /// A variant has a name of its own, and options that the metric has and takes.
    #[test]
    fn variants_are_well_formed() {
        let entries = || METRICS.iter().chain(TEXT_METRICS);
        for entry in METRICS {
            let plain = (entry.build)(&Options::default(), Level::Corpus).unwrap();
            for variant in entry.variants {
                let names = entries().flat_map(|other| other.variants.iter().map(|v| v.name));
                let names = names.chain(entries().map(|other| other.name));
                assert_eq!(names.filter(|name| *name == variant.name).count(), 1);
                let mut options = Options::default();
                for (name, value) in variant.options {
                    assert!(entry.options.iter().any(|option| option.name == *name), "{name}");
                    options.set(name, value);
                }
                let built = (entry.build)(&options, Level::Corpus).unwrap();
                assert_ne!(built[0].spec().signature, plain[0].spec().signature);
            }
        }
    }

    /// Every option's default, set explicitly, is what is built without it, and every choice
    /// builds.
    #[test]
    fn options_say_what_they_do() {
        for entry in METRICS {
            let signatures = |options: &Options| -> Vec<_> {
                let scorers = (entry.build)(options, Level::Corpus).unwrap();
                scorers.iter().map(|scorer| scorer.spec().signature).collect()
            };
            let plain = signatures(&Options::default());
            for option in entry.options {
                let mut options = Options::default();
                if let Some(default) = option.default {
                    options.set(option.name, default);
                    assert_eq!(signatures(&options), plain, "{}", option.name);
                }
                if let crate::options::OptionKind::Choice(names) = option.kind {
                    for name in names {
                        options.set(option.name, name);
                        // Some need another option beside them, and say so.
                        match (entry.build)(&options, Level::Corpus).map_err(|e| e.to_string()) {
                            Ok(family) => assert!(!family.is_empty(), "{name}"),
                            Err(error) => assert!(error.contains("expected --"), "{error}"),
                        }
                    }
                }
            }
        }
    }
}

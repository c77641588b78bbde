//! ROUGE as Google's `rouge_score` 0.1.2 has it, to the bit.

use super::kind::RougeType;
use super::overlap::{Kernels, Overlap, Unigrams};
use super::stats::{self, RougeStats};
use crate::bootstrap::Bootstrap;
use crate::metric::Metric;
use crate::score::Score;
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Scheme, SentenceSplit, Stemmer, Tokenizer};

/// How many decimals people read.
const DECIMALS: usize = 4;

/// Anything sensible, and no product overflows.
pub(super) const GREATEST_BETA: f64 = 1e100;

/// One type of ROUGE, from 0 to 1; the score is the F-measure, and that of a corpus the mean over
/// its segments.
///
/// By default the numbers are those of `rouge_score` 0.1.2, to the last bit, for rouge1 to rouge9,
/// rougeL and rougeLsum. The other types, which it does not have, follow Lin 2004, *ROUGE: A Package
/// for Automatic Evaluation of Summaries*; ROUGE-1.5.5's own are in [`Rouge155`](super::Rouge155).
///
/// ```
/// use genai_metrics::{Evaluate, Part, Rouge, RougeType};
/// let rouge = Rouge::new(RougeType::L);
/// let score = rouge.sentence("the cat was found under the bed", &["the cat was under the bed"])?;
/// assert_eq!(score.part("recall"), Some(&Part::Number(1.0)));
/// assert_eq!(score.value, 0.923076923076923);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rouge {
    /// What texts are compared by.
    pub kind: RougeType,
    /// How texts are cut; `rouge_score`'s own rule, without a stemmer, by default.
    pub tokenizer: Tokenizer,
    /// What several references mean; the best F-measure by default.
    pub multi_reference: MultiReference,
    /// How much more recall counts in the F-measure than precision; 1, equally, by default. From 0
    /// to 10¹⁰⁰; outside that range the nearest end counts.
    pub beta: f64,
    /// What a corpus's score is, if not the mean over its segments; nothing by default.
    pub bootstrap: Option<Bootstrap>,
}

/// What several references mean.
///
/// ```
/// use genai_metrics::{Evaluate, MultiReference, Rouge, RougeType};
/// let references = ["a cat sat", "a dog"];
/// let score = |multi_reference| {
///     let rouge = Rouge { multi_reference, ..Rouge::new(RougeType::N(1)) };
///     rouge.sentence("a dog sat", &references).map(|score| score.value)
/// };
/// assert_eq!(score(MultiReference::BestFMeasure)?, 0.8);
/// assert_eq!(score(MultiReference::Mean)?, (2.0 / 3.0 + 0.8) / 2.0);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiReference {
    /// The reference with the best F-measure, the first of equals, as `score_multi` has it.
    #[default]
    BestFMeasure,
    /// The reference with the best recall, the first of equals, as ROUGE-1.5.5's `-f B`.
    BestRecall,
    /// The means over all references.
    Mean,
    /// All references taken together: hits by units, as ROUGE-1.5.5's `-f A`.
    Micro,
}

impl MultiReference {
    /// Every rule, in the order that lists show.
    pub const ALL: &[Self] = &[Self::BestFMeasure, Self::BestRecall, Self::Mean, Self::Micro];

    /// The rules' names, in the same order.
    pub const NAMES: &[&str] = &["max-f", "max-r", "mean", "micro"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BestFMeasure => "max-f",
            Self::BestRecall => "max-r",
            Self::Mean => "mean",
            Self::Micro => "micro",
        }
    }
}

/// Precision, recall and F-measure of a segment.
#[derive(Clone, Copy, Debug, Default)]
struct Measures {
    precision: f64,
    recall: f64,
    fmeasure: f64,
}

/// What ROUGE knows of a segment's references, and the memory to measure with.
#[derive(Debug, Default)]
pub struct RougeReferences {
    kernels: Kernels,
    /// Whether most of a reference's letters count for nothing.
    unread: bool,
    measures: Vec<Measures>,
}

impl Rouge {
    /// That type as `rouge_score` has it.
    pub fn new(kind: RougeType) -> Self {
        let sentences =
            if kind == RougeType::Lsum { SentenceSplit::Newline } else { SentenceSplit::Whole };
        let tokenizer =
            Tokenizer { scheme: Scheme::Rouge, lowercase: true, stemmer: Stemmer::None, sentences };
        Self {
            kind,
            tokenizer,
            multi_reference: MultiReference::default(),
            beta: 1.0,
            bootstrap: None,
        }
    }

    /// Beta with its value in range.
    fn beta(&self) -> f64 {
        if self.beta.is_nan() { 1.0 } else { self.beta.clamp(0.0, GREATEST_BETA) }
    }

    /// What a hypothesis has in common with reference number `i`.
    fn overlap(
        &self,
        kernels: &mut Kernels,
        i: usize,
        distinct: usize,
        reference: Text<'_>,
        hypothesis: Text<'_>,
    ) -> Overlap {
        let tokens = [reference.tokens, hypothesis.tokens];
        let lengths = tokens.map(|tokens| tokens.len() as u64);
        let of_tokens = |hits| Overlap::of_counts(hits, lengths[0], lengths[1]);
        match self.kind {
            RougeType::N(order) => {
                kernels.ngrams(i, order.clamp(1, 9), reference.tokens, hypothesis.tokens)
            }
            RougeType::L => {
                of_tokens(kernels.common.length(reference.tokens, hypothesis.tokens) as u64)
            }
            RougeType::Lsum => of_tokens(summary_hits(kernels, distinct, reference, hypothesis)),
            RougeType::W { weight } => {
                let weighted = &mut kernels.weighted;
                weighted.reset(RougeType::weight(weight));
                Overlap {
                    hits: weighted.value(reference.tokens, hypothesis.tokens),
                    of_reference: weighted.power(reference.tokens.len() as f64),
                    of_hypothesis: weighted.power(hypothesis.tokens.len() as f64),
                }
            }
            RougeType::S { skip } => {
                kernels.skip_bigrams(tokens, distinct, RougeType::reach(skip), Unigrams::None)
            }
            RougeType::Su { skip } => {
                kernels.skip_bigrams(tokens, distinct, RougeType::reach(skip), Unigrams::All)
            }
        }
    }

    fn measures(&self, overlap: Overlap) -> Measures {
        let Overlap { hits, of_reference, of_hypothesis } = overlap;
        let share = |of: f64| {
            let share = self.kind.unweighted(if of > 0.0 { hits / of } else { 0.0 });
            // Powers round: what is whole could come to a little more.
            share.min(1.0)
        };
        let (precision, recall) = (share(of_hypothesis), share(of_reference));
        Measures { precision, recall, fmeasure: self.fmeasure(precision, recall) }
    }

    /// The order of operations is the reference's, which has no beta: at 1 it changes no bit.
    fn fmeasure(&self, precision: f64, recall: f64) -> f64 {
        let square = self.beta().powi(2);
        let weighted = recall + square * precision;
        if weighted > 0.0 { (1.0 + square) * precision * recall / weighted } else { 0.0 }
    }
}

/// How many tokens of the reference's sentences are in a longest common subsequence with any of
/// the hypothesis's sentences, each token at most as often as the hypothesis has it.
fn summary_hits(
    kernels: &mut Kernels,
    distinct: usize,
    reference: Text<'_>,
    hypothesis: Text<'_>,
) -> u64 {
    let sentences = [reference, hypothesis].map(|text| text.sentences().filter(|s| !s.is_empty()));
    let counts = sentences.clone().map(Iterator::count);
    if counts == [1, 1] {
        // A common subsequence takes no token more often than either text has it.
        return kernels.common.length(reference.tokens, hypothesis.tokens) as u64;
    }
    let [of_reference, of_hypothesis] = sentences;
    kernels.hits.reset(reference.tokens.len());
    kernels.union.mark(of_reference, of_hypothesis, &mut kernels.hits);
    let Kernels { hits, left, .. } = kernels;
    left.count(hypothesis.tokens, distinct);
    hits.iter().filter(|&place| left.take(reference.tokens[place])).count() as u64
}

impl Metric for Rouge {
    type Prepared = RougeReferences;
    type Stats = RougeStats;

    fn spec(&self) -> Spec {
        let Self { kind, tokenizer, multi_reference, beta: _, bootstrap } = self;
        let Tokenizer { scheme, lowercase, stemmer, sentences } = tokenizer;
        let mut signature = Signature::default();
        signature.push("profile", "google");
        // ROUGE's own scheme folds case itself.
        if !lowercase && *scheme != Scheme::Rouge {
            signature.push("case", "mixed");
        }
        signature.push("tok", scheme.to_string());
        signature.push("stem", stemmer.name());
        // Other schemes may cut a sentence by itself in another way than in its text.
        if *kind == RougeType::Lsum || *scheme != Scheme::Rouge {
            signature.push("split", sentences.to_string());
        }
        kind.sign(&mut signature);
        signature.push("multi", multi_reference.name());
        signature.push("beta", self.beta().to_string());
        stats::sign(*bootstrap, &mut signature);
        Spec {
            name: kind.name(),
            title: kind.title(),
            tokenizer: Some(tokenizer.clone()),
            direction: Direction::Higher,
            scale: 1.0,
            bootstrap: *bootstrap,
            decimals: DECIMALS,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        RougeStats::columns()
    }

    fn prepare(&self, references: References<'_>, prepared: &mut RougeReferences) {
        let RougeReferences { kernels, unread, .. } = prepared;
        *unread = references.iter().any(|text| text.unread);
        let distinct = references.distinct();
        match self.kind {
            RougeType::N(order) => {
                for (i, reference) in references.iter().enumerate() {
                    kernels.prepare_ngrams(i, order.clamp(1, 9), distinct, reference.tokens);
                }
            }
            RougeType::L => kernels.common.reset(distinct),
            RougeType::Lsum => {
                kernels.common.reset(distinct);
                kernels.union.reset(distinct);
            }
            RougeType::W { .. } | RougeType::S { .. } | RougeType::Su { .. } => {}
        }
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        references: References<'_>,
        prepared: &mut RougeReferences,
    ) -> RougeStats {
        let RougeReferences { kernels, unread, measures } = prepared;
        let distinct = references.distinct();
        measures.clear();
        let mut together = Overlap::default();
        for (i, reference) in references.iter().enumerate() {
            let overlap = self.overlap(kernels, i, distinct, reference, hypothesis);
            together += overlap;
            measures.push(self.measures(overlap));
        }
        let chosen = match self.multi_reference {
            MultiReference::BestFMeasure => best(measures, |one| one.fmeasure),
            MultiReference::BestRecall => best(measures, |one| one.recall),
            MultiReference::Mean => mean(measures),
            MultiReference::Micro => self.measures(together),
        };
        let several = |text: Text<'_>| text.sentence_ends.len() > 1;
        RougeStats {
            precision: chosen.precision.into(),
            recall: chosen.recall.into(),
            fmeasure: chosen.fmeasure.into(),
            segments: 1,
            unread: u64::from(*unread || hypothesis.unread),
            divided: u64::from(
                self.kind == RougeType::Lsum
                    && (several(hypothesis) || references.iter().any(several)),
            ),
        }
    }

    fn score(&self, sum: &RougeStats) -> Score {
        sum.score()
    }

    fn remarks(&self, sum: &RougeStats) -> Vec<String> {
        let RougeStats { segments, unread, divided, .. } = *sum;
        let mut remarks = Vec::new();
        if unread > 0 {
            remarks.push(if self.tokenizer.scheme == Scheme::Rouge {
                format!(
                    "{unread} of {segments} segments have a text most of whose letters count for \
                     nothing: ROUGE keeps only a-z and 0-9; --tokenize unicode-words reads every script"
                )
            } else {
                format!(
                    "{unread} of {segments} segments have a text with letters and without a token"
                )
            });
        }
        if self.kind == RougeType::Lsum && divided == 0 && segments > 0 {
            let splitter = &self.tokenizer.sentences;
            remarks.push(format!(
                "no text has more than one sentence by '{splitter}', so rougeLsum equals rougeL; \
                 newlines within texts (<n> in text files) or --sentence-split say where sentences end"
            ));
        }
        remarks
    }

    fn describe(&self, score: &Score) -> String {
        stats::describe(score, DECIMALS)
    }
}

/// The first of those with the greatest value.
fn best(measures: &[Measures], value: impl Fn(&Measures) -> f64) -> Measures {
    let mut best = Measures::default();
    for (i, one) in measures.iter().enumerate() {
        if i == 0 || value(one) > value(&best) {
            best = *one;
        }
    }
    best
}

fn mean(measures: &[Measures]) -> Measures {
    let mean = |value: fn(&Measures) -> f64| {
        let sum: f64 = measures.iter().map(value).sum();
        if measures.is_empty() { 0.0 } else { sum / measures.len() as f64 }
    };
    Measures {
        precision: mean(|one| one.precision),
        recall: mean(|one| one.recall),
        fmeasure: mean(|one| one.fmeasure),
    }
}

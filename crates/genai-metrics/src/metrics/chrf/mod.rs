//! chrF and chrF++: the F-score of character n-grams, and of word n-grams beside them.
//!
//! Popović 2015, *chrF: character n-gram F-score for automatic MT evaluation*, and 2017, *chrF++:
//! words helping character n-grams*. The numbers are those of sacreBLEU 2.6.0, to the bit.

mod entry;
mod stats;
#[cfg(test)]
mod tests;

pub(super) use entry::ENTRY;
pub use stats::{ChrfStats, OrderCounts};

use stats::{HIGHEST_CHARACTER_ORDER, HIGHEST_WORD_ORDER};

use crate::kernel::NgramChains;
use crate::metric::Metric;
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Alphabet, TokenId, Tokens, Vocabulary, lowercase};

/// The greatest beta: anything sensible, and its square is exact.
const GREATEST_BETA: f64 = 1e6;

/// chrF with its options; with a word order of 2 it is chrF++. The score runs from 0 to 100. The
/// reference implementation is sacreBLEU 2.6.0.
///
/// Of several references the one counts that gives a segment the best score, the first of equals.
/// The score's parts are precision and recall in percent, averaged over the orders that both sides
/// have n-grams of, and what is counted for each order, those of words after those of characters.
///
/// ```
/// use genai_metrics::{Chrf, Evaluate, Metric};
/// let chrf = Chrf::default();
/// assert_eq!(chrf.sentence("the cat sat on a mat", &["the cat sat on the mat"])?.value, 65.97965990995549);
/// let chrf_pp = Chrf { word_order: 2, ..chrf };
/// assert_eq!(chrf_pp.spec().title, "chrF2++");
/// assert_eq!(chrf_pp.sentence("the cat sat on a mat", &["the cat sat on the mat"])?.value, 67.4443505016402);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Chrf {
    /// The highest order of character n-grams, 1 to 16; 6 by default. Outside that range the nearest
    /// end counts.
    pub char_order: usize,
    /// The highest order of word n-grams, 0 to 8; 0 by default, which is chrF, and 2 is chrF++.
    /// Outside that range the nearest end counts.
    pub word_order: usize,
    /// How much more recall counts than precision, 0 to 10⁶; 2 by default. Outside that range the
    /// nearest end counts.
    pub beta: f64,
    /// Whether texts are lower-cased first, as Python's `str.lower()` does it; off by default.
    pub lowercase: bool,
    /// Whether white space is a character like others; off by default, which leaves it out.
    pub whitespace: bool,
    /// Whether the score is the average of all orders' F-scores, with a small number for what an
    /// order lacks, as in chrF++.py, NLTK and Moses. Off by default: then it is the F-score of
    /// precision and recall, averaged over the orders that both sides have n-grams of.
    pub eps_smoothing: bool,
}

impl Default for Chrf {
    fn default() -> Self {
        Self {
            char_order: 6,
            word_order: 0,
            beta: 2.0,
            lowercase: false,
            whitespace: false,
            eps_smoothing: false,
        }
    }
}

/// A segment's references: their n-grams and how many there are, with the memory to cut texts in.
#[derive(Debug, Default)]
pub struct ChrfReferences {
    alphabet: Alphabet,
    vocabulary: Vocabulary,
    tokens: Tokens,
    lower_case: String,
    /// The characters and the words of all references, or of the hypothesis at hand.
    units: Units,
    references: Vec<Reference>,
    /// How many of these the segment has; the others are memory.
    count: usize,
}

/// Characters and words as numbers.
#[derive(Debug, Default)]
struct Units {
    characters: Vec<TokenId>,
    words: Vec<TokenId>,
}

#[derive(Debug, Default)]
struct Reference {
    /// Where its characters and its words end among those of all references.
    ends: [usize; 2],
    lengths: [usize; 2],
    characters: NgramChains,
    words: NgramChains,
}

/// An alphabet of more characters than these begins anew with the next segment, so that its numbers
/// stay small.
const LARGE_ALPHABET: usize = 500;

impl Chrf {
    fn char_order(&self) -> usize {
        self.char_order.clamp(1, HIGHEST_CHARACTER_ORDER as usize)
    }

    fn word_order(&self) -> usize {
        self.word_order.min(HIGHEST_WORD_ORDER as usize)
    }

    fn beta(&self) -> f64 {
        if self.beta.is_nan() { 0.0 } else { self.beta.clamp(0.0, GREATEST_BETA) }
    }

    /// The score of counts.
    fn f_score(&self, stats: &ChrfStats) -> f64 {
        // The reference calls the C library's `pow`, which for one fraction in a thousand differs
        // in the last bit from the product; a constant exponent would become the product.
        let factor = self.beta().powf(std::hint::black_box(2.0));
        if self.eps_smoothing { stats.average_of_f(factor) } else { stats.f_of_averages(factor) }
    }

    /// The text as it is counted, which is itself or stands in `buffer`.
    fn fold<'t>(&self, text: &'t str, buffer: &'t mut String) -> &'t str {
        if !self.lowercase {
            return text;
        }
        buffer.clear();
        lowercase(text, buffer);
        buffer
    }

    /// The counts of a hypothesis against one reference.
    fn count(&self, hypothesis: &Units, reference: &mut Reference) -> ChrfStats {
        let orders = [self.char_order(), self.word_order()];
        let mut stats = ChrfStats::zeros(orders[0] + orders[1]);
        let mut matches = [0; (HIGHEST_CHARACTER_ORDER + HIGHEST_WORD_ORDER) as usize];
        let (of_characters, of_words) = matches.split_at_mut(orders[0]);
        let Units { characters, words } = hypothesis;
        reference.characters.count_matches(characters, of_characters);
        if orders[1] > 0 {
            reference.words.count_matches(words, &mut of_words[..orders[1]]);
        }
        let lengths =
            [(characters.len(), reference.lengths[0]), (words.len(), reference.lengths[1])];
        let lengths =
            lengths.into_iter().zip(orders).flat_map(|((hypothesis, reference), order)| {
                (0..order).map(move |n| (hypothesis.saturating_sub(n), reference.saturating_sub(n)))
            });
        for ((counts, matches), (hypothesis, reference)) in
            stats.orders_mut().iter_mut().zip(matches).zip(lengths)
        {
            // As the reference has it: what it cannot match is not counted.
            let hypothesis = if reference > 0 { hypothesis as u64 } else { 0 };
            *counts = OrderCounts { hypothesis, reference: reference as u64, matches };
        }
        stats
    }

    /// What may surprise in the score of a sum.
    fn surprise(&self, sum: &ChrfStats) -> Option<String> {
        let orders = sum.orders();
        let (characters, words) = orders.split_at(self.char_order().min(orders.len()));
        let first = characters.first()?;
        if first.hypothesis == 0 || first.reference == 0 {
            return None;
        }
        if first.matches == 0 {
            return Some("no character of the hypothesis is in its reference".to_owned());
        }
        let missing = |orders: &[OrderCounts]| {
            orders.iter().position(|n| n.hypothesis == 0 || n.reference == 0).map(|n| n + 1)
        };
        let of = |what: &'static str| move |n: usize| (n, what);
        let missing =
            missing(characters).map(of("characters")).or_else(|| missing(words).map(of("words")));
        if let (true, Some((n, what))) = (self.eps_smoothing, missing) {
            return Some(format!(
                "no segment has {n} {what} on both sides, and --eps-smoothing counts such orders as 0; \
                 without it they are left out"
            ));
        }
        // Words of scripts with spaces between them have some 5 to 10 characters.
        let of_words = words.first().map_or(0, |words| words.reference);
        if of_words > 0 && first.reference / of_words >= CHARACTERS_OF_NO_WORD {
            return Some(format!(
                "chrF++ takes for words what stands between white space, here {} characters on \
                 average; --word-order 0 counts characters only",
                first.reference / of_words
            ));
        }
        None
    }
}

/// Words with so many characters on average are none.
const CHARACTERS_OF_NO_WORD: u64 = 15;

impl Metric for Chrf {
    type Prepared = ChrfReferences;
    type Stats = ChrfStats;

    fn spec(&self) -> Spec {
        let Self { char_order: _, word_order: _, beta: _, lowercase, whitespace, eps_smoothing } =
            self;
        let mut signature = Signature::default();
        signature.push("case", if *lowercase { "lc" } else { "mixed" });
        signature.push("eff", if *eps_smoothing { "no" } else { "yes" });
        signature.push("nc", self.char_order().to_string());
        signature.push("nw", self.word_order().to_string());
        signature.push("space", if *whitespace { "yes" } else { "no" });
        // The reference has it in the name only, and its signature stays as it is for 2.
        let beta = self.beta();
        if beta.to_bits() != 2.0_f64.to_bits() {
            signature.push("beta", beta.to_string());
        }
        Spec {
            name: ENTRY.name,
            title: format!("chrF{beta}{}", "+".repeat(self.word_order())),
            tokenizer: None,
            direction: Direction::Higher,
            scale: 100.0,
            bootstrap: None,
            decimals: 1,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        let of = |unit: &'static str, order: usize| {
            let names = ["sys", "ref", "matches"];
            (1..=order).flat_map(move |n| names.map(|name| format!("{unit}_{name}_{n}")))
        };
        of("char", self.char_order()).chain(of("word", self.word_order())).collect()
    }

    fn prepare(&self, references: References<'_>, prepared: &mut ChrfReferences) {
        let ChrfReferences { alphabet, vocabulary, tokens, lower_case, units, .. } = prepared;
        if alphabet.len() > LARGE_ALPHABET {
            alphabet.clear();
        }
        vocabulary.clear();
        units.clear();
        prepared.count = 0;
        for reference in references.iter() {
            let text = self.fold(reference.raw, lower_case);
            alphabet.intern(text, self.whitespace, &mut units.characters);
            if self.word_order() > 0 {
                tokens.cut_off_marks(text);
                vocabulary.intern(tokens, &mut units.words);
            }
            if prepared.references.len() == prepared.count {
                prepared.references.push(Reference::default());
            }
            prepared.references[prepared.count].ends = [units.characters.len(), units.words.len()];
            prepared.count += 1;
        }
        let mut start = [0; 2];
        for reference in &mut prepared.references[..prepared.count] {
            let Reference { ends, lengths, characters, words } = reference;
            *lengths = [ends[0] - start[0], ends[1] - start[1]];
            let of_characters = &units.characters[start[0]..ends[0]];
            characters.take_reference(self.char_order(), alphabet.len(), of_characters);
            if self.word_order() > 0 {
                let of_words = &units.words[start[1]..ends[1]];
                words.take_reference(self.word_order(), vocabulary.len(), of_words);
            }
            start = *ends;
        }
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        _: References<'_>,
        prepared: &mut ChrfReferences,
    ) -> ChrfStats {
        let ChrfReferences { alphabet, vocabulary, tokens, lower_case, units, references, count } =
            prepared;
        units.clear();
        let text = self.fold(hypothesis.raw, lower_case);
        alphabet.look_up(text, self.whitespace, &mut units.characters);
        if self.word_order() > 0 {
            tokens.cut_off_marks(text);
            vocabulary.look_up(tokens, &mut units.words);
        }
        let mut references = references[..*count].iter_mut();
        let Some(first) = references.next() else {
            return ChrfStats::zeros(self.char_order() + self.word_order());
        };
        let mut best = self.count(units, first);
        let mut best_score = None;
        for reference in references {
            let stats = self.count(units, reference);
            let score = self.f_score(&stats);
            // The first of equals stays.
            if score > *best_score.get_or_insert_with(|| self.f_score(&best)) {
                (best, best_score) = (stats, Some(score));
            }
        }
        best
    }

    fn score(&self, sum: &ChrfStats) -> Score {
        let (precision, recall) = sum.averages();
        let counts = |of: fn(&OrderCounts) -> u64| {
            Part::Counts(sum.orders().iter().map(|counts| of(counts) as f64).collect())
        };
        Score {
            value: self.f_score(sum),
            parts: vec![
                ("precision", Part::Number(100.0 * precision)),
                ("recall", Part::Number(100.0 * recall)),
                ("counts", counts(|counts| counts.matches)),
                ("sys_totals", counts(|counts| counts.hypothesis)),
                ("ref_totals", counts(|counts| counts.reference)),
            ],
        }
    }

    fn value(&self, sum: &ChrfStats) -> f64 {
        self.f_score(sum)
    }

    fn remarks(&self, sum: &ChrfStats) -> Vec<String> {
        self.surprise(sum).into_iter().collect()
    }
}

impl Units {
    fn clear(&mut self) {
        self.characters.clear();
        self.words.clear();
    }
}

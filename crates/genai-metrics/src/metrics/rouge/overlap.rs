//! What a hypothesis and a reference have in common, by any type of ROUGE.

use crate::kernel::{
    CommonSubsequence, NgramCounts, Places, SkipBigrams, SubsequenceUnion, WeightedSubsequence,
};
use crate::text::TokenId;

/// How many units two texts share and how many each has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Overlap {
    pub(super) hits: f64,
    pub(super) of_reference: f64,
    pub(super) of_hypothesis: f64,
}

impl Overlap {
    pub(super) fn of_counts(hits: u64, of_reference: u64, of_hypothesis: u64) -> Self {
        let [hits, of_reference, of_hypothesis] =
            [hits, of_reference, of_hypothesis].map(|count| count as f64);
        Self { hits, of_reference, of_hypothesis }
    }
}

impl std::ops::AddAssign for Overlap {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.of_reference += other.of_reference;
        self.of_hypothesis += other.of_hypothesis;
    }
}

/// The kernels and their memory.
#[derive(Debug, Default)]
pub(super) struct Kernels {
    /// The n-grams of each reference by itself.
    ngrams: Vec<NgramCounts>,
    pub(super) common: CommonSubsequence,
    pub(super) union: SubsequenceUnion,
    pub(super) weighted: WeightedSubsequence,
    pub(super) skip: SkipBigrams,
    pub(super) hits: Places,
    /// What hits have left of the hypothesis.
    pub(super) left: Left,
}

impl Kernels {
    /// Takes the n-grams of reference number `i`.
    pub(super) fn prepare_ngrams(
        &mut self,
        i: usize,
        order: u8,
        distinct: usize,
        tokens: &[TokenId],
    ) {
        if self.ngrams.len() <= i {
            self.ngrams.resize_with(i + 1, NgramCounts::default);
        }
        self.ngrams[i].take_reference(usize::from(order), distinct, tokens);
    }

    /// N-grams of one order, shared with reference number `i`.
    pub(super) fn ngrams(
        &mut self,
        i: usize,
        order: u8,
        reference: &[TokenId],
        hypothesis: &[TokenId],
    ) -> Overlap {
        let order = usize::from(order);
        let matches = self.ngrams[i].matches(hypothesis);
        let total = |tokens: &[TokenId]| (tokens.len() + 1).saturating_sub(order) as u64;
        Overlap::of_counts(matches, total(reference), total(hypothesis))
    }

    /// Skip-bigrams, and single tokens beside them.
    pub(super) fn skip_bigrams(
        &mut self,
        [reference, hypothesis]: [&[TokenId]; 2],
        distinct: usize,
        reach: usize,
        unigrams: Unigrams,
    ) -> Overlap {
        let total = |tokens: &[TokenId]| SkipBigrams::total(tokens.len(), reach);
        let hits = self.skip.count_matches(reference, hypothesis, distinct, reach);
        let pairs = [hits, total(reference), total(hypothesis)];
        let [reference, hypothesis] = [reference, hypothesis].map(|text| match unigrams {
            Unigrams::None => &[],
            Unigrams::All => text,
            Unigrams::AllButLast => &text[..text.len().saturating_sub(1)],
        });
        self.left.count(hypothesis, distinct);
        let taken = reference.iter().filter(|&&token| self.left.take(token)).count();
        let singles = [taken, reference.len(), hypothesis.len()].map(|count| count as u64);
        Overlap::of_counts(pairs[0] + singles[0], pairs[1] + singles[1], pairs[2] + singles[2])
    }
}

/// How often a text has each token of the references, less what has been taken.
#[derive(Debug, Default)]
pub(super) struct Left(Vec<u32>);

impl Left {
    /// Counts the tokens of a text; those whose ids are not below `distinct` are left out.
    pub(super) fn count(&mut self, tokens: &[TokenId], distinct: usize) {
        self.0.clear();
        self.0.resize(distinct, 0);
        for &token in tokens {
            if let Some(left) = self.0.get_mut(token as usize) {
                *left += 1;
            }
        }
    }

    pub(super) fn has(&self, token: TokenId) -> bool {
        self.0[token as usize] > 0
    }

    /// Takes one of these tokens if one is left.
    pub(super) fn take(&mut self, token: TokenId) -> bool {
        let left = &mut self.0[token as usize];
        let any = *left > 0;
        *left -= u32::from(any);
        any
    }
}

/// Which single tokens count beside skip-bigrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unigrams {
    None,
    All,
    /// ROUGE-1.5.5's loop ends before the last token.
    AllButLast,
}

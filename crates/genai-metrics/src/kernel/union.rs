//! Unions of longest common subsequences, many sentences at a time.

use std::ops::Range;

use super::lcs::{CommonSubsequence, Places, advance, places};
use super::places_by_token::PlacesByToken;
use crate::text::TokenId;

/// Which places of a reference's sentences are in a longest common subsequence with any of a
/// hypothesis's sentences: the one that [`CommonSubsequence::mark`] finds.
///
/// Sentences of the reference stand side by side in the same words of bits, so that one reading of
/// the hypothesis serves them all; the way back is then found for each pair of sentences.
///
/// ```
/// use genai_metrics::kernel::{Places, SubsequenceUnion};
/// let mut union = SubsequenceUnion::default();
/// union.reset(6); // ids below 6
/// let mut hits = Places::default();
/// hits.reset(7);
/// let reference: [&[u32]; 2] = [&[0, 1, 2, 3], &[4, 0, 5]];
/// let hypothesis: [&[u32]; 2] = [&[1, 9, 3], &[2, 3, 5]];
/// union.mark(reference, hypothesis, &mut hits);
/// assert_eq!(hits.iter().collect::<Vec<_>>(), [1, 2, 3, 6]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct SubsequenceUnion {
    distinct: usize,
    page: Page,
    hypothesis: Sentences,
    one: Panel<1>,
    two: Panel<2>,
    three: Panel<3>,
    four: Panel<MOST_WORDS>,
    /// For sentences that are longer than a page.
    long: CommonSubsequence,
    long_hits: Places,
    long_places: PlacesByToken,
    /// The places of the long sentence whose tokens the hypothesis's sentence has.
    shared: Vec<u32>,
}

const MOST_WORDS: usize = 4;
/// A page of this many tokens has no room for another.
const PAGE: usize = 64 * MOST_WORDS;

/// Equal to no token.
const BORDER: TokenId = TokenId::MAX;

/// Sentences of the reference with a border before, between and after them. What is carried from
/// one sentence to the next ends at the border between them.
#[derive(Clone, Debug, Default)]
struct Page {
    tokens: Vec<TokenId>,
    /// For each token its place in the reference.
    places: Vec<usize>,
    /// For each token the number of its sentence.
    sentence_of: Vec<usize>,
    sentences: Vec<Range<usize>>,
}

/// The hypothesis without unknown tokens.
#[derive(Clone, Debug, Default)]
struct Sentences {
    tokens: Vec<Known>,
    ends: Vec<usize>,
    longest: usize,
}

/// A token that the references have.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    token: TokenId,
    /// The token as the way back meets it: the unknown one if that comes next. It changes no
    /// length, but at it the reference loses all tokens up to where the length grows; where equal
    /// ones are no longer matters then.
    back: TokenId,
}

impl SubsequenceUnion {
    /// Takes a segment whose references have ids below `distinct`; any other id equals none.
    pub fn reset(&mut self, distinct: usize) {
        self.distinct = distinct;
        self.long.reset(distinct);
    }

    /// Adds to `hits` the places of the reference, sentence after sentence, that are in a common
    /// subsequence with any sentence of the hypothesis.
    pub fn mark<'a, R, H>(&mut self, reference: R, hypothesis: H, hits: &mut Places)
    where
        R: IntoIterator<Item = &'a [TokenId]>,
        H: IntoIterator<Item = &'a [TokenId]>,
    {
        self.hypothesis.read(hypothesis, self.distinct);
        self.page.clear();
        let mut place = 0;
        for sentence in reference {
            if sentence.len() + 2 > PAGE {
                self.mark_long(sentence, place, hits);
            } else {
                if self.page.tokens.len() + sentence.len() + 1 > PAGE {
                    self.mark_page(hits);
                }
                self.page.push(sentence, place);
            }
            place += sentence.len();
        }
        self.mark_page(hits);
    }

    fn mark_page(&mut self, hits: &mut Places) {
        let Self { distinct, page, hypothesis, one, two, three, four, .. } = self;
        match page.tokens.len().div_ceil(64) {
            0..=1 => one.mark(*distinct, page, hypothesis, hits),
            2 => two.mark(*distinct, page, hypothesis, hits),
            3 => three.mark(*distinct, page, hypothesis, hits),
            _ => four.mark(*distinct, page, hypothesis, hits),
        }
        page.clear();
    }

    /// Tokens of the reference that the hypothesis's sentence lacks change neither a length nor the
    /// way back, so each pair of sentences costs no more than what they share.
    fn mark_long(&mut self, sentence: &[TokenId], place: usize, hits: &mut Places) {
        let Self { distinct, hypothesis, long, long_hits, long_places, shared, .. } = self;
        long_places.find(sentence, *distinct);
        for other in hypothesis.iter() {
            let mut tokens: Vec<TokenId> = other.iter().map(|known| known.token).collect();
            tokens.sort_unstable();
            tokens.dedup();
            shared.clear();
            shared.extend(tokens.iter().flat_map(|&token| long_places.of(token as usize)));
            shared.sort_unstable();
            let tokens: Vec<_> = shared.iter().map(|&place| sentence[place as usize]).collect();
            let back = other.iter().flat_map(|&Known { token, back }| {
                std::iter::once(token).chain((back != token).then_some(back))
            });
            long_hits.reset(tokens.len());
            long.mark(&tokens, &back.collect::<Vec<_>>(), long_hits);
            long_hits.iter().for_each(|hit| hits.insert(place + shared[hit] as usize));
        }
    }
}

impl Page {
    fn clear(&mut self) {
        self.tokens.clear();
        self.places.clear();
        self.sentence_of.clear();
        self.sentences.clear();
        self.tokens.push(BORDER);
        self.places.push(0);
        self.sentence_of.push(0);
    }

    fn push(&mut self, sentence: &[TokenId], place: usize) {
        if sentence.is_empty() {
            return;
        }
        let start = self.tokens.len();
        self.tokens.extend_from_slice(sentence);
        // The border is counted to its sentence.
        self.places.extend(place..=place + sentence.len());
        self.sentence_of.resize(self.places.len(), self.sentences.len());
        self.sentences.push(start..self.tokens.len());
        self.tokens.push(BORDER);
    }
}

impl Sentences {
    fn read<'a>(&mut self, text: impl IntoIterator<Item = &'a [TokenId]>, distinct: usize) {
        let Self { tokens, ends, longest } = self;
        #[expect(clippy::cast_possible_truncation, reason = "ids are below it")]
        let unknown = distinct as TokenId;
        tokens.clear();
        ends.clear();
        *longest = 0;
        for sentence in text {
            let start = tokens.len();
            tokens.resize(start + sentence.len(), Known::default());
            let mut end = start;
            let next = sentence.iter().skip(1).chain(&[0]);
            for (&token, &next) in sentence.iter().zip(next) {
                // Written in any case, kept only if it is known: no branch to guess.
                tokens[end] = Known { token, back: if next < unknown { token } else { unknown } };
                end += usize::from(token < unknown);
            }
            tokens.truncate(end);
            if start < end {
                ends.push(end);
                *longest = (*longest).max(end - start);
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &[Known]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let sentence = &self.tokens[start..end];
            start = end;
            sentence
        })
    }
}

/// A page of up to `64 * W` places, as bits.
#[derive(Clone, Debug)]
struct Panel<const W: usize> {
    /// For each token the places of the page that have it, and none for the unknown one. All are
    /// zero between two uses.
    masks: Vec<[u64; W]>,
    /// For each token the last column that has it, if the sentence at hand does.
    last: Vec<u32>,
    columns: Vec<Column<W>>,
}

/// One token of a sentence of the hypothesis.
#[derive(Clone, Copy, Debug)]
struct Column<const W: usize> {
    back: TokenId,
    /// The column that has the same token before it, if the sentence has one.
    earlier: u32,
    /// After the token, clear where the length grows, and at borders.
    flat: [u64; W],
}

impl<const W: usize> Default for Panel<W> {
    fn default() -> Self {
        Self { masks: Vec::new(), last: Vec::new(), columns: Vec::new() }
    }
}

impl<const W: usize> Panel<W> {
    fn mark(&mut self, distinct: usize, page: &Page, hypothesis: &Sentences, hits: &mut Places) {
        let Self { masks, last, columns } = self;
        if masks.len() <= distinct {
            masks.resize(distinct + 1, [0; W]);
            last.resize(distinct + 1, 0);
        }
        if columns.len() < hypothesis.longest {
            let column = Column { back: BORDER, earlier: 0, flat: [0; W] };
            columns.resize(hypothesis.longest, column);
        }
        let mut within = [0; W];
        for (place, &token) in page.tokens.iter().enumerate() {
            if token != BORDER {
                masks[token as usize][place / 64] |= 1 << (place % 64);
                within[place / 64] |= 1 << (place % 64);
            }
        }
        let mut marked = [0; W];
        for sentence in hypothesis.iter() {
            let mut flat = within;
            for ((&Known { token, back }, column), number) in
                sentence.iter().zip(&mut *columns).zip(0..)
            {
                advance(&mut flat, masks[token as usize], false);
                (0..W).for_each(|w| flat[w] &= within[w]);
                let earlier = std::mem::replace(&mut last[token as usize], number);
                *column = Column { back, earlier, flat };
            }
            let read = Read { page, masks, last, columns: &columns[..sentence.len()] };
            // Sentences in which no length has grown have nothing in common with this one.
            let grown: [u64; W] = std::array::from_fn(|w| within[w] & !flat[w]);
            let mut end = page.tokens.len();
            while let Some(place) = last_below(&grown, end) {
                let sentence = &page.sentences[page.sentence_of[place]];
                read.trace(sentence.end, &mut marked);
                end = sentence.start;
            }
        }
        for &token in page.tokens.iter().filter(|&&token| token != BORDER) {
            masks[token as usize] = [0; W];
        }
        places(&marked).for_each(|place| hits.insert(page.places[place]));
    }
}

/// The last place of a set that is below `end`.
#[inline]
fn last_below(set: &[u64], end: usize) -> Option<usize> {
    let last = end.checked_sub(1)?;
    let mut w = last / 64;
    let mut word = set[w] & u64::MAX >> (63 - last % 64);
    while word == 0 {
        w = w.checked_sub(1)?;
        word = set[w];
    }
    Some(w * 64 + word.ilog2() as usize)
}

/// A sentence of the hypothesis that was read against a page.
struct Read<'a, const W: usize> {
    page: &'a Page,
    masks: &'a [[u64; W]],
    last: &'a [u32],
    columns: &'a [Column<W>],
}

impl<const W: usize> Read<'_, W> {
    /// Walks back through the columns from the end of one sentence of the reference.
    ///
    /// Where the length grows at a place that does not have the column's token, the hypothesis
    /// loses tokens up to the next that the place has: at the place the length grows in all of
    /// their columns, and at no later place of the way do they matter.
    #[inline]
    fn trace(&self, mut end: usize, marked: &mut [u64; W]) {
        let Self { page, masks, last, columns } = self;
        let mut left = columns.len();
        while left > 0 {
            let Column { back, flat, .. } = &columns[left - 1];
            let equal = &masks[*back as usize];
            // Where the reference stops losing tokens: at an equal token, where the length grows,
            // or at the border before the sentence.
            let mut w = (end - 1) / 64;
            let mut stops = (equal[w] | !flat[w]) & u64::MAX >> (63 - (end - 1) % 64);
            while stops == 0 {
                w -= 1;
                stops = equal[w] | !flat[w];
            }
            end = w * 64 + stops.ilog2() as usize;
            let wanted = page.tokens[end];
            if wanted == BORDER {
                return;
            }
            marked[w] |= 1 << (end % 64);
            let mut column = last[wanted as usize] as usize;
            while column >= left {
                column = columns[column].earlier as usize;
            }
            left = column;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each pair of sentences by itself.
    fn by_pairs(distinct: usize, reference: &[Vec<u32>], hypothesis: &[Vec<u32>]) -> Vec<usize> {
        let mut common = CommonSubsequence::default();
        common.reset(distinct);
        let (mut marked, mut place) = (Vec::new(), 0);
        for sentence in reference {
            let mut hits = Places::default();
            hits.reset(sentence.len());
            for other in hypothesis {
                common.mark(sentence, other, &mut hits);
            }
            marked.extend(hits.iter().map(|hit| place + hit));
            place += sentence.len();
        }
        marked
    }

    fn check(union: &mut SubsequenceUnion, reference: &[Vec<u32>], hypothesis: &[Vec<u32>]) {
        let most = reference.iter().flatten().max();
        let distinct = most.map_or(0, |&most| most as usize + 1);
        union.reset(distinct);
        let mut hits = Places::default();
        hits.reset(reference.iter().map(Vec::len).sum());
        let [of_reference, of_hypothesis] =
            [reference, hypothesis].map(|text| text.iter().map(Vec::as_slice));
        union.mark(of_reference, of_hypothesis, &mut hits);
        assert_eq!(hits.iter().collect::<Vec<_>>(), by_pairs(distinct, reference, hypothesis));
    }

    fn sentences(
        distinct: u32,
        length: std::ops::Range<usize>,
        number: std::ops::Range<usize>,
    ) -> impl Strategy<Value = Vec<Vec<u32>>> {
        prop::collection::vec(prop::collection::vec(0..distinct, length), number)
    }

    proptest! {
        /// Texts of short sentences and long ones, one pair after the other; the last ids are
        /// unknown.
        #[test]
        fn equals_pairs_of_sentences(
            texts in prop::collection::vec(
                prop::sample::select(vec![2, 5, 20, 60]).prop_flat_map(|d| prop::sample::select(vec![
                    (1..6, 0..60),
                    (0..40, 0..12),
                    (0..400, 0..4),
                ]).prop_flat_map(move |(length, number): (std::ops::Range<usize>, std::ops::Range<usize>)|
                    (sentences(d, length.clone(), number.clone()), sentences(d + d / 8 + 1, length, number))
                )), 1..4
            )
        ) {
            let mut union = SubsequenceUnion::default();
            for (reference, hypothesis) in texts {
                check(&mut union, &reference, &hypothesis);
            }
        }
    }

    /// Sentences that fill words and pages to the last place, or nearly.
    #[test]
    fn pages_to_the_last_place() {
        let text = |length: u32, step: u32| -> Vec<u32> {
            (0..length).map(|i| i * step % 37 % 11).collect()
        };
        let mut union = SubsequenceUnion::default();
        for length in (60..68).chain(124..132).chain(188..196).chain(250..260) {
            let hypothesis = [text(length, 5), text(40, 3), vec![11, 1, 12]];
            check(&mut union, &[text(length, 3)], &hypothesis);
            for rest in [1, 2, 60] {
                check(&mut union, &[text(length, 3), text(rest, 7), text(3, 1)], &hypothesis);
                check(&mut union, &[text(rest, 7), text(length - rest, 3)], &hypothesis);
            }
        }
    }
}

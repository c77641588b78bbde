//! The edits from a hypothesis to a reference: shifts, as long as they pay, and what is left.

use std::cmp::Reverse;

use super::alignment::Alignment;
use super::beam::BeamTable;
use super::bits::{self, WholeTable, exact_below};
use super::distance::Distances;
use super::shifts::{Shift, Shifts};
use crate::kernel::PlacesByToken;
use crate::text::TokenId;

/// A reference of the segment at hand.
#[derive(Debug, Default)]
pub(super) struct Reference {
    words: Vec<TokenId>,
    places: PlacesByToken,
    distinct: usize,
    /// The places of each distinct word of the segment's references as bits, if they fit.
    bits: Vec<u64>,
}

impl Reference {
    /// Takes the words of a reference, whose ids are below `distinct`.
    pub(super) fn read(&mut self, words: &[TokenId], distinct: usize) {
        self.words.clear();
        self.words.extend_from_slice(words);
        self.distinct = distinct;
        self.places.find(words, distinct);
        self.bits.clear();
        if words.len() <= bits::MOST_WORDS {
            self.bits.resize(distinct, 0);
            for (place, &word) in words.iter().enumerate() {
                self.bits[word as usize] |= 1 << place;
            }
        }
    }

    /// How many words it has.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

/// The memory to search in.
#[derive(Debug, Default)]
pub(super) struct Search {
    words: Vec<TokenId>,
    /// How often a word of the reference has been taken.
    taken: Vec<u32>,
    shifts: Shifts,
    alignment: Alignment,
    whole: WholeTable,
    beam: BeamTable,
}

impl Search {
    /// The edits from one text to another, or `limit` if there are not less.
    pub(super) fn edits(
        &mut self,
        hypothesis: &[TokenId],
        reference: &Reference,
        limit: u32,
    ) -> u32 {
        let (words, length) = (hypothesis.len(), reference.len());
        if length == 0 {
            return number(words).min(limit);
        }
        let least = number(words.max(length)) - self.common(hypothesis, reference);
        if least >= limit {
            return limit;
        }
        let Self { words, shifts, alignment, whole, beam, .. } = self;
        words.clear();
        words.extend_from_slice(hypothesis);
        shifts.begin();
        let mut rounds = Rounds { words, reference, shifts, alignment, least };
        let edits = 'edits: {
            if length <= bits::MOST_WORDS {
                whole.load(hypothesis, &reference.bits, length);
                let distance = whole.fill();
                if distance < exact_below(hypothesis.len(), length) {
                    break 'edits rounds.run(whole, distance);
                }
            }
            beam.load(hypothesis, &reference.words);
            let distance = beam.fill();
            rounds.run(beam, distance)
        };
        edits.min(limit)
    }

    /// How many words both texts have, whatever their order.
    fn common(&mut self, hypothesis: &[TokenId], reference: &Reference) -> u32 {
        self.taken.clear();
        self.taken.resize(reference.distinct, 0);
        let mut common = 0;
        for &word in hypothesis {
            if let Some(taken) = self.taken.get_mut(word as usize)
                && (*taken as usize) < reference.places.of(word as usize).len()
            {
                *taken += 1;
                common += 1;
            }
        }
        common
    }
}

/// The search for shifts of one text.
struct Rounds<'a> {
    words: &'a mut [TokenId],
    reference: &'a Reference,
    shifts: &'a mut Shifts,
    alignment: &'a mut Alignment,
    /// No distance is less, however words are shifted.
    least: u32,
}

impl Rounds<'_> {
    /// Shifts the words as long as that brings the distance down by one at least, each time by the
    /// shift that brings it down most; returns the shifts and the distance that is left, together.
    fn run(&mut self, table: &mut impl Distances, mut distance: u32) -> u32 {
        let mut made = 0;
        // What no shift could bring down needs no search.
        while distance > self.least {
            table.align(self.alignment);
            let Self { words, reference, shifts, alignment, .. } = self;
            let Reference { words: other, places, distinct, .. } = reference;
            if !shifts.find(words, other, places, *distinct, alignment) {
                break;
            }
            let Some(best) = self.best(table, distance) else { break };
            let blocks = best.blocks(self.words.len());
            blocks.rotate(self.words);
            table.shift(blocks);
            distance = table.fill();
            made += 1;
        }
        made + distance
    }

    /// The shift that gains most; of equally good ones the longest, then the one from the first
    /// place, then the one to the first place. None if none gains anything.
    fn best(&self, table: &mut impl Distances, distance: u32) -> Option<Shift> {
        let rank =
            |gain, Shift { start, length, target }| (gain, length, Reverse(start), Reverse(target));
        let mut best = None;
        for &shift in &self.shifts.list {
            let blocks = shift.blocks(self.words.len());
            let most = table.most_gain(blocks).min(distance - self.least);
            if best.is_some_and(|best| rank(most, shift) <= best) {
                continue;
            }
            let gain = distance.saturating_sub(table.shifted(blocks));
            if gain > 0 {
                best = best.max(Some(rank(gain, shift)));
            }
        }
        let (_, length, Reverse(start), Reverse(target)) = best?;
        Some(Shift { start, length, target })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "words of a text, which has a limit")]
fn number(words: usize) -> u32 {
    words as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A hypothesis that is another order of parts of its reference, with some words of its own.
    fn pair() -> impl Strategy<Value = (Vec<TokenId>, Vec<TokenId>)> {
        let words = |most| prop::collection::vec(0..12_u32, 1..most);
        let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
        let moved = (words(65), words(8), cuts).prop_map(|(reference, own, cuts)| {
            let mut hypothesis = [&reference[..], &own].concat();
            for cut in cuts {
                let middle = cut.index(hypothesis.len());
                hypothesis.rotate_left(middle);
                hypothesis.truncate(hypothesis.len().max(2) - 1);
            }
            (hypothesis, reference)
        });
        prop_oneof![moved, (words(110), words(65)), (words(4), words(65))]
    }

    fn read(words: &[TokenId]) -> Reference {
        let mut reference = Reference::default();
        reference.read(words, 12);
        reference
    }

    /// The distance by its definition, without a beam.
    fn distance(hypothesis: &[TokenId], reference: &[TokenId]) -> u32 {
        let mut row: Vec<u32> = (0..=number(reference.len())).collect();
        for word in hypothesis {
            let mut diagonal = row[0];
            row[0] += 1;
            for (j, other) in reference.iter().enumerate() {
                let best = (diagonal + u32::from(word != other)).min(row[j].min(row[j + 1]) + 1);
                diagonal = std::mem::replace(&mut row[j + 1], best);
            }
        }
        row[reference.len()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The table of bits is the table; where it says so it is that of the beam, with the same
        /// alignment and the same distances after shifts, if they are less.
        #[test]
        fn bits_equal_the_beam((hypothesis, words) in pair()) {
            let reference = read(&words);
            let (mut whole, mut beam) = (WholeTable::default(), BeamTable::default());
            whole.load(&hypothesis, &reference.bits, words.len());
            beam.load(&hypothesis, &words);
            let before = whole.fill();
            prop_assert_eq!(before, distance(&hypothesis, &words));
            let of_beam = beam.fill();
            prop_assert!(of_beam >= before);
            if before >= exact_below(hypothesis.len(), words.len()) {
                return Ok(());
            }
            prop_assert_eq!(before, of_beam);
            let (mut one, mut other) = (Alignment::default(), Alignment::default());
            whole.align(&mut one);
            beam.align(&mut other);
            prop_assert_eq!(&one, &other);
            let mut shifts = Shifts::default();
            shifts.find(&hypothesis, &words, &reference.places, 12, &one);
            for shift in &shifts.list {
                let blocks = shift.blocks(hypothesis.len());
                let mut shifted = hypothesis.clone();
                blocks.rotate(&mut shifted);
                let after = distance(&shifted, &words);
                prop_assert!(before.saturating_sub(after) <= whole.most_gain(blocks));
                // A distance that is not less may be any that is not less.
                prop_assert_eq!(whole.shifted(blocks).min(before), after.min(before));
                prop_assert_eq!(beam.shifted(blocks).min(before), after.min(before));
            }
        }

        /// A shift's distance is that of the shifted text, in the beam, too.
        #[test]
        fn shifted_rows_are_those_of_the_shifted_text((hypothesis, words) in pair()) {
            let reference = read(&words);
            let mut beam = BeamTable::default();
            beam.load(&hypothesis, &words);
            beam.fill();
            let mut alignment = Alignment::default();
            beam.align(&mut alignment);
            let mut shifts = Shifts::default();
            shifts.find(&hypothesis, &words, &reference.places, 12, &alignment);
            for shift in &shifts.list {
                let blocks = shift.blocks(hypothesis.len());
                let mut shifted = hypothesis.clone();
                blocks.rotate(&mut shifted);
                let mut anew = BeamTable::default();
                anew.load(&shifted, &words);
                prop_assert_eq!(beam.shifted(blocks), anew.fill());
            }
        }

        /// Memory of texts before changes nothing, and a limit is a limit.
        #[test]
        fn searches_are_free_of_state(pairs in prop::collection::vec(pair(), 1..6), limit in 0..40_u32) {
            let mut search = Search::default();
            for (hypothesis, words) in &pairs {
                let reference = read(words);
                let edits = search.edits(hypothesis, &reference, u32::MAX);
                prop_assert_eq!(edits, Search::default().edits(hypothesis, &reference, u32::MAX));
                prop_assert_eq!(search.edits(hypothesis, &reference, limit), edits.min(limit));
                prop_assert!(edits <= number(hypothesis.len().max(words.len())) || edits <= distance(hypothesis, words));
            }
        }
    }

    /// Ten thousand words: equal, a few moved, all in another order, and all wrong.
    #[test]
    fn long_texts_take_linear_time() {
        let words: Vec<TokenId> =
            (0..10_000_u32).map(|i| i.wrapping_mul(2_654_435_761) >> 20 & 4095).collect();
        let mut reference = Reference::default();
        reference.read(&words, 4096);
        let reversed: Vec<TokenId> = words.iter().rev().copied().collect();
        let mut moved = words.clone();
        moved[5000..5050].rotate_left(7);
        let mut search = Search::default();
        for (hypothesis, edits) in [(&words, 0), (&moved, 1)] {
            assert_eq!(search.edits(hypothesis, &reference, u32::MAX), edits);
        }
        assert!(search.edits(&reversed, &reference, u32::MAX) > 5000);
        assert_eq!(search.edits(&vec![TokenId::MAX; 10_000], &reference, u32::MAX), 10_000);
    }
}

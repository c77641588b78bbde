//! Which shifts are tried: words that the reference has elsewhere, moved to where it has them.

use super::alignment::Alignment;
use crate::kernel::PlacesByToken;
use crate::text::TokenId;

/// The most words that are moved at once.
const MOST_WORDS: usize = 10;

/// How far apart, counted from the beginnings, the places of words may be.
const MOST_DISTANCE: usize = 50;

/// When so many shifts have been tried for a text, the search ends, and the shift that was found
/// last is lost, as in the reference.
const MOST_SHIFTS: usize = 1000;

/// A shift: `length` words from `start` on go before place `target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) target: u32,
}

/// Two neighbouring blocks of words that change places, which is what a shift comes to: those from
/// `first` to `middle`, and those from there to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blocks {
    pub(super) first: usize,
    pub(super) middle: usize,
    pub(super) end: usize,
}

impl Shift {
    /// What the shift does to a text of so many words. A target within the words themselves moves
    /// them by as much as it lies behind their beginning, as in the reference.
    pub(super) fn blocks(self, words: usize) -> Blocks {
        let [start, length, target] = [self.start, self.length, self.target].map(|n| n as usize);
        if target < start {
            Blocks { first: target, middle: start, end: start + length }
        } else if target > start + length {
            Blocks { first: start, middle: start + length, end: target }
        } else {
            Blocks { first: start, middle: start + length, end: (length + target).min(words) }
        }
    }
}

impl Blocks {
    /// Whether nothing moves.
    fn are_still(self) -> bool {
        self.first == self.middle || self.middle == self.end
    }

    /// Lets the blocks change places.
    pub(super) fn rotate<T>(self, words: &mut [T]) {
        words[self.first..self.end].rotate_left(self.middle - self.first);
    }

    /// The places of the words up to the end of a text of so many, in their new order.
    pub(super) fn places(self, words: usize) -> impl Iterator<Item = usize> {
        (self.middle..self.end).chain(self.first..self.middle).chain(self.end..words)
    }

    /// How many words one of the blocks has at least.
    pub(super) fn shorter(self) -> usize {
        (self.middle - self.first).min(self.end - self.middle)
    }
}

/// The shifts to try in one round, and how many have been tried in all rounds.
#[derive(Debug, Default)]
pub(super) struct Shifts {
    /// Each once, though it may count more than once.
    pub(super) list: Vec<Shift>,
    tried: usize,
}

impl Shifts {
    /// Begins with another pair of texts.
    pub(super) fn begin(&mut self) {
        self.tried = 0;
    }

    /// Finds the shifts to try; `false` if there are so many that the search ends, and none counts.
    ///
    /// Only words that are wrong are moved, to where the reference is not matched, and not into
    /// themselves.
    pub(super) fn find(
        &mut self,
        hypothesis: &[TokenId],
        reference: &[TokenId],
        places: &PlacesByToken,
        distinct: usize,
        alignment: &Alignment,
    ) -> bool {
        self.list.clear();
        for (start, &word) in hypothesis.iter().enumerate() {
            let known = (word as usize) < distinct;
            if !known || !alignment.hypothesis_is_wrong(start, MOST_WORDS) {
                continue;
            }
            let of_start = self.list.len();
            let places = places.of(word as usize);
            let near =
                places.partition_point(|&at| (at as usize) < start.saturating_sub(MOST_DISTANCE));
            for at in places[near..].iter().map(|&at| at as usize) {
                if at > start + MOST_DISTANCE {
                    break;
                }
                if !alignment.reference_is_wrong(at, MOST_WORDS) {
                    continue;
                }
                let pairs = hypothesis[start..].iter().zip(&reference[at..]);
                let equal =
                    pairs.take(MOST_WORDS).take_while(|(word, other)| word == other).count();
                self.add(hypothesis.len(), [start, at], equal, of_start, alignment);
                if self.tried >= MOST_SHIFTS {
                    return false;
                }
            }
        }
        true
    }

    /// Adds the shifts of up to `equal` words from the first place, which stand at the second in
    /// the reference, to each place where that might bring them.
    fn add(
        &mut self,
        words: usize,
        [start, at]: [usize; 2],
        equal: usize,
        of_start: usize,
        alignment: &Alignment,
    ) {
        for length in 1..=equal {
            if !alignment.hypothesis_is_wrong(start, length)
                || !alignment.reference_is_wrong(at, length)
            {
                continue;
            }
            // Aligned with one of the words that would move: longer ones are so, too.
            if (start + 1..=start + length).contains(&alignment.after(at)) {
                return;
            }
            let before = at.checked_sub(1).map_or(0, |before| alignment.after(before));
            let targets = (at..at + length).map(|place| alignment.after(place));
            let mut last = None;
            for target in std::iter::once(before).chain(targets) {
                if last.replace(target) == Some(target) {
                    continue;
                }
                self.tried += 1;
                let [start, length, target] = [start, length, target].map(number);
                let shift = Shift { start, length, target };
                if !shift.blocks(words).are_still() && !self.list[of_start..].contains(&shift) {
                    self.list.push(shift);
                }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in a text, which has a limit")]
fn number(place: usize) -> u32 {
    place as u32
}

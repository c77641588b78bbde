//! Edit distances from references of up to 64 words, a row of the table at a time.
//!
//! Myers 1999, in the form of Hyyrö 2003: two cells side by side differ by at most one, so a row is
//! two words of bits, one for where it grows and one for where it falls. This is the whole table,
//! without the beam; [`exact_below`] says when that is the same.

use super::alignment::{Alignment, Step};
use super::beam::{WIDTH, Windows};
use super::distance::Distances;
use super::shifts::Blocks;
use crate::text::TokenId;

/// The longest reference that fits.
pub(super) const MOST_WORDS: usize = u64::BITS as usize;

/// The whole table of distances, row by row of the hypothesis's words.
#[derive(Debug, Default)]
pub(super) struct WholeTable {
    /// For each word of the hypothesis, where the reference has it.
    equal: Vec<u64>,
    rows: Vec<Row>,
    /// Bits of the words that the reference has.
    reference: u64,
    distance: u32,
}

/// The cells after each word of the reference, beside their neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// Where a cell is one more than the one before it in the row.
    grows: u64,
    /// Where it is one less.
    falls: u64,
    /// Where it equals the one before it in the row above.
    diagonal: u64,
    /// Where it is one more than the one above it.
    below: u64,
}

impl Row {
    /// Before the first word of the hypothesis.
    const FIRST: Self = Self { grows: !0, falls: 0, diagonal: 0, below: 0 };

    #[inline]
    fn next(self, equal: u64) -> Self {
        let Self { grows, falls, .. } = self;
        let diagonal = ((equal & grows).wrapping_add(grows) ^ grows) | equal | falls;
        let below = falls | !(diagonal | grows);
        // The cells before the reference's first word count the hypothesis's words.
        let grown = below << 1 | 1;
        let fallen = (diagonal & grows) << 1;
        Self { grows: fallen | !(diagonal | grown), falls: grown & diagonal, diagonal, below }
    }
}

impl WholeTable {
    /// Takes the words of a hypothesis, and where the reference has each of its distinct words.
    pub(super) fn load(&mut self, hypothesis: &[TokenId], places: &[u64], reference: usize) {
        let equal = |word: &TokenId| places.get(*word as usize).copied().unwrap_or(0);
        self.equal.clear();
        self.equal.extend(hypothesis.iter().map(equal));
        self.reference = (1_u64 << (reference - 1)) | ((1 << (reference - 1)) - 1);
    }

    /// The last cell of the row after so many words.
    fn last_cell(&self, row: Row, words: usize) -> u32 {
        let grown = (row.grows & self.reference).count_ones();
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        words + grown - (row.falls & self.reference).count_ones()
    }
}

impl Distances for WholeTable {
    fn fill(&mut self) -> u32 {
        let mut row = Row::FIRST;
        self.rows.clear();
        self.rows.push(row);
        for &equal in &self.equal {
            row = row.next(equal);
            self.rows.push(row);
        }
        self.distance = self.last_cell(row, self.equal.len());
        self.distance
    }

    fn align(&self, alignment: &mut Alignment) {
        let reference = self.reference.count_ones() as usize;
        alignment.trace(self.equal.len(), reference, |i, j| {
            let (row, bit) = (&self.rows[i], 1 << (j - 1));
            if self.equal[i - 1] & bit != 0 {
                Step::Keep
            } else if row.diagonal & bit == 0 {
                Step::Substitute
            } else if row.below & bit != 0 {
                Step::Delete
            } else {
                Step::Insert
            }
        });
    }

    fn shifted(&mut self, blocks: Blocks) -> u32 {
        let mut row = self.rows[blocks.first];
        for &equal in &self.equal[blocks.middle..blocks.end] {
            row = row.next(equal);
        }
        for &equal in &self.equal[blocks.first..blocks.middle] {
            row = row.next(equal);
        }
        // Once a row is as it was, all that follow are.
        for (&equal, old) in self.equal[blocks.end..].iter().zip(&self.rows[blocks.end..]) {
            if (row.grows, row.falls) == (old.grows, old.falls) {
                return self.distance;
            }
            row = row.next(equal);
        }
        self.last_cell(row, self.equal.len())
    }

    fn shift(&mut self, blocks: Blocks) {
        blocks.rotate(&mut self.equal);
    }

    /// Words that move can be deleted and inserted instead, and so can those they move across.
    fn most_gain(&self, blocks: Blocks) -> u32 {
        u32::try_from(2 * blocks.shorter()).unwrap_or(u32::MAX)
    }
}

/// Distances below this are the same with the beam and without, and so is every alignment that
/// comes to one of them: no way through a cell outside the beam is so short.
///
/// As long as a distance is below it, so is every smaller one after a shift, and larger ones are
/// not looked at.
pub(super) fn exact_below(hypothesis: usize, reference: usize) -> u32 {
    // Every window is the whole row, which spares most segments the rest.
    if reference < WIDTH {
        return u32::MAX;
    }
    let windows = Windows::new(hypothesis, reference);
    let (excess, lack) =
        (hypothesis.saturating_sub(reference), reference.saturating_sub(hypothesis));
    // From corner to corner through the cell after i and j words it takes at least the differences
    // of the lengths before it and after it: no more than that of the texts where the cell lies
    // between the diagonals through the corners, and two for each cell that it lies beside them.
    let length = |i: usize, j: usize| j.abs_diff(i) + (reference - j).abs_diff(hypothesis - i);
    let mut least = usize::MAX;
    for i in 1..=hypothesis {
        let (start, end) = windows.of(i);
        if start > 0 {
            let between = start + excess > i;
            least = least.min(if between { excess + lack } else { length(i, start - 1) });
        }
        if end <= reference {
            let between = end <= i + lack;
            least = least.min(if between { excess + lack } else { length(i, end) });
        }
    }
    u32::try_from(least).unwrap_or(u32::MAX)
}

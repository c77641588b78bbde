//! Edit distances within the beam, for texts of any length.

use std::ops::Range;

use super::alignment::{Alignment, Step};
use super::distance::Distances;
use super::shifts::Blocks;
use crate::text::TokenId;

/// How many words of the reference to either side of the diagonal are looked at.
pub(super) const WIDTH: usize = 25;

/// Stands for a cell outside the beam; more than any distance.
const OUTSIDE: u32 = 1 << 30;

/// Stands for no word of the reference; no hypothesis has it.
const NO_WORD: TokenId = TokenId::MAX - 1;

/// Which cells of each row are looked at: some about the diagonal from corner to corner.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Windows {
    hypothesis: usize,
    reference: usize,
    /// Words of the reference for each of the hypothesis.
    ratio: f64,
    width: usize,
}

impl Windows {
    /// Those of texts of so many words.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quotient of lengths, rounded up"
    )]
    pub(super) fn new(hypothesis: usize, reference: usize) -> Self {
        let ratio = if hypothesis == 0 { 1.0 } else { reference as f64 / hypothesis as f64 };
        // Wide enough that each window meets the next.
        let width = if ratio / 2.0 > WIDTH as f64 {
            (ratio / 2.0 + WIDTH as f64).ceil() as usize
        } else {
            WIDTH
        };
        Self { hypothesis, reference, ratio, width }
    }

    /// Where the window of the row after so many words of the hypothesis begins and ends. The
    /// first row is whole, and the last one goes on to the end.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the reference, rounded down as the reference implementation does"
    )]
    pub(super) fn of(&self, row: usize) -> (usize, usize) {
        let whole = self.reference + 1;
        if row == 0 {
            return (0, whole);
        }
        let diagonal = (row as f64 * self.ratio).floor() as usize;
        let end = if row == self.hypothesis { whole } else { whole.min(diagonal + self.width) };
        (diagonal.saturating_sub(self.width), end)
    }
}

/// The cells of the table that are within the beam.
#[derive(Debug, Default)]
pub(super) struct BeamTable {
    hypothesis: Vec<TokenId>,
    /// With [`NO_WORD`] first, so that a cell's word has the cell's number.
    reference: Vec<TokenId>,
    rows: Vec<Row>,
    /// The cells of all rows.
    cells: Vec<u32>,
    /// Two rows of the table after a shift.
    spare: [Vec<u32>; 2],
    distance: u32,
}

/// A row's window, and where its cells are. Before them is one that is outside, and after them as
/// many as the next row looks at.
#[derive(Clone, Debug)]
struct Row {
    window: Range<usize>,
    cells: Range<usize>,
}

impl BeamTable {
    /// Takes the words of both texts.
    pub(super) fn load(&mut self, hypothesis: &[TokenId], reference: &[TokenId]) {
        let Self { hypothesis: own, reference: padded, rows, cells, .. } = self;
        own.clear();
        own.extend_from_slice(hypothesis);
        padded.clear();
        padded.push(NO_WORD);
        padded.extend_from_slice(reference);
        let windows = Windows::new(hypothesis.len(), reference.len());
        rows.clear();
        let mut first = 0;
        for row in 0..=hypothesis.len() {
            let (start, end) = windows.of(row);
            let next = windows.of((row + 1).min(hypothesis.len()));
            let length = 1 + next.1.max(end) - start;
            rows.push(Row { window: start..end, cells: first..first + length });
            first += length;
        }
        cells.clear();
        cells.resize(first, OUTSIDE);
        for (cell, distance) in cells[1..].iter_mut().zip(0..).take(padded.len()) {
            *cell = distance;
        }
    }

    /// The cell after so many words of either text.
    fn cell(&self, i: usize, j: usize) -> u32 {
        let Row { window, cells } = &self.rows[i];
        let at = (j + 1).checked_sub(window.start);
        at.and_then(|at| self.cells[cells.clone()].get(at)).copied().unwrap_or(OUTSIDE)
    }
}

/// Computes a row from the one above it.
fn fill_row(
    word: TokenId,
    reference: &[TokenId],
    (above, above_start): (&[u32], usize),
    window: &Range<usize>,
    row: &mut [u32],
) {
    // The cell before the one above the window's first.
    let above = &above[window.start - above_start..];
    let inner = window.len();
    let words = &reference[window.clone()];
    let (first, rest) = row.split_at_mut(1);
    first[0] = OUTSIDE;
    let (cells, outside) = rest.split_at_mut(inner);
    outside.fill(OUTSIDE);
    let mut before = OUTSIDE;
    let pairs = above[..inner].iter().zip(&above[1..=inner]).zip(words);
    for (cell, ((&diagonal, &up), &other)) in cells.iter_mut().zip(pairs) {
        let best = (diagonal + u32::from(other != word)).min(up + 1);
        before = best.min(before + 1);
        *cell = before;
    }
}

impl Distances for BeamTable {
    fn fill(&mut self) -> u32 {
        let Self { hypothesis, reference, rows, cells, .. } = self;
        for (&word, pair) in hypothesis.iter().zip(rows.array_windows::<2>()) {
            let [upper, lower] = pair;
            let (above, row) = cells.split_at_mut(lower.cells.start);
            let above = (&above[upper.cells.clone()], upper.window.start);
            fill_row(word, reference, above, &lower.window, &mut row[..lower.cells.len()]);
        }
        self.distance = self.cell(self.hypothesis.len(), self.reference.len() - 1);
        self.distance
    }

    fn align(&self, alignment: &mut Alignment) {
        let words = self.reference.len() - 1;
        alignment.trace(self.hypothesis.len(), words, |i, j| {
            let cell = self.cell(i, j);
            let equal = self.hypothesis[i - 1] == self.reference[j];
            if cell == self.cell(i - 1, j - 1) + u32::from(!equal) {
                if equal { Step::Keep } else { Step::Substitute }
            } else if cell == self.cell(i - 1, j) + 1 {
                Step::Delete
            } else {
                Step::Insert
            }
        });
    }

    fn shifted(&mut self, blocks: Blocks) -> u32 {
        let Self { hypothesis, reference, rows, cells, spare, distance } = self;
        let [mut above, mut row] = spare.each_mut();
        above.clear();
        above.extend_from_slice(&cells[rows[blocks.first].cells.clone()]);
        let places = blocks.places(hypothesis.len());
        let pairs = rows[blocks.first..].array_windows::<2>();
        for ((place, [upper, lower]), i) in places.zip(pairs).zip(blocks.first + 1..) {
            row.resize(lower.cells.len(), OUTSIDE);
            let above_start = upper.window.start;
            fill_row(hypothesis[place], reference, (above, above_start), &lower.window, row);
            std::mem::swap(&mut above, &mut row);
            // Once a row is as it was but for a number, all that follow are.
            if i >= blocks.end {
                let inner = 1..=lower.window.len();
                let old = &cells[lower.cells.clone()][inner.clone()];
                let new = &above[inner];
                let more = new[0].wrapping_sub(old[0]);
                if new.iter().zip(old).all(|(new, old)| new.wrapping_sub(*old) == more) {
                    return distance.wrapping_add(more);
                }
            }
        }
        above[reference.len() - rows[hypothesis.len()].window.start]
    }

    fn shift(&mut self, blocks: Blocks) {
        blocks.rotate(&mut self.hypothesis);
    }

    /// A shift may bring words into the beam, so it says nothing.
    fn most_gain(&self, _: Blocks) -> u32 {
        u32::MAX
    }
}

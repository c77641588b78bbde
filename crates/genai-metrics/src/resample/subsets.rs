//! Sums of many subsets of the same rows: those of a few rows are made once and looked up.

use std::ops::{Add, AddAssign};

/// Segments whose sums are looked up together: the bits of a byte say which are in.
pub(super) const GROUP: usize = 8;

/// Whole numbers of 16 bits that are added at once, on any machine.
const LANES: usize = 8;

/// For each of some subsets the sum of its rows.
///
/// Rows of small whole numbers, as counts and their differences are, are added in 16 bits as long as no
/// sum can leave them, then carried over.
#[derive(Debug)]
pub(super) struct SubsetSums {
    width: usize,
    sums: Vec<f64>,
    of_group: Vec<f64>,
    narrow: Narrow,
}

#[derive(Debug, Default)]
struct Narrow {
    /// The width of a row, filled up.
    lanes: usize,
    sums: Vec<i16>,
    rows: Vec<i16>,
    of_group: Vec<i16>,
    /// How far from 0 a sum of each column can be.
    reach: Vec<f64>,
}

impl SubsetSums {
    /// The sums of so many subsets of the rows. For each group of rows in turn, and in it for each subset,
    /// `numbers` has the bits.
    pub(super) fn of(rows: &[f64], width: usize, subsets: usize, numbers: &[u8]) -> Self {
        let mut sums = Self {
            width,
            sums: vec![0.0; subsets * width],
            of_group: Vec::new(),
            narrow: Narrow::new(width, subsets),
        };
        for (rows, numbers) in rows.chunks(width * GROUP).zip(numbers.chunks_exact(subsets.max(1)))
        {
            sums.add_group(rows, numbers);
        }
        sums.narrow.carry(width, &mut sums.sums);
        sums
    }

    /// The sum of one subset's rows.
    pub(super) fn row(&self, subset: usize) -> &[f64] {
        &self.sums[subset * self.width..(subset + 1) * self.width]
    }

    fn add_group(&mut self, rows: &[f64], numbers: &[u8]) {
        let Self { width, sums, of_group, narrow } = self;
        let Some(reach) = narrow.take_rows(rows, *width) else {
            subsets_of(rows, *width, of_group);
            add_chosen_by_width(numbers, of_group, *width, sums);
            return;
        };
        let leaves = |(sum, more): (&f64, &f64)| sum + more > f64::from(i16::MAX);
        if narrow.reach.iter().zip(&reach).any(leaves) {
            narrow.carry(*width, sums);
        }
        narrow.reach.iter_mut().zip(&reach).for_each(|(sum, more)| *sum += more);
        subsets_of(&narrow.rows, narrow.lanes, &mut narrow.of_group);
        add_chosen_by_width(numbers, &narrow.of_group, narrow.lanes, &mut narrow.sums);
    }
}

impl Narrow {
    fn new(width: usize, subsets: usize) -> Self {
        let lanes = width.next_multiple_of(LANES);
        Self { lanes, sums: vec![0; subsets * lanes], reach: vec![0.0; width], ..Self::default() }
    }

    /// Takes rows if their numbers, and all sums of them, are whole and small enough. Then
    /// it is for each column how far from 0 such a sum can be.
    fn take_rows(&mut self, rows: &[f64], width: usize) -> Option<Vec<f64>> {
        self.rows.clear();
        let mut reach = vec![0.0; width];
        for row in rows.chunks_exact(width) {
            for (&number, reach) in row.iter().zip(&mut reach) {
                #[expect(clippy::cast_possible_truncation, reason = "others are refused")]
                let small = number as i16;
                if f64::from(small).to_bits() != number.to_bits() {
                    return None;
                }
                self.rows.push(small);
                *reach += number.abs();
            }
            self.rows.resize(self.rows.len().next_multiple_of(self.lanes), 0);
        }
        reach.iter().all(|&reach| reach <= f64::from(i16::MAX)).then_some(reach)
    }

    /// Adds the sums to wider ones, and begins anew.
    fn carry(&mut self, width: usize, sums: &mut [f64]) {
        for (sums, own) in sums.chunks_exact_mut(width).zip(self.sums.chunks_exact(self.lanes)) {
            for (sum, &own) in sums.iter_mut().zip(own) {
                *sum += f64::from(own);
            }
        }
        self.sums.fill(0);
        self.reach.fill(0.0);
    }
}

/// The sums of every subset of up to [`GROUP`] rows, numbered by their bits, side by side.
fn subsets_of<T: Copy + Default + Add<Output = T>>(rows: &[T], width: usize, sums: &mut Vec<T>) {
    sums.clear();
    sums.resize(width << GROUP, T::default());
    for (bit, row) in rows.chunks_exact(width).enumerate() {
        let (known, next) = sums[..width << (bit + 1)].split_at_mut(width << bit);
        for (sum, known) in next.chunks_exact_mut(width).zip(known.chunks_exact(width)) {
            for ((sum, &known), &cell) in sum.iter_mut().zip(known).zip(row) {
                *sum = known + cell;
            }
        }
    }
}

/// Adds to each sum the subset that its number names.
fn add_chosen_by_width<T: Copy + AddAssign>(
    numbers: &[u8],
    subsets: &[T],
    width: usize,
    sums: &mut [T],
) {
    macro_rules! known {
        ($($width:literal)*) => {
            match width {
                $($width => add_chosen::<T, $width>(numbers, subsets, sums),)*
                _ => {
                    for (sum, &number) in sums.chunks_exact_mut(width).zip(numbers) {
                        let at = usize::from(number) * width;
                        add(sum, &subsets[at..at + width]);
                    }
                }
            }
        };
    }
    known!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 24 32);
}

fn add_chosen<T: Copy + AddAssign, const WIDTH: usize>(
    numbers: &[u8],
    subsets: &[T],
    sums: &mut [T],
) {
    let (subsets, _) = subsets.as_chunks::<WIDTH>();
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    for (sum, &number) in sums.iter_mut().zip(numbers) {
        add(sum, &subsets[usize::from(number)]);
    }
}

fn add<T: Copy + AddAssign>(sum: &mut [T], row: &[T]) {
    sum.iter_mut().zip(row).for_each(|(sum, &cell)| *sum += cell);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Small numbers, numbers at the edge of 16 bits, beyond it, and fractions.
    fn cell() -> impl Strategy<Value = f64> {
        prop_oneof![
            8 => (-40..40_i32).prop_map(f64::from),
            1 => (4000..4200_i32).prop_map(f64::from),
            1 => (-33_000..33_000_i32).prop_map(f64::from),
        ]
    }

    proptest! {
        #[test]
        fn sums_of_subsets_are_sums(
            width in 1..40_usize,
            cells in prop::collection::vec(cell(), 0..800),
            fraction in prop::option::weighted(0.2, (any::<prop::sample::Index>(), 0.25..1.0_f64)),
            subsets in 1..20_usize,
            bits in prop::collection::vec(any::<u8>(), 20 * 100),
        ) {
            let mut cells = cells;
            cells.truncate(cells.len() / width * width);
            if let (false, Some((at, fraction))) = (cells.is_empty(), fraction) {
                // In quarters, so that sums are exact all the same.
                *at.get_mut(&mut cells) += (fraction * 4.0).floor() / 4.0;
            }
            let rows = cells.len() / width;
            let groups = rows.div_ceil(GROUP);
            let mut numbers = bits[..groups * subsets].to_vec();
            if rows % GROUP > 0 {
                let last = numbers.len() - subsets;
                numbers[last..].iter_mut().for_each(|number| *number &= u8::MAX >> (GROUP - rows % GROUP));
            }
            let sums = SubsetSums::of(&cells, width, subsets, &numbers);
            for subset in 0..subsets {
                let mut plain = vec![0.0; width];
                for (place, row) in cells.chunks_exact(width).enumerate() {
                    if numbers[place / GROUP * subsets + subset] >> (place % GROUP) & 1 == 1 {
                        add(&mut plain, row);
                    }
                }
                prop_assert_eq!(sums.row(subset), &plain);
            }
        }
    }
}

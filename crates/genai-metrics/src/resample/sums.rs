//! Sums of many rows, of which the order means nothing: rows add up exactly.

use crate::table::Table;

/// How many columns are summed at once, so that the sums stay in registers.
const STRIP: usize = 16;

/// The sum of the rows at these places, over `sum`.
pub(super) fn sum_of(table: &Table, places: &[u32], sum: &mut [f64]) {
    let strips = table.width().div_ceil(STRIP);
    let mut start = 0;
    for strip in 0..strips {
        // As equal as can be.
        let width = (table.width() - start).div_ceil(strips - strip);
        let sums = &mut sum[start..start + width];
        strip_by_width(table, start, width, places, sums);
        start += width;
    }
}

/// Numbers for `match` to choose a width that the compiler knows.
macro_rules! by_width {
    ($width:expr, $call:ident, $arguments:tt, $($known:literal)*) => {
        match $width {
            $($known => $call::<$known> $arguments,)*
            _ => {}
        }
    };
}

fn strip_by_width(table: &Table, start: usize, width: usize, places: &[u32], sums: &mut [f64]) {
    by_width!(width, strip, (table, start, places, sums), 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

fn strip<const WIDTH: usize>(table: &Table, start: usize, places: &[u32], sums: &mut [f64]) {
    let mut sum = [0.0; WIDTH];
    let (cells, width) = (table.cells(), table.width());
    for &place in places {
        let at = place as usize * width + start;
        for (sum, cell) in sum.iter_mut().zip(&cells[at..at + WIDTH]) {
            *sum += cell;
        }
    }
    sums.copy_from_slice(&sum);
}

/// Segments whose sums are looked up together.
pub(super) const GROUP: usize = 8;

/// The sums of every subset of up to [`GROUP`] rows, numbered by their bits, side by side.
pub(super) fn subsets(rows: &[f64], width: usize, sums: &mut Vec<f64>) {
    sums.clear();
    sums.resize(width << GROUP, 0.0);
    for (bit, row) in rows.chunks_exact(width).enumerate() {
        let (known, next) = sums[..width << (bit + 1)].split_at_mut(width << bit);
        for (sum, known) in next.chunks_exact_mut(width).zip(known.chunks_exact(width)) {
            for ((sum, known), cell) in sum.iter_mut().zip(known).zip(row) {
                *sum = known + cell;
            }
        }
    }
}

/// Adds to each sum the subset that its number names.
pub(super) fn add_subsets(numbers: &[u8], subsets: &[f64], width: usize, sums: &mut [f64]) {
    by_width!(width, add_subsets_of, (numbers, subsets, sums), 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18);
    if width > 18 {
        for (sum, &number) in sums.chunks_exact_mut(width).zip(numbers) {
            let at = usize::from(number) * width;
            for (sum, cell) in sum.iter_mut().zip(&subsets[at..at + width]) {
                *sum += cell;
            }
        }
    }
}

fn add_subsets_of<const WIDTH: usize>(numbers: &[u8], subsets: &[f64], sums: &mut [f64]) {
    let (subsets, _) = subsets.as_chunks::<WIDTH>();
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    for (sum, &number) in sums.iter_mut().zip(numbers) {
        for (sum, cell) in sum.iter_mut().zip(&subsets[usize::from(number)]) {
            *sum += cell;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_sums(width in 1..40_usize, rows in 1..20_usize, places in prop::collection::vec(0..20_u32, 0..60)) {
            let mut table = Table::new(width);
            let cell = |row: usize, column: usize| f64::from(u32::try_from(row * 31 + column * 7).unwrap());
            for row in 0..rows {
                table.push(&(0..width).map(|column| cell(row, column)).collect::<Vec<_>>());
            }
            let places: Vec<u32> = places.into_iter().filter(|&place| (place as usize) < rows).collect();
            let mut sum = vec![-1.0; width];
            sum_of(&table, &places, &mut sum);
            for (column, sum) in sum.iter().enumerate() {
                let plain: f64 = places.iter().map(|&place| cell(place as usize, column)).sum();
                prop_assert!((*sum - plain).abs() < 0.5);
            }
        }

        #[test]
        fn subsets_are_sums(width in 1..24_usize, rows in 1..=GROUP, number: u8) {
            let cells: Vec<f64> = (0..width * rows).map(|i| f64::from(u32::try_from(i * i).unwrap())).collect();
            let mut sums = Vec::new();
            subsets(&cells, width, &mut sums);
            let number = number & (u8::MAX >> (GROUP - rows));
            let mut sum = vec![1.0; width];
            add_subsets(&[number], &sums, width, &mut sum);
            for (column, sum) in sum.iter().enumerate() {
                let chosen = (0..rows).filter(|row| number >> row & 1 == 1);
                let plain: f64 = chosen.map(|row| cells[row * width + column]).sum();
                prop_assert!((*sum - 1.0 - plain).abs() < 0.5);
            }
        }
    }
}
